import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A process id above every kernel's maximum (2^22 on Linux): no process has it. */
const NO_PROCESS = 2_147_483_646;

/** What `postmaster.pid` says. Source of the lines: PostgreSQL, src/include/utils/pidfile.h. */
export interface PostmasterState {
	readonly processId: number;
	readonly port: number;
	readonly socketDirectory: string;
	readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | 'unknown';
}

/** Reads the file of a running or crashed server; undefined where there is none, or where it is being written. */
export async function readPostmasterFile(clusterDirectory: string): Promise<PostmasterState | undefined> {
	const text = await readFile(join(clusterDirectory, 'postmaster.pid'), 'utf8').catch(() => undefined);
	if (text === undefined) return undefined;
	const [processId, , , port, socketDirectory, , , status] = text.split('\n').map((line) => line.trim());
	const parsed = Number(processId);
	if (!Number.isInteger(parsed) || parsed <= 0) return undefined;
	return {
		processId: parsed,
		port: Number(port) || 0,
		socketDirectory: socketDirectory ?? '',
		status: toStatus(status),
	};
}

/**
 * Makes a dead server's file harmless. PostgreSQL refuses to start while the process id in it is alive, even where
 * that id now belongs to a stranger or a zombie. The rest stays: by its line on shared memory PostgreSQL notices
 * processes of the dead server that still run. Call it only under the lock and after the server was seen dead.
 */
export async function disarmPostmasterFile(clusterDirectory: string): Promise<void> {
	const path = join(clusterDirectory, 'postmaster.pid');
	const text = await readFile(path, 'utf8').catch(() => undefined);
	if (text === undefined) return;
	const [, ...rest] = text.split('\n');
	await writeFile(path, [String(NO_PROCESS), ...rest].join('\n'));
}

function toStatus(line: string | undefined): PostmasterState['status'] {
	if (line === 'starting' || line === 'stopping' || line === 'ready' || line === 'standby') return line;
	return 'unknown';
}
