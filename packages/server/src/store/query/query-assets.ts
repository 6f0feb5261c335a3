import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { orderOf } from './asset-sorts.ts';
import { allOf, toSql } from './clause.ts';
import { writeCursor } from './cursor.ts';
import type { QuerySource } from './query-source.ts';
import { type FoundAsset, readAssets } from './read-assets.ts';

export interface PageOptions {
	/** One of `listSorts`. */
	readonly sort: string;
	readonly descending: boolean;
	readonly limit: number;
	/** From `nextCursor` of the page before, of the same query, sort and direction; null: the first page. */
	readonly cursor: string | null;
}

export interface FoundPage {
	readonly assets: readonly FoundAsset[];
	readonly nextCursor: string | null;
}

/**
 * A page of the assets that match, in code-point order. Places first, by an index; what is shown is read of those few only.
 */
export async function queryAssets(
	tx: TenantTransaction,
	query: QuerySource,
	{ sort, descending, limit, cursor }: PageOptions,
): Promise<FoundPage> {
	const type = assetTypeOf(query);
	const { compiled, source, context } = query;
	const order = orderOf(type, sort, descending);
	const where = allOf([compiled.base, compiled.matches, cursor === null ? true : order.after(cursor)]);
	const found = sql`select ${order.columns} from ${source} where ${toSql(where)}`;
	const rows = await runSql<{ id: string; keys: readonly string[] }>(
		tx,
		(await estimateRows(tx, found)) > mostSorted
			? sql`select d.asset_id as id, ${order.keys} as keys from (${found}) d order by ${order.orderBy} limit ${limit + 1}`
			: sql`with d as materialized (${found})
				select d.asset_id as id, ${order.keys} as keys from d order by ${order.orderBy} limit ${limit + 1}`,
	);
	const page = rows.slice(0, limit);
	const last = rows.length > limit ? page.at(-1) : undefined;
	return {
		assets: await readAssets(
			tx,
			{ type, at: context.at },
			page.map(({ id }) => id),
		),
		nextCursor: last === undefined ? null : writeCursor(order.cursor, last.keys),
	};
}

/**
 * Up to here it costs less to find all that matches and to sort it than to go along the order until a page is full. What
 * goes along the order relies on matches being spread evenly over it, which names (`prod-…`) are not: measured over
 * 200,000 devices, a page of matches that all come late took 190 ms along the order and 15 ms by their terms.
 */
const mostSorted = 40_000;

/** What the planner expects; the plan costs a millisecond. */
async function estimateRows(tx: TenantTransaction, query: RawBuilder<unknown>): Promise<number> {
	const [row] = await runSql<{ 'QUERY PLAN': readonly { readonly Plan: { readonly 'Plan Rows': number } }[] }>(
		tx,
		sql`explain (format json) ${query}`,
	);
	return row?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
}

function assetTypeOf({ checked: { entity } }: QuerySource): AssetType {
	if (entity === 'event') throw new TypeError('a query for events finds no assets');
	return entity;
}
