import { normaliseQuery } from './normalise-query.ts';
import { isBare, operatorTexts } from './operators.ts';
import { isList, isNamedValue, isQuery, type Query, type Rule, type Scalar } from './query.ts';
import { writeName, writeText } from './scan-text.ts';

/**
 * The text form of a query that fits its entity (`checkQuery`): one line that `parseQuery` reads as the same tree, up
 * to what `normaliseQuery` takes out of it.
 */
export function printQuery(query: Query): string {
	const normal = normaliseQuery(query);
	return normal.negate === true ? printNode(normal) : printRules(normal);
}

function printRules({ combinator, rules }: Query): string {
	return rules.map(printNode).join(` ${combinator} `);
}

function printNode(node: Rule | Query): string {
	if (!isQuery(node)) return printRule(node);
	const [only] = node.rules;
	const isOne = node.rules.length === 1 && only !== undefined && !isQuery(only);
	const body = isOne ? printRule(only) : `(${printRules(node)})`;
	return node.negate === true ? `not ${body}` : body;
}

function printRule(rule: Rule): string {
	const { operator, value } = rule;
	const field = `${printReference(rule)} ${operatorTexts[operator]}`;
	if (isBare(operator)) return field;
	const plain = isNamedValue(value) ? value.value : value;
	const scalars = (isList(plain) ? plain : [plain ?? '']).map(printScalar);
	if (operator === 'between') return `${field} ${scalars.join(' and ')}`;
	return operator === 'in' || operator === 'not_in' ? `${field} (${scalars.join(', ')})` : `${field} ${scalars[0]}`;
}

function printReference({ entity, field, value, scope }: Rule): string {
	const prefix = entity === undefined ? '' : `${entity}.`;
	const name = isNamedValue(value) ? `.${writeName(value.name)}` : '';
	return `${prefix}${field}${name}${scope === undefined ? '' : `@${writeName(scope)}`}`;
}

function printScalar(scalar: Scalar): string {
	if (typeof scalar === 'string') return writeText(scalar);
	return Object.is(scalar, -0) ? '0' : String(scalar);
}
