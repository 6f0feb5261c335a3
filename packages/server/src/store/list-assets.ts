import type { AttributeValues } from '@rollcall/model/asset/derived.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import type { Query } from '@rollcall/model/query/query.ts';
import type { AssetPage, AssetQuery, AssetRow, AssetSlice } from './asset-listing.ts';
import { withLabels } from './labels.ts';
import { countAssets } from './query/count-assets.ts';
import { coverageOf } from './query/coverage.ts';
import { queryAssets } from './query/query-assets.ts';
import { prepareQuery, type QuerySource } from './query/query-source.ts';
import type { TenantTransaction } from './transaction.ts';

/** What a list of assets is made of: a filter is a query like any other. */
export interface AssetList extends Pick<AssetQuery<unknown, string>, 'sort' | 'limit' | 'cursor'> {
	readonly type: AssetType;
	readonly query: Query;
}

/** What a count may take; what is not counted by then is "more than". */
const countMs = 1_000;

/** A page of assets in code-point order, the count of all that match, and what both depend on. */
export async function listAssets<Attributes extends AttributeValues>(
	tx: TenantTransaction,
	list: AssetList,
): Promise<AssetPage<Attributes>> {
	const source = await prepare(tx, list);
	const slice = await readSlice<Attributes>(tx, source, list);
	const counts = await countAssets(tx, source, { milliseconds: countMs, now: () => performance.now() });
	return {
		...slice,
		counts,
		coverage: await coverageOf(tx, source.checked),
	};
}

/** The page alone: what goes on with a list has counted it before. */
export async function sliceAssets<Attributes extends AttributeValues>(
	tx: TenantTransaction,
	list: AssetList,
): Promise<AssetSlice<Attributes>> {
	return await readSlice(tx, await prepare(tx, list), list);
}

async function prepare(tx: TenantTransaction, { type, query }: AssetList): Promise<QuerySource> {
	// Filters have no relative times, so that any moment will do.
	return await prepareQuery(tx, checkQuery(query, type, new Date()), null);
}

async function readSlice<Attributes extends AttributeValues>(
	tx: TenantTransaction,
	source: QuerySource,
	{ sort, limit, cursor }: AssetList,
): Promise<AssetSlice<Attributes>> {
	const { assets, nextCursor } = await queryAssets(tx, source, { sort, descending: false, limit, cursor });
	// The attributes of an asset are those of its type, which whoever asks for the type knows.
	return { assets: (await withLabels(tx, assets)) as readonly AssetRow<Attributes>[], nextCursor };
}
