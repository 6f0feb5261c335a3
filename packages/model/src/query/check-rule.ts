import { assetKinds } from '../asset/attribute-tables.ts';
import type { RollcallError } from '../errors/rollcall-error.ts';
import { findMeant, suggest } from '../text/nearest.ts';
import { checkNamed, checkPlain } from './check-value.ts';
import type { CheckedNode, CheckedRule, RecordScope, Test } from './checked-query.ts';
import { fieldsOf, findField, type QueryField } from './fields.ts';
import { isBare, operatorsOf, positiveOf } from './operators.ts';
import { type Entity, entities, isNamedValue, type Rule } from './query.ts';
import { quote, type RuleContext, type RuleFault } from './rule-fault.ts';

export function checkRule(rule: Rule, root: Entity, context: RuleContext): CheckedNode {
	const entity = rule.entity ?? root;
	const field = findField(entity, rule.field);
	if (field === undefined) throw context.fail({ part: 'field' }, describeUnknownField(root, entity, rule.field));
	const scope = checkScope(rule.scope, field, context);
	const operators = operatorsOf(field);
	if (!operators.includes(rule.operator)) {
		const problem = `${field.name} cannot be asked for with ${rule.operator}; it takes ${operators.join(', ')}`;
		throw context.fail({ part: 'operator' }, { problem, expected: operators, suggestions: [] });
	}
	const positive = positiveOf(rule.operator);
	const test = checkTest({ ...rule, operator: positive ?? rule.operator }, field, context);
	const checked: CheckedRule = { kind: 'rule', field, scope, test };
	return positive === undefined ? checked : { kind: 'not', node: checked };
}

/** @param rule with a positive operator that its field takes */
function checkTest(rule: Rule, field: QueryField, context: RuleContext): Test {
	const { operator, value } = rule;
	if (field.type === 'named') return checkNamed(operator, value, field, context);
	if (isNamedValue(value)) {
		const problem = `${field.name} has no names in it, as tags and labels have: give the value alone`;
		throw context.fail({ part: 'value' }, { problem, expected: ['a value'], suggestions: [] });
	}
	if (!isBare(operator)) return checkPlain(operator, value, field, context);
	if (value !== undefined) {
		const problem = `${operator} of ${field.name} takes no value: leave it out`;
		throw context.fail({ part: 'value' }, { problem, expected: [], suggestions: [] });
	}
	return { op: operator === 'unknown' ? 'unknown' : 'exists' };
}

const plurals: Readonly<Record<Entity, string>> = { device: 'devices', user: 'users', event: 'events' };
const mostSuggestions = 5;
const longestMeant = 100;

/** @param root what is asked for; fields of the others are written with a prefix */
export function describeUnknownField(root: Entity, entity: Entity, name: string): RuleFault {
	const names = fieldsOf(entity).map((field) => field.name);
	const suggestions = meantFields(entity, name, names).slice(0, mostSuggestions);
	const prefixed = suggestions.map((meant) => (entity === root ? meant : `${entity}.${meant}`));
	const elsewhere = entities
		.filter((other) => other !== entity && findField(other, name) !== undefined)
		.map((other) => (other === root ? name : `${other}.${name}`));
	const meant = elsewhere.length > 0 ? elsewhere : prefixed;
	const fix = meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : `known are: ${names.join(', ')}`;
	const problem = `there is no field ${quote(name)} of ${plurals[entity]}; ${fix}`;
	return { problem, expected: ['a field'], suggestions: meant };
}

function meantFields(entity: Entity, typed: string, names: readonly string[]): readonly string[] {
	const lower = typed.toLowerCase();
	const meant = findMeant(lower, names);
	const dot = lower.indexOf('.');
	if (meant.length > 0 || dot < 0 || typed.length > longestMeant) return meant;
	// `tag.env`: the part before the dot may be what is wrong.
	const named = names.filter((name) => findField(entity, name)?.type === 'named');
	return findMeant(lower.slice(0, dot), named).map((name) => `${name}${typed.slice(dot)}`);
}

/** Facts of the asset: to look at some of its records only would not change them. */
const ofAsset: ReadonlySet<string> = new Set([
	'id',
	'native_id',
	'states',
	'sources',
	'integrations',
	'labels',
	'first_observed_at',
]);
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Kinds of integration whose records are of a type of asset. */
export function kindsOf(entity: Entity): readonly string[] {
	return assetKinds.filter((kind) => kind.endsWith(`.${entity}s`));
}

/** Whether a rule on a field may be one on some records only. */
export function takesScope(field: QueryField): boolean {
	return field.entity !== 'event' && !ofAsset.has(field.name);
}

function checkScope(scope: string | undefined, field: QueryField, context: RuleContext): RecordScope | null {
	if (scope === undefined || scope === 'any') return null;
	const fail = (problem: string, expected: readonly string[], suggestions: readonly string[] = []): RollcallError =>
		context.fail({ part: 'scope' }, { problem, expected, suggestions });
	if (field.entity === 'event') {
		throw fail('an event has no records to choose from: leave the scope out, or ask for its source or integration', []);
	}
	if (!takesScope(field)) throw fail(`${field.name} is one for all records of an asset: leave the scope out`, []);
	const kinds = kindsOf(field.entity);
	if (kinds.includes(scope)) return { kind: scope };
	const folded = scope.toLowerCase();
	if (uuid.test(folded)) return { integrationId: folded };
	const whose = `source of ${plurals[field.entity]} and no id of an integration`;
	const problem = `${quote(scope)} is no ${whose}; ${suggest(folded, kinds)}`;
	throw fail(problem, [...kinds, 'the id of an integration'], findMeant(folded, kinds));
}
