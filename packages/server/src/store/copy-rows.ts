import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import { BinaryRows } from './binary-row.ts';
import type { TenantTransaction } from './transaction.ts';

/** PostgreSQL takes COPY data in any slices; 256 kB keeps memory flat without many system calls. */
const sliceBytes = 256 * 1024;

/** Copies items, each written as one row by `writeRow`, into a temporary table. */
export async function copyRows<Item>(
	tx: TenantTransaction,
	table: string,
	items: Iterable<Item>,
	writeRow: (rows: BinaryRows, item: Item) => void,
): Promise<void> {
	const stream = tx.client.query(copyFrom(`copy ${table} from stdin (format binary)`));
	const finished = once(stream, 'finish');
	// Awaited below; without this a fault between two slices would be an unhandled rejection.
	finished.catch(() => undefined);
	const rows = new BinaryRows();
	try {
		for (const item of items) {
			writeRow(rows, item);
			if (rows.length < sliceBytes) continue;
			if (!stream.write(rows.take())) await Promise.race([once(stream, 'drain'), finished]);
		}
	} catch (error) {
		// A COPY that is never ended would hold up the rollback for ever; destroying it tells the server that it failed.
		stream.destroy(error instanceof Error ? error : new Error(String(error)));
		await once(stream, 'close').catch(() => undefined);
		throw error;
	}
	rows.end();
	stream.end(rows.take());
	await finished;
}
