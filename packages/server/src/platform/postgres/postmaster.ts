import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFault, stuckServerFault } from './faults.ts';
import { type Launcher, SERVER_ENVIRONMENT } from './launcher.ts';
import { disarmPostmasterFile, readPostmasterFile } from './postmaster-file.ts';
import { findClusterProcesses, isPostmasterOf, signalProcess } from './processes.ts';
import type { ServerLog } from './server-log.ts';
import type { ServerSettings } from './settings.ts';
import { SOCKET_PORT } from './socket-directory.ts';

const POLL_MS = 10;
const FAST_STOP_MS = 20_000;
const IMMEDIATE_STOP_MS = 5_000;

/** The server as a child of this process. */
export interface Postmaster {
	readonly processId: number;
	isAlive(): boolean;
	/** Resolves when the process has ended, however it ended. */
	readonly exited: Promise<void>;
	/** Fast stop: ends sessions, writes a checkpoint; after 20 s an immediate stop, which the next start recovers from. */
	stop(): Promise<void>;
}

export interface PostmasterOptions {
	readonly clusterDirectory: string;
	readonly socketDirectory: string;
	readonly postgres: string;
	readonly launcher: Launcher;
	readonly settings: ServerSettings;
	readonly log: ServerLog;
	readonly signal: AbortSignal | undefined;
}

/** Starts the server and waits until it takes connections, through recovery too, as long as it lives. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
	const postmaster = spawnPostmaster(options);
	try {
		for (;;) {
			if (!postmaster.isAlive())
				throw startFault('start', options.log.path, options.log.readTail(), postmaster.failure());
			const state = await readPostmasterFile(options.clusterDirectory);
			if (state?.processId === postmaster.processId && state.status === 'ready') return postmaster;
			await sleep(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
		}
	} catch (error) {
		await postmaster.stop();
		throw error;
	}
}

/**
 * Sees to it that no server works in the cluster directory, and that a dead one's files stop nobody. Call it only
 * under the lock: whoever holds it knows that a server still there has lost its owner. On Linux such a server is
 * stopping by itself; elsewhere it would run for ever with nobody to stop it. Returns whether one had to be stopped.
 */
export async function clearRemains(clusterDirectory: string): Promise<boolean> {
	const state = await readPostmasterFile(clusterDirectory);
	if (state === undefined) return false;
	const orphaned = isPostmasterOf(state.processId, clusterDirectory);
	if (orphaned) {
		const gone = () => !isPostmasterOf(state.processId, clusterDirectory);
		signalProcess(state.processId, 'SIGINT');
		if (!(await waitUntil(gone, FAST_STOP_MS))) signalProcess(state.processId, 'SIGQUIT');
		if (!(await waitUntil(gone, IMMEDIATE_STOP_MS))) throw stuckServerFault(state.processId);
	}
	// Sessions of a postmaster that was killed: their work is lost already, recovery will undo it.
	const leftBehind = findClusterProcesses(clusterDirectory);
	for (const processId of leftBehind) signalProcess(processId, 'SIGQUIT');
	const allGone = () => findClusterProcesses(clusterDirectory).length === 0;
	if (leftBehind.length > 0 && !(await waitUntil(allGone, FAST_STOP_MS))) throw stuckServerFault(leftBehind[0] ?? 0);
	await disarmPostmasterFile(clusterDirectory);
	return orphaned;
}

function spawnPostmaster(options: PostmasterOptions): Postmaster & { failure(): unknown } {
	const words = [...options.launcher.prefix, options.postgres, '-D', options.clusterDirectory];
	const settings = {
		...options.settings,
		listen_addresses: '',
		port: String(SOCKET_PORT),
		unix_socket_directories: options.socketDirectory,
		unix_socket_permissions: '0700',
		logging_collector: 'off',
	};
	for (const [name, value] of Object.entries(settings)) words.push('-c', `${name}=${value}`);
	// A session of its own: Ctrl-C in the terminal must reach Rollcall, which stops the server last.
	const child = spawn(words[0] ?? '', words.slice(1), {
		cwd: '/',
		detached: true,
		env: SERVER_ENVIRONMENT,
		stdio: ['ignore', options.log.descriptor, options.log.descriptor],
	});
	child.unref();
	let failure: unknown;
	let alive = true;
	const stopAtExit = () => child.kill('SIGINT');
	process.once('exit', stopAtExit);
	const exited = new Promise<void>((resolve) => {
		const end = (reason?: unknown) => {
			failure = reason;
			alive = false;
			process.off('exit', stopAtExit);
			resolve();
		};
		child.once('error', end);
		child.once('exit', () => end());
	});
	const stop = async () => {
		if (!alive) return;
		child.ref();
		child.kill('SIGINT');
		if (await waitUntil(() => !alive, FAST_STOP_MS)) return;
		child.kill('SIGQUIT');
		if (!(await waitUntil(() => !alive, IMMEDIATE_STOP_MS))) throw stuckServerFault(child.pid ?? 0);
	};
	return { processId: child.pid ?? 0, isAlive: () => alive, exited, stop, failure: () => failure };
}

async function waitUntil(isTrue: () => boolean, limitMs: number): Promise<boolean> {
	const endsAt = performance.now() + limitMs;
	while (!isTrue()) {
		if (performance.now() > endsAt) return false;
		await sleep(POLL_MS);
	}
	return true;
}
