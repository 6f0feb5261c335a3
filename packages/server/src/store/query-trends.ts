import type { TenantTransaction } from './transaction.ts';

/** How many met a query, when that was counted, and what the count depends on. */
export interface QueryCount {
	readonly countedAt: string;
	readonly matched: number;
	/** Else at least so many match. */
	readonly isExact: boolean;
	/** Further ones of which it asks what is not known. */
	readonly undecided: number;
	readonly undecidedIsExact: boolean;
	readonly scopes: number;
	readonly scopesComplete: number;
}

export interface TrendDay extends QueryCount {
	/** In UTC, as 2026-01-10. */
	readonly day: string;
}

export interface StoredCount {
	readonly counted_at: Date;
	readonly matched: number;
	readonly is_exact: boolean;
	readonly undecided: number;
	readonly undecided_is_exact: boolean;
	readonly scopes: number;
	readonly scopes_complete: number;
}

export const countColumns = 'counted_at, matched, is_exact, undecided, undecided_is_exact, scopes, scopes_complete';

export function toQueryCount(stored: StoredCount): QueryCount {
	return {
		countedAt: stored.counted_at.toISOString(),
		matched: stored.matched,
		isExact: stored.is_exact,
		undecided: stored.undecided,
		undecidedIsExact: stored.undecided_is_exact,
		scopes: stored.scopes,
		scopesComplete: stored.scopes_complete,
	};
}

/**
 * Keeps a count as that of its day; one that is counted later that day takes its place.
 *
 * @param key id of a saved query, or of a finding (`findingKey`)
 */
export async function keepCount(tx: TenantTransaction, key: string, count: QueryCount): Promise<void> {
	await tx.client.query(
		`insert into saved_query_count (query, day, ${countColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (organization, query, day) do update set counted_at = excluded.counted_at, matched = excluded.matched,
			is_exact = excluded.is_exact, undecided = excluded.undecided, undecided_is_exact = excluded.undecided_is_exact,
			scopes = excluded.scopes, scopes_complete = excluded.scopes_complete
		where saved_query_count.counted_at <= excluded.counted_at`,
		[
			key,
			dayOf(count.countedAt),
			count.countedAt,
			count.matched,
			count.isExact,
			count.undecided,
			count.undecidedIsExact,
			count.scopes,
			count.scopesComplete,
		],
	);
}

/** The counts of the last days, today included, earliest first; a day without a count is left out. */
export async function readTrend(
	tx: TenantTransaction,
	key: string,
	days: number,
	now: Date,
): Promise<readonly TrendDay[]> {
	const { rows } = await tx.client.query<StoredCount & { readonly day: string }>(
		`select to_char(day, 'YYYY-MM-DD') as day, ${countColumns} from saved_query_count
		where query = $1 and day > $2::date - $3::int and day <= $2::date order by day`,
		[key, dayOf(now.toISOString()), days],
	);
	return rows.map((row) => ({ day: row.day, ...toQueryCount(row) }));
}

/** Those of the keys that have been counted today. */
export async function readCountedToday(tx: TenantTransaction, now: Date): Promise<ReadonlySet<string>> {
	const { rows } = await tx.client.query<{ query: string }>('select query from saved_query_count where day = $1', [
		dayOf(now.toISOString()),
	]);
	return new Set(rows.map(({ query }) => query));
}

function dayOf(moment: string): string {
	return moment.slice(0, 10);
}
