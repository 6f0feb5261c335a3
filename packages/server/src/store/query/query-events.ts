import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { nameAssets } from './asset-names.ts';
import { allOf, type Clause, toSql } from './clause.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { QuerySource } from './query-source.ts';

export interface FoundEvent {
	/** Counts the events of the organization. */
	readonly number: string;
	readonly at: string;
	readonly type: string;
	readonly assetId: string;
	/** As it is called now; null where the asset cannot be searched (any more). */
	readonly assetName: string | null;
	readonly assetType: 'device' | 'user' | null;
	/** Kind of the integration; null where no integration made the event. */
	readonly source: string | null;
	readonly integrationId: string | null;
	readonly executionId: string | null;
	readonly attribute: string | null;
	readonly value: unknown;
}

export interface EventPage {
	/** Newest first. */
	readonly events: readonly FoundEvent[];
	readonly nextCursor: string | null;
}

/** From the first moment to before the last one, ISO 8601; null: open. */
export interface Span {
	readonly from: string | null;
	readonly to: string | null;
}

export interface EventOptions extends Span {
	readonly limit: number;
	readonly cursor: string | null;
}

/** A number as it may be: more digits than a bigint has make no number of an event. */
export function isEventNumber(value: string): boolean {
	return /^\d{1,18}$/.test(value);
}

const newestFirst = { sort: 'number', descending: true, values: [isEventNumber] } as const;

/** The activity of the organization that matches, the latest numbers first. */
export async function queryEvents(
	tx: TenantTransaction,
	query: QuerySource,
	{ limit, cursor, ...span }: EventOptions,
): Promise<EventPage> {
	const [before] = cursor === null ? [] : readCursor(cursor, newestFirst);
	const where = allOf([conditionOf(query), isWithin(span), before === undefined || sql`e.number < ${before}::bigint`]);
	const rows = await runSql<EventRow>(
		tx,
		sql`select ${eventColumns} from ${query.source} left join integration i on i.id = e.integration
			where ${toSql(where)} order by e.number desc limit ${limit + 1}`,
	);
	const page = rows.slice(0, limit);
	const last = rows.length > limit ? page.at(-1) : undefined;
	return {
		events: await toEvents(tx, page),
		nextCursor: last === undefined ? null : writeCursor(newestFirst, [last.number]),
	};
}

export interface HistogramOptions {
	readonly from: Date;
	/** Behind the last moment that counts. */
	readonly to: Date;
	readonly buckets: number;
}

export interface HistogramBucket {
	readonly from: string;
	readonly total: number;
	/** Type of event to how many. */
	readonly types: Readonly<Record<string, number>>;
}

/** How many events match in each of as many spans of equal length, empty ones included. */
export async function countEvents(
	tx: TenantTransaction,
	query: QuerySource,
	{ from, to, buckets }: HistogramOptions,
): Promise<readonly HistogramBucket[]> {
	const lengthMs = to.getTime() - from.getTime();
	if (buckets < 1 || lengthMs < buckets) throw new TypeError('a histogram has buckets of at least a millisecond');
	const startOf = (bucket: number) => new Date(from.getTime() + Math.ceil((lengthMs * bucket) / buckets)).toISOString();
	const starts = Array.from({ length: buckets }, (_, bucket) => startOf(bucket));
	const span = { from: from.toISOString(), to: to.toISOString() };
	const rows = await runSql<{ bucket: number; type: string; count: number }>(
		tx,
		sql`select width_bucket(e.at, ${starts}::timestamptz[]) - 1 as bucket, e.type, count(*)::int as count
			from ${query.source} where ${toSql(allOf([conditionOf(query), isWithin(span)]))} group by 1, 2 order by 1, 3 desc, 2`,
	);
	const byBucket = Map.groupBy(rows, ({ bucket }) => bucket);
	return starts.map((start, bucket) => {
		const counts = byBucket.get(bucket) ?? [];
		return {
			from: start,
			total: counts.reduce((sum, { count }) => sum + count, 0),
			types: Object.fromEntries(counts.map(({ type, count }) => [type, count])),
		};
	});
}

function conditionOf({ checked, compiled }: QuerySource): Clause {
	if (checked.entity !== 'event') throw new TypeError(`a query for ${checked.entity}s finds no events`);
	return allOf([compiled.base, compiled.matches]);
}

function isWithin({ from, to }: Span): Clause {
	return allOf([from === null || sql`e.at >= ${from}::timestamptz`, to === null || sql`e.at < ${to}::timestamptz`]);
}

export interface EventRow {
	readonly number: string;
	readonly at: Date;
	readonly type: string;
	readonly asset_id: string;
	readonly record: string | null;
	readonly kind: string | null;
	readonly integration: string | null;
	readonly execution: string | null;
	readonly attribute: string | null;
	readonly value: unknown;
}

/** Of `e` with its integration `i`. */
export const eventColumns: RawBuilder<unknown> = sql`e.number, e.at, e.type, e.asset_id, e.record, i.kind, e.integration,
	e.execution, e.attribute, e.value`;

export async function toEvents(tx: TenantTransaction, rows: readonly EventRow[]): Promise<readonly FoundEvent[]> {
	const names = await nameAssets(
		tx,
		rows.map(({ asset_id: id }) => id),
	);
	return rows.map((row) => ({
		number: row.number,
		at: row.at.toISOString(),
		type: row.type,
		assetId: row.asset_id,
		assetName: names.get(row.asset_id)?.name ?? null,
		assetType: names.get(row.asset_id)?.type ?? null,
		source: row.kind,
		integrationId: row.integration,
		executionId: row.execution,
		attribute: row.attribute,
		value: row.value,
	}));
}
