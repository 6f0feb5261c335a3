import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { CheckedNode, CheckedQuery, CheckedRule } from '@rollcall/model/query/checked-query.ts';
import { sql } from 'kysely';
import { aliases, mayMerge } from './alias-clause.ts';
import { certain, testRule, type Verdict } from './candidate-clause.ts';
import { allOf, anyOf, type Clause, notTrue, toSql } from './clause.ts';
import { testEvent } from './event-clause.ts';
import type { QueryContext } from './query-context.ts';
import { isLivePrimary, testRelated } from './related-clause.ts';
import { column, isThen, type Rows, source } from './rows.ts';

/** Conditions on `d`, the primary row of an asset; of a query for events on `e`. */
export interface CompiledQuery {
	/** What is looked at at all: assets of the moment, and unless states are asked for, live ones. */
	readonly base: Clause;
	/** The query is met for certain. */
	readonly matches: Clause;
	/** It is failed for certain. What neither matches nor fails is undecided. */
	readonly fails: Clause;
	/** Whoever does not meet this is not undecided; false where nothing can be. */
	readonly masked: Clause;
}

/**
 * A query in SQL, with what evaluation in memory makes of it (invariant 6). Negation is pushed to the rules: a positive
 * one is asked bare, so that indexes serve it; a denied one is met where it is neither met nor unknown.
 */
export function compileQuery(checked: CheckedQuery, context: QueryContext): CompiledQuery {
	const { entity, asksForStates, root } = checked;
	if (entity === 'event') {
		const base = context.at === null ? true : sql`e.at <= ${context.at}::timestamptz`;
		return { base, ...decide(root, (rule) => testOfEvent(rule, context)) };
	}
	const rows: Rows = { type: entity, alias: 'd', at: context.at };
	const base = asksForStates ? allOf([column(rows, 'is_primary'), isThen(rows)]) : isLivePrimary(rows);
	return {
		base,
		...decide(root, (rule) =>
			rule.field.entity === entity ? testRule(rows, rule, context) : testRelated(rows, rule, context),
		),
	};
}

/** Met, or neither met nor failed. */
export function isUndecided({ matches, fails, masked }: CompiledQuery): Clause {
	return allOf([masked, notTrue(matches), notTrue(fails)]);
}

type Decision = Omit<CompiledQuery, 'base'>;

function decide(node: CheckedNode, test: (rule: CheckedRule) => Verdict): Decision {
	switch (node.kind) {
		case 'rule': {
			const { met, maybe, masked } = test(node);
			return { matches: met, fails: notTrue(maybe), masked };
		}
		case 'not': {
			const { matches, fails, masked } = decide(node.node, test);
			return { matches: fails, fails: matches, masked };
		}
		case 'and':
		case 'or': {
			const parts = node.nodes.map((each) => decide(each, test));
			// Without rules everything meets it, also an `or`.
			if (parts.length === 0) return { matches: true, fails: false, masked: false };
			const [matches, fails] = [parts.map((part) => part.matches), parts.map((part) => part.fails)];
			const masked = anyOf(parts.map((part) => part.masked));
			return node.kind === 'and'
				? { matches: allOf(matches), fails: anyOf(fails), masked }
				: { matches: anyOf(matches), fails: allOf(fails), masked };
		}
	}
}

function testOfEvent(rule: CheckedRule, context: QueryContext): Verdict {
	const { entity } = rule.field;
	if (entity === 'event') return certain(testEvent(rule, context));
	const { met, maybe, masked } = testRule({ type: entity, alias: 'd', at: context.at }, rule, context);
	return {
		met: isOfAsset(entity, met, context),
		maybe: isOfAsset(entity, maybe, context),
		masked: isOfAsset(entity, masked, context),
	};
}

/** The event's asset, or the one it is now, is one of the type that meets a condition, whether it still lives or not. */
function isOfAsset(type: AssetType, condition: Clause, { at }: QueryContext): Clause {
	const rows: Rows = { type, alias: 'd', at };
	const where = allOf([column(rows, 'is_primary'), isThen(rows), condition]);
	if (where === false) return false;
	const own = sql`select d.asset_id as id from ${source(rows)} where ${toSql(where)}`;
	const former = sql`select a.asset_id from ${aliases(at)} join ${source(rows)} on d.asset_id = a.merged_into
		where ${toSql(where)}`;
	const ids = mayMerge(type) ? sql`${own} union all ${former}` : own;
	// As one set, for of few assets the events are looked up by their ids; of an `or` they would be gone through.
	return sql`exists (select from (${ids}) k where k.id = e.asset_id)`;
}
