import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:process';

/** Whether the process is a running postmaster (not a zombie) of this cluster directory (a real path). */
export function isPostmasterOf(processId: number, clusterDirectory: string): boolean {
	if (platform !== 'linux') return describeByPs(processId).includes(clusterDirectory);
	return !isZombie(processId) && worksIn(processId, clusterDirectory);
}

/**
 * Server processes that still work in the cluster directory, the postmaster or what is left when it was killed.
 * Empty where there is no /proc: PostgreSQL's own check of shared memory guards the data there.
 */
export function findClusterProcesses(clusterDirectory: string): number[] {
	if (platform !== 'linux') return [];
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter((processId) => !isZombie(processId) && worksIn(processId, clusterDirectory));
}

/** Sends the signal; a process that has gone meanwhile is what was wanted anyway. */
export function signalProcess(processId: number, signal: NodeJS.Signals): void {
	try {
		process.kill(processId, signal);
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
	}
}

/** Every PostgreSQL process runs in its data directory (it changes there at start) and calls itself postgres. */
function worksIn(processId: number, clusterDirectory: string): boolean {
	const directory = attempt(() => readlinkSync(`/proc/${processId}/cwd`));
	if (directory !== undefined && directory !== clusterDirectory) return false;
	if (attempt(() => readFileSync(`/proc/${processId}/comm`, 'utf8'))?.trim() !== 'postgres') return false;
	if (directory !== undefined) return true;
	// A server in another user namespace may hide its directory; its command line is open to all.
	const words = attempt(() => readFileSync(`/proc/${processId}/cmdline`, 'utf8'))?.split('\0');
	return words?.includes(clusterDirectory) ?? false;
}

function isZombie(processId: number): boolean {
	const status = attempt(() => readFileSync(`/proc/${processId}/stat`, 'utf8'));
	if (status === undefined) return true;
	// The name in parentheses may itself hold spaces and parentheses; the state follows the last one.
	const state = status.slice(status.lastIndexOf(')') + 2)[0];
	return state === 'Z' || state === 'X';
}

function describeByPs(processId: number): string {
	return attempt(() => execFileSync('ps', ['-o', 'command=', '-p', String(processId)], { encoding: 'utf8' })) ?? '';
}

function attempt<Value>(read: () => Value): Value | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
