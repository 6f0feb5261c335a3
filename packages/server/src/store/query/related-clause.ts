import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { CheckedRule } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
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

function hasEvent(rows: Rows, condition: Clause): Clause {
	const then = rows.at === null ? true : sql`e.at <= ${rows.at}::timestamptz`;
	const where = allOf([then, condition]);
	if (where === false) return false;
	return sql`${column(rows, 'asset_id')} in (select e.asset_id from tenant_event e where ${toSql(where)})`;
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
