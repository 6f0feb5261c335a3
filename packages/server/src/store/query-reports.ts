import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { CheckedQuery } from '@rollcall/model/query/checked-query.ts';
import { type Finding, findFinding, findingKey, findingPrefix, findings } from '@rollcall/model/query/findings.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { Coverage } from './asset-listing.ts';
import { type FreeAddress, listAddresses, listUncoveredAccounts, type UncoveredAccount } from './finding-counts.ts';
import { withLabels } from './labels.ts';
import { queryAssets } from './query/query-assets.ts';
import { prepareQuery } from './query/query-source.ts';
import type { FoundAsset } from './query/read-assets.ts';
import {
	type Counting,
	checkFinding,
	countFinding,
	countQuery,
	type QueryFault,
	readSavedQuery,
} from './query-counts.ts';
import { type QueryCount, readTrend, type TrendDay } from './query-trends.ts';
import type { SavedQuery } from './saved-queries.ts';
import type { TenantTransaction } from './transaction.ts';

export interface Reporting extends Counting {
	readonly trendDays: number;
	/** How many of what it finds are shown. */
	readonly limit: number;
}

/** What a query finds now, how sure that is, and how it went. */
export interface QueryReport {
	/** Why it cannot be asked any more; then there is its trend alone. */
	readonly fault: QueryFault | null;
	/** What a person should know of how the query was read. */
	readonly notices: readonly string[];
	readonly count: QueryCount | null;
	readonly coverage: Coverage | null;
	/** Earliest day first. */
	readonly trend: readonly TrendDay[];
	readonly found: Found;
}

/** The first of what was found; of events their count alone. */
export type Found =
	| { readonly kind: 'assets'; readonly type: AssetType; readonly assets: readonly FoundAsset[] }
	| { readonly kind: 'addresses'; readonly addresses: readonly FreeAddress[] }
	| { readonly kind: 'accounts'; readonly accounts: readonly UncoveredAccount[] }
	| { readonly kind: 'nothing' };

export async function reportQuery(
	tx: TenantTransaction,
	saved: SavedQuery,
	reporting: Reporting,
): Promise<QueryReport> {
	const { now, trendDays } = reporting;
	const { checked, fault } = readSavedQuery(saved, now);
	if (checked === undefined) {
		const trend = await readTrend(tx, saved.id, trendDays, now);
		return { fault, notices: [], count: null, coverage: null, trend, found: { kind: 'nothing' } };
	}
	const counted = await countQuery(tx, saved.id, checked, reporting);
	return {
		fault: null,
		notices: checked.notices,
		...counted,
		trend: await readTrend(tx, saved.id, trendDays, now),
		found: await findFirst(tx, checked, reporting.limit),
	};
}

export async function reportFinding(
	tx: TenantTransaction,
	finding: Finding,
	reporting: Reporting,
): Promise<QueryReport> {
	const counted = await countFinding(tx, finding, reporting);
	return {
		fault: null,
		notices: [],
		...counted,
		trend: await readTrend(tx, findingKey(finding), reporting.trendDays, reporting.now),
		found: await findOf(tx, finding, reporting),
	};
}

async function findOf(tx: TenantTransaction, { about }: Finding, { now, limit }: Reporting): Promise<Found> {
	switch (about.kind) {
		case 'query':
			return await findFirst(tx, checkFinding(about, now), limit);
		case 'addresses':
			return { kind: 'addresses', addresses: await listAddresses(tx, limit) };
		case 'accounts':
			return { kind: 'accounts', accounts: await listUncoveredAccounts(tx, limit) };
	}
}

async function findFirst(tx: TenantTransaction, checked: CheckedQuery, limit: number): Promise<Found> {
	if (checked.entity === 'event') return { kind: 'nothing' };
	const source = await prepareQuery(tx, checked, null);
	const { assets } = await queryAssets(tx, source, { sort: 'name', descending: false, limit, cursor: null });
	return { kind: 'assets', type: checked.entity, assets: await withLabels(tx, assets) };
}

/** A finding by its id, with `finding:` before it or not. Throws `FINDING:0001`, with what may be meant. */
export function requireFinding(id: string): Finding {
	const bare = id.startsWith(findingPrefix) ? id.slice(findingPrefix.length) : id;
	const finding = findFinding(bare.toLowerCase());
	if (finding !== undefined) return finding;
	throw new RollcallError({
		code: 'FINDING:0001',
		actor: 'you',
		retryable: false,
		message: `There is no finding ${JSON.stringify(id)}.`,
		fix: suggest(
			bare.toLowerCase(),
			findings.map((each) => each.id),
		),
		details: { field: 'id' },
	});
}
