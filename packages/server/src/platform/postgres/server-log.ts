import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { directoryFault } from './faults.ts';

const ROTATE_AT_BYTES = 8 * 1024 * 1024;
const TAIL_BYTES = 4096;
const TAIL_LINES = 15;

/** The log file of the server, open for a child process to write to. */
export interface ServerLog {
	readonly path: string;
	readonly descriptor: number;
	/** The last lines written since the log was opened. */
	readTail(): string;
	close(): void;
}

/** Opens the log for appending; one that has grown large is first moved to `<path>.1`. Call it only under the lock. */
export function openServerLog(path: string): ServerLog {
	try {
		if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_AT_BYTES) renameSync(path, `${path}.1`);
		const descriptor = openSync(path, 'a+', 0o600);
		const beginBytes = fstatSync(descriptor).size;
		return { path, descriptor, readTail: () => readTail(descriptor, beginBytes), close: () => closeSync(descriptor) };
	} catch (error) {
		throw directoryFault(path, error);
	}
}

function readTail(descriptor: number, beginBytes: number): string {
	const sizeBytes = fstatSync(descriptor).size;
	const fromBytes = Math.max(beginBytes, sizeBytes - TAIL_BYTES);
	const buffer = Buffer.alloc(Math.max(0, sizeBytes - fromBytes));
	const readBytes = readSync(descriptor, buffer, 0, buffer.length, fromBytes);
	return buffer.toString('utf8', 0, readBytes).trim().split('\n').slice(-TAIL_LINES).join('\n');
}
