import { withLabels } from '../labels.ts';
import type { TenantTransaction } from '../transaction.ts';
import { type PageOptions, queryAssets } from './query-assets.ts';
import type { QuerySource } from './query-source.ts';
import type { FoundAsset } from './read-assets.ts';

export interface ExportOptions extends Omit<PageOptions, 'limit'> {
	/** Assets at the most; Infinity: all. */
	readonly limit: number;
	readonly pageSize?: number;
}

const defaultPageSize = 500;

/**
 * The assets that match, page by page, never more than one of them in memory. For a transaction with one snapshot, so that
 * what is exported is one inventory, whatever is collected meanwhile.
 */
export async function* exportAssets(
	tx: TenantTransaction,
	query: QuerySource,
	{ limit, pageSize = defaultPageSize, cursor, ...order }: ExportOptions,
): AsyncGenerator<{ readonly assets: readonly FoundAsset[]; readonly nextCursor: string | null }> {
	let left = limit;
	let next = cursor;
	do {
		const page = await queryAssets(tx, query, { ...order, limit: Math.min(left, pageSize), cursor: next });
		left -= page.assets.length;
		next = page.nextCursor;
		yield { ...page, assets: await withLabels(tx, page.assets) };
	} while (next !== null && left > 0);
}
