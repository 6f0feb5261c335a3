import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { type AssetOrder, orderOf } from './asset-sorts.ts';
import { allOf, type Clause, toSql } from './clause.ts';
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
	ways: Ways = measuredWays,
): Promise<FoundPage> {
	const type = assetTypeOf(query);
	const { compiled, source, context } = query;
	const order = orderOf(type, sort, descending);
	const base = allOf([compiled.base, cursor === null ? true : order.after(cursor)]);
	const rows = await findPlaces(tx, { source, base, matches: compiled.matches, order, limit: limit + 1, ways });
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

interface Search {
	readonly source: RawBuilder<unknown>;
	/** Whatever the query asks for: assets of the moment behind the cursor. */
	readonly base: Clause;
	readonly matches: Clause;
	readonly order: AssetOrder;
	readonly limit: number;
	readonly ways: Ways;
}

interface Place {
	readonly id: string;
	readonly keys: readonly string[];
}

/**
 * There are three ways to a page. Where most assets match, along the order until it is full. Where few do, all of them by
 * their own indexes, sorted. Between those a short way along the order comes first: it fills the page unless matches
 * lie unevenly in the order, as names do (`prod-…`), and then it was short.
 */
async function findPlaces(tx: TenantTransaction, search: Search): Promise<readonly Place[]> {
	const { source, base, matches, order, limit, ways } = search;
	// Two workers take longer to start than a page takes: measured, 370 ms with them and 140 without.
	await tx.client.query('set local max_parallel_workers_per_gather = 0');
	const found = sql`select ${order.columns} from ${source} where ${toSql(allOf([base, matches]))}`;
	const expected = await estimateRows(tx, found);
	if (expected > ways.mostSorted) return await runSql<Place>(tx, placesOf(sql`(${found})`, search));
	if (expected > ways.fewestWalked) {
		const total = await estimateRows(tx, sql`select from ${source} where ${toSql(base)}`);
		const walked = Math.ceil((2 * limit * total) / expected);
		if (walked <= ways.mostWalked) {
			const first = sql`select d.* from ${source} where ${toSql(base)} order by ${order.orderBy} limit ${walked}`;
			const places = await runSql<Place>(
				tx,
				placesOf(sql`(select ${order.columns} from (${first}) d where ${toSql(matches)})`, search),
			);
			if (places.length === limit) return places;
		}
	}
	return await runSql<Place>(tx, sql`with found as materialized (${found}) ${placesOf(sql`found`, search)}`);
}

function placesOf(from: RawBuilder<unknown>, { order, limit }: Search): RawBuilder<unknown> {
	return sql`select d.asset_id as id, ${order.keys} as keys from ${from} d order by ${order.orderBy} limit ${limit}`;
}

/** Matches, as the planner expects them, that decide on the way to a page. */
export interface Ways {
	/** Sorting so many takes no longer than going the short way in vain. */
	readonly fewestWalked: number;
	/** Assets of a short way. */
	readonly mostWalked: number;
	/**
	 * Up to here it costs less to find all that matches and to sort it than to go along the order until a page is full:
	 * measured over 200,000 devices, a page of matches that all come late took 190 ms along the order and 15 ms by their terms.
	 */
	readonly mostSorted: number;
}

const measuredWays: Ways = { fewestWalked: 2_000, mostWalked: 10_000, mostSorted: 40_000 };

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
