import { findMeant } from '../text/nearest.ts';
import { checkRule } from './check-rule.ts';
import type { QueryField } from './fields.ts';
import { isBare, operatorsOf, operatorTexts } from './operators.ts';
import { readReference } from './parse-reference.ts';
import { type Operator, operators, type PlainValue, type Rule, type Scalar } from './query.ts';
import type { RulePlace } from './rule-fault.ts';
import { isJoiner, readNumber, type Token } from './scan-text.ts';
import { describe, isSymbol, isWord, peek, type TextReader, take } from './text-reader.ts';

/** One rule: `[entity.]field[.name][@scope] operator value`. What ails it is said at the column where it stands. */
export function readRule(reader: TextReader): Rule {
	const start = peek(reader);
	if (start.kind !== 'word' || isJoiner(start.text) || start.text.startsWith('@')) {
		const problem = `expected a field, not or (, found ${describe(start)}`;
		const expected = ['a field', 'not', '('];
		throw reader.fail({ at: start.start, problem, expected, suggestions: [], slot: { kind: 'field' } });
	}
	reader.at = start.start;
	const { field, scopeAt, name, ...reference } = readReference(reader);
	const operatorAt = peek(reader).start;
	const operator = readOperator(reader, field);
	const columns: number[] = [];
	const plain = readValues(reader, operator, field, columns);
	const named = name === undefined ? undefined : { name, ...(plain === undefined ? {} : { value: plain }) };
	const value = named ?? plain;
	const rule: Rule = { ...reference, field: field.name, operator, ...(value === undefined ? {} : { value }) };
	const placeOf = ({ part, index = 0 }: RulePlace) =>
		({ field: start.start, scope: scopeAt, operator: operatorAt, value: columns[index] ?? operatorAt })[part];
	checkRule(rule, reader.entity, {
		// Any moment will do: whether a time can be read does not hang on it.
		now: new Date(0),
		notice: () => undefined,
		fail: (place, fault) => reader.fail({ at: placeOf(place), ...fault, slot: { kind: place.part, field } }),
	});
	return rule;
}

const operatorWords: ReadonlyMap<string, Operator> = new Map([
	...operators.map((operator): [string, Operator] => [operator, operator]),
	...operators.map((operator): [string, Operator] => [operatorTexts[operator], operator]),
	['not like', 'not_like'],
]);

function readOperator(reader: TextReader, field: QueryField): Operator {
	const token = take(reader);
	const isNot = isWord(token, 'not');
	const second = isNot ? take(reader) : token;
	const typed = `${isNot ? 'not ' : ''}${second.text.toLowerCase()}`;
	const operator = second.kind === 'word' || second.kind === 'symbol' ? operatorWords.get(typed) : undefined;
	if (operator !== undefined) return operator;
	const expected = operatorsOf(field)
		.map((known) => operatorTexts[known])
		.filter((known) => !isNot || known.startsWith('not '))
		.map((known) => (isNot ? known.slice('not '.length) : known));
	const meant = second.kind === 'word' ? findMeant(second.text.toLowerCase(), expected) : [];
	const asked = isNot ? 'after not' : `an operator of ${field.name}`;
	const fix = meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : `${asked}: ${expected.join(', ')}`;
	const problem = `expected ${isNot ? 'the rest of an operator' : 'an operator'}, found ${describe(second)}; ${fix}`;
	throw reader.fail({
		at: second.start,
		problem,
		expected,
		suggestions: meant,
		slot: { kind: 'operator', field },
	});
}

/** @param columns where each value begins, filled here */
function readValues(
	reader: TextReader,
	operator: Operator,
	field: QueryField,
	columns: number[],
): PlainValue | undefined {
	if (isBare(operator)) return undefined;
	const expect = (expected: readonly string[], where = ''): Token => {
		const token = take(reader);
		if (expected.some((sign) => isSymbol(token, sign) || isWord(token, sign))) return token;
		const problem = `expected ${expected.join(' or ')}${where}, found ${describe(token)}`;
		throw reader.fail({ at: token.start, problem, expected, suggestions: [], slot: { kind: 'sign' } });
	};
	if (operator === 'in' || operator === 'not_in') {
		expect(['('], ' before the list of values');
		const values = [readScalar(reader, field, columns)];
		for (;;) {
			const token = expect([',', ')']);
			if (token.text === ')') return values;
			values.push(readScalar(reader, field, columns));
		}
	}
	const first = readScalar(reader, field, columns);
	if (operator !== 'between') return first;
	expect(['and'], ' before the other end');
	return [first, readScalar(reader, field, columns)];
}

function readScalar(reader: TextReader, field: QueryField, columns: number[]): Scalar {
	const token = take(reader);
	columns.push(token.start);
	if (token.kind === 'quoted') return token.text;
	const { text } = token;
	if (token.kind !== 'word' || isJoiner(text)) {
		const fix = token.kind === 'word' ? `; to ask for the word, write ${JSON.stringify(text)}` : '';
		const problem = `expected a value of ${field.name}, found ${describe(token)}${fix}`;
		const slot = { kind: 'value', field } as const;
		throw reader.fail({ at: token.start, problem, expected: ['a value'], suggestions: [], slot });
	}
	if (text === 'true' || text === 'false') return text === 'true';
	return readNumber(text) ?? text;
}
