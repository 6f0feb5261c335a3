// biome-ignore lint/correctness/noUnresolvedImports: Biome's list of Node's modules is older than this one
import { DatabaseSync } from 'node:sqlite';
import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import { directoryFault } from './faults.ts';

/** SQLITE_BUSY: another process (or another handle of this one) holds the lock. */
const SQLITE_BUSY = 5;

/** A lock on a file that the kernel lets go the moment its holder dies. */
export interface ProcessLock {
	/** Takes the lock if it is free. Never waits; costs some 50 µs when taken by another. */
	tryAcquire(): boolean;
	isHeld(): boolean;
	release(): void;
	/** Releases and closes the file. The handle is of no use afterwards. */
	close(): void;
}

/**
 * Opens the lock file without taking the lock.
 *
 * The lock is SQLite's exclusive lock, taken through Node's own `node:sqlite`: a POSIX record lock, so it needs no
 * native package, is held by the kernel, and cannot outlive its holder whatever kills it. A file with a process id
 * would need a guess about stale holders (process ids come round again, above all in containers), and two processes
 * that guess at once both win.
 *
 * POSIX record locks have one trap: the holder loses the lock if it opens and closes the same file by other means.
 * Nothing but this module may touch the file; a backup leaves it out.
 */
export function openProcessLock(path: string): ProcessLock {
	const database = openLockFile(path);
	let held = false;
	return {
		tryAcquire() {
			if (held) return true;
			try {
				// Nothing is ever written, so no journal file is wanted beside the lock.
				database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
				held = true;
			} catch (error) {
				if (!isBusy(error)) throw directoryFault(path, error);
			}
			return held;
		},
		isHeld: () => held,
		release() {
			if (held) database.exec('ROLLBACK');
			held = false;
		},
		close() {
			held = false;
			if (database.isOpen) database.close();
		},
	};
}

function openLockFile(path: string): DatabaseSync {
	try {
		return new DatabaseSync(path, { timeout: 0 });
	} catch (error) {
		throw directoryFault(path, new Error(`the lock file cannot be opened: ${describeError(error)}`, { cause: error }));
	}
}

function isBusy(error: unknown): boolean {
	return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
