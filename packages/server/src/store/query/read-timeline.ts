import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { listFormerIds } from './asset-names.ts';
import { allOf, toSql } from './clause.ts';
import { isMoment, readCursor, writeCursor } from './cursor.ts';
import { type EventPage, type EventRow, eventColumns, isEventNumber, toEvents } from './query-events.ts';

export interface TimelineOptions {
	readonly limit: number;
	readonly cursor: string | null;
	/** Only what was by then, ISO 8601; null: all. */
	readonly until: string | null;
}

const newestFirst = { sort: 'at', descending: true, values: [isMoment, isEventNumber] } as const;

/** The events of one asset, latest first; also those of the assets that were merged into it. */
export async function readTimeline(
	tx: TenantTransaction,
	assetId: string,
	{ limit, cursor, until }: TimelineOptions,
): Promise<EventPage> {
	const ids = await listFormerIds(tx, assetId);
	const [at, number] = cursor === null ? [] : readCursor(cursor, newestFirst);
	const after: RawBuilder<unknown> | true =
		at === undefined || sql`(e.at, e.number) < (${at}::timestamptz, ${number}::bigint)`;
	const rows = await runSql<EventRow & { readonly at_text: string }>(
		tx,
		sql`select ${eventColumns}, e.at::text as at_text from tenant_event e left join integration i on i.id = e.integration
			where ${toSql(allOf([sql`e.asset_id = any (${ids}::uuid[])`, after, until === null || sql`e.at <= ${until}::timestamptz`]))}
			order by e.at desc, e.number desc limit ${limit + 1}`,
	);
	const page = rows.slice(0, limit);
	const last = rows.length > limit ? page.at(-1) : undefined;
	return {
		events: await toEvents(tx, page),
		nextCursor: last === undefined ? null : writeCursor(newestFirst, [last.at_text, last.number]),
	};
}
