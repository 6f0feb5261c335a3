import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { sql } from 'kysely';
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
	const rows = await runSql<{ id: string; keys: readonly string[] }>(
		tx,
		sql`select d.asset_id as id, ${order.keys} as keys from ${source}
			where ${toSql(where)} order by ${order.orderBy} limit ${limit + 1}`,
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

function assetTypeOf({ checked: { entity } }: QuerySource): AssetType {
	if (entity === 'event') throw new TypeError('a query for events finds no assets');
	return entity;
}
