import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { CheckedRule } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { aliases, mayMerge } from './alias-clause.ts';
import { certain, isCandidate, testRule, type Verdict } from './candidate-clause.ts';
import { allOf, anyOf, type Clause, toSql } from './clause.ts';
import { testEvent } from './event-clause.ts';
import type { QueryContext } from './query-context.ts';
import { column, hasOther, isLive, isThen, type Rows, source } from './rows.ts';

/** The primary rows by which live assets are looked for. */
export function isLivePrimary(rows: Rows): Clause {
	return allOf([column(rows, 'is_primary'), isThen(rows), isLive(rows)]);
}

/** A rule of what is related to an asset: its events, or the live assets of another type in the same account. */
export function testRelated(rows: Rows, rule: CheckedRule, context: QueryContext): Verdict {
	const { entity } = rule.field;
	if (entity === 'event') return certain(hasEvent(rows, testEvent(rule, context)));
	const { met, maybe, masked } = testRule({ type: entity, alias: 'd', at: rows.at }, rule, context);
	return {
		met: sharesAccount(rows, entity, met),
		maybe: sharesAccount(rows, entity, maybe),
		masked: sharesAccount(rows, entity, masked),
	};
}

/** Events keep the id of their moment: those of an asset are also the ones under ids that lead to it. */
function hasEvent(rows: Rows, condition: Clause): Clause {
	const then = rows.at === null ? true : sql`e.at <= ${rows.at}::timestamptz`;
	const where = allOf([then, condition]);
	if (where === false) return false;
	const id = column(rows, 'asset_id');
	// Beside an `or` the database takes EXISTS for a look-up or for a set, whichever is cheaper; IN is a set there, and where
	// it does not fit into memory it is read anew for every row.
	const isUnder = (each: RawBuilder<unknown>) =>
		sql`exists (select from tenant_event e where e.asset_id = ${each} and ${toSql(where)})`;
	if (!mayMerge(rows.type)) return isUnder(id);
	const former = sql`exists (select from ${aliases(rows.at)} where a.merged_into = ${id} and ${isUnder(sql`a.asset_id`)})`;
	return anyOf([isUnder(id), former]);
}

function sharesAccount(rows: Rows, related: AssetType, condition: Clause): Clause {
	if (condition === false) return false;
	const accounts = accountsOf({ type: related, alias: 'd', at: rows.at }, condition);
	const isThere = (each: Rows): Clause => sql`${column(each, 'account_id')} in (${accounts})`;
	if (rows.type === 'device') return isThere(rows);
	return anyOf([isThere(rows), hasOther(rows, (others) => allOf([isCandidate(others), isThere(others)]))]);
}

/** Accounts of the live assets that meet a condition on their primary rows. */
function accountsOf(rows: Rows, condition: Clause): RawBuilder<unknown> {
	const met = toSql(allOf([isLivePrimary(rows), condition]));
	const ofPrimary = sql`select d.account_id from ${source(rows)} where d.account_id <> '' and ${met}`;
	if (rows.type === 'device') return ofPrimary;
	const others: Rows = { ...rows, alias: 'x' };
	const where = toSql(allOf([sql`not x.is_primary`, isThen(others), isCandidate(others)]));
	return sql`${ofPrimary} union all select x.account_id from ${source(others)} where x.account_id <> '' and ${where}
		and x.asset_id in (select d.asset_id from ${source(rows)} where ${met})`;
}
