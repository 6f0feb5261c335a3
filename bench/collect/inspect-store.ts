import { join } from 'node:path';
import { withClient } from '../../packages/server/src/platform/postgres/database.ts';
import { openEmbeddedServer } from '../../packages/server/src/platform/postgres/embedded-server.ts';

/** What stands in the inventory of a data directory between two runs. */
export interface StoreFacts {
	readonly records: number;
	readonly distinctRecords: number;
	readonly sizeBytes: number;
	/** Number of the next transaction: rows of a later one were written after this look. */
	readonly nextTransaction: string;
	/** Rows of `source_record` written by transactions from `since` on; 0 without it. */
	readonly recordsWrittenSince: number;
}

/** Starts the database of the directory, looks, and stops it. */
export async function inspectStore(directory: string, since?: string): Promise<StoreFacts> {
	const server = await openEmbeddedServer({ dataDirectory: join(directory, 'data') });
	try {
		return await withClient(server.connection, async (client) => {
			const { rows } = await client.query<[string, string, string, string, string]>({
				rowMode: 'array',
				text: `select count(*), count(distinct native_id), pg_database_size(current_database()),
					pg_snapshot_xmax(pg_current_snapshot()),
					count(*) filter (where xmin::text::bigint >= $1::bigint)
					from source_record`,
				values: [since ?? '9223372036854775807'],
			});
			const [records, distinct, size, next, written] = rows[0] ?? ['0', '0', '0', '0', '0'];
			return {
				records: Number(records),
				distinctRecords: Number(distinct),
				sizeBytes: Number(size),
				nextTransaction: next,
				recordsWrittenSince: Number(written),
			};
		});
	} finally {
		await server.close();
	}
}
