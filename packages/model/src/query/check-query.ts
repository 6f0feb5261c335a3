import { RollcallError } from '../errors/rollcall-error.ts';
import { checkRule } from './check-rule.ts';
import type { CheckedNode, CheckedQuery } from './checked-query.ts';
import { type Entity, isList, isNamedValue, isQuery, type Query, type Rule } from './query.ts';
import { clip, type RuleContext, type RuleFault, type RulePlace } from './rule-fault.ts';

/** How deep groups may nest, the outermost one included. */
export const mostDepth = 20;
const mostRules = 500;
const mostValues = 10_000;

/**
 * What to evaluate, or a `QUERY:0001` that names the path of the rule, its field, and what to do.
 *
 * - A rule of another entity asks for what is related. Of a device or a user: the live users or devices of the same
 *   account, and the events of the asset itself. Of an event: its asset. Its field is looked up in that entity.
 * - A negative operator denies the positive rule as a whole: `user.usernames != alice` is met where no user is alice.
 *
 * @param now the moment relative times count from; of a query as of a moment that one
 */
export function checkQuery(query: Query, entity: Entity, now: Date): CheckedQuery {
	const state: CheckState = { entity, now, rules: 0, values: 0, asksForStates: false, notices: new Set() };
	const root = checkGroup(query, [], 1, state);
	return { entity, asksForStates: state.asksForStates, root, notices: [...state.notices] };
}

interface CheckState {
	readonly entity: Entity;
	readonly now: Date;
	readonly notices: Set<string>;
	rules: number;
	values: number;
	asksForStates: boolean;
}

type Path = readonly number[];

function checkGroup(group: Query, path: Path, depth: number, state: CheckState): CheckedNode {
	if (depth > mostDepth) throw failAt(path, undefined, `groups nest deeper than ${mostDepth}: flatten the query`);
	const nodes = group.rules.map((node, index) =>
		isQuery(node) ? checkGroup(node, [...path, index], depth + 1, state) : checkLeaf(node, [...path, index], state),
	);
	const checked: CheckedNode = { kind: group.combinator, nodes };
	return group.negate === true ? { kind: 'not', node: checked } : checked;
}

function checkLeaf(rule: Rule, path: Path, state: CheckState): CheckedNode {
	state.rules += 1;
	state.values += countValues(rule);
	if (state.rules > mostRules) throw failAt(path, rule.field, `there are more than ${mostRules} rules: ask for less`);
	if (state.values > mostValues) {
		throw failAt(path, rule.field, `the query holds more than ${mostValues} values: ask for less at once`);
	}
	const context: RuleContext = {
		now: state.now,
		notice: (text) => state.notices.add(text),
		fail: (place, fault) => failAt(path, rule.field, fault.problem, place, fault),
	};
	const checked = checkRule(rule, state.entity, context);
	if (rule.field === 'states' && (rule.entity ?? state.entity) === state.entity) state.asksForStates = true;
	return checked;
}

function countValues({ value }: Rule): number {
	const plain = isNamedValue(value) ? value.value : value;
	return isList(plain) ? plain.length : 1;
}

function failAt(
	path: Path,
	field: string | undefined,
	problem: string,
	place?: RulePlace,
	fault?: RuleFault,
): RollcallError {
	const where = path.map((index) => `rules[${index}]`).join('.') || 'query';
	const of = field === undefined ? '' : ` (${clip(field)})`;
	return new RollcallError({
		code: 'QUERY:0001',
		actor: 'you',
		retryable: false,
		message: `${where}${of}: ${problem}`,
		details: { path: where, field, ...place, expected: fault?.expected, suggestions: fault?.suggestions },
	});
}
