import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { TenantTransaction } from './transaction.ts';

/** PostgreSQL takes COPY data in any slices; 256 kB keeps memory flat without many system calls. */
const sliceLength = 256 * 1024;

const special = /[\\\n\r\t]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One field of COPY's text format; undefined and null are NULL. */
export function copyField(value: string | number | boolean | null | undefined): string {
	if (value === null || value === undefined) return '\\N';
	if (typeof value === 'string')
		return value.search(special) < 0 ? value : value.replace(special, (found) => escapes[found] ?? found);
	return String(value);
}

/** A bytea as a field of COPY's text format. */
export function copyBytes(value: Buffer): string {
	return `\\\\x${value.toString('hex')}`;
}

/** JSON text of a value as a field; JSON.stringify leaves no control character but backslashes. */
export function copyJson(value: unknown): string {
	const text = JSON.stringify(value);
	return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
}

/** An array as a field; every element quoted. */
export function copyArray(values: readonly string[] | undefined): string {
	if (values === undefined) return '\\N';
	if (values.length === 0) return '{}';
	return copyField(`{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`);
}

/** Copies lines (fields joined by tabs, without the newline) into a temporary table. */
export async function copyRows(tx: TenantTransaction, table: string, lines: Iterable<string>): Promise<void> {
	const stream = tx.client.query(copyFrom(`copy ${table} from stdin`));
	const finished = once(stream, 'finish');
	// Awaited below; without this a fault between two slices would be an unhandled rejection.
	finished.catch(() => undefined);
	let slice = '';
	for (const line of lines) {
		slice += `${line}\n`;
		if (slice.length < sliceLength) continue;
		if (!stream.write(slice)) await Promise.race([once(stream, 'drain'), finished]);
		slice = '';
	}
	stream.end(slice);
	await finished;
}
