import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { directoryFault, foreignFilesFault, startFault, versionFault } from './faults.ts';
import { type Launcher, SERVER_ENVIRONMENT } from './launcher.ts';
import type { PostgresRuntime } from './runtime.ts';
import type { ServerLog } from './server-log.ts';

/** The superuser of the embedded server; the socket's directory is what keeps strangers out. */
export const SERVER_USER = 'rollcall';

export interface ClusterOptions {
	readonly clusterDirectory: string;
	readonly runtime: PostgresRuntime;
	readonly launcher: Launcher;
	readonly log: ServerLog;
	/** False only for throw-away clusters: skips writing the new files through to the disk. */
	readonly durable: boolean;
	readonly signal: AbortSignal | undefined;
}

/**
 * Makes the data files if there are none. They are made in a sibling folder that is renamed when whole, so a process
 * killed in the middle leaves no half-made cluster, only a folder that the next start removes. Existing data are
 * never touched. Call it only under the lock. Returns whether the cluster is new.
 */
export async function ensureCluster(options: ClusterOptions): Promise<boolean> {
	const { clusterDirectory, runtime, launcher } = options;
	const dataVersion = await readDataVersion(clusterDirectory);
	if (dataVersion !== undefined) {
		const ourVersion = runtime.version.split('.')[0] ?? '';
		if (dataVersion !== ourVersion) throw versionFault(dataVersion, ourVersion, clusterDirectory);
		await handOver(clusterDirectory, launcher);
		return false;
	}
	const temporary = `${clusterDirectory}.initdb-${randomBytes(6).toString('hex')}`;
	try {
		await removeEmptyCluster(clusterDirectory);
		await removeLeftovers(clusterDirectory);
		await mkdir(temporary, { mode: 0o700 });
		if (launcher.userId !== process.getuid?.()) await chown(temporary, launcher.userId, launcher.groupId);
	} catch (error) {
		throw directoryFault(clusterDirectory, error);
	}
	await runInitdb(temporary, options);
	await rename(temporary, clusterDirectory);
	await syncDirectory(dirname(clusterDirectory));
	return true;
}

async function readDataVersion(clusterDirectory: string): Promise<string | undefined> {
	try {
		return (await readFile(join(clusterDirectory, 'PG_VERSION'), 'utf8')).trim();
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
		throw directoryFault(clusterDirectory, error);
	}
}

async function runInitdb(directory: string, options: ClusterOptions): Promise<void> {
	const { launcher, runtime, log, signal } = options;
	// An initdb whose parent dies leaves its folder to the next start: nobody cleans up in a race with it.
	const prefix = launcher.prefix.map((word) => (word === 'INT' ? 'KILL' : word));
	const words = [
		...prefix,
		runtime.initdb,
		`--pgdata=${directory}`,
		`--username=${SERVER_USER}`,
		'--auth-local=trust',
		'--auth-host=reject',
		'--encoding=UTF8',
		'--locale-provider=builtin',
		'--builtin-locale=C.UTF-8',
		'--no-clean',
		'--no-instructions',
		...(options.durable ? [] : ['--no-sync']),
	];
	const child = spawn(words[0] ?? '', words.slice(1), {
		cwd: '/',
		detached: true,
		env: SERVER_ENVIRONMENT,
		stdio: ['ignore', log.descriptor, log.descriptor],
		...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' as const }),
	});
	const [exitCode] = await once(child, 'exit');
	if (exitCode === 0) return;
	const tail = log.readTail();
	await rm(directory, { recursive: true, force: true });
	throw startFault('initialise', log.path, tail);
}

/** Gives the files to the user who will serve them, where root's way of running the server has changed. */
async function handOver(clusterDirectory: string, launcher: Launcher): Promise<void> {
	if (process.getuid?.() !== 0 || (await stat(clusterDirectory)).uid === launcher.userId) return;
	for (const entry of await readdir(clusterDirectory, { recursive: true })) {
		await chown(join(clusterDirectory, entry), launcher.userId, launcher.groupId);
	}
	// The folder itself comes last: by its owner the next start knows whether this was finished.
	await chown(clusterDirectory, launcher.userId, launcher.groupId);
}

async function removeEmptyCluster(clusterDirectory: string): Promise<void> {
	try {
		await rmdir(clusterDirectory);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'ENOTEMPTY' || code === 'EEXIST') throw foreignFilesFault(clusterDirectory);
		if (code !== 'ENOENT') throw error;
	}
}

async function removeLeftovers(clusterDirectory: string): Promise<void> {
	const parent = dirname(clusterDirectory);
	const prefix = `${clusterDirectory.slice(parent.length + 1)}.initdb-`;
	for (const name of await readdir(parent)) {
		if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
	}
}

/** A rename survives a power cut only once its folder has been written. */
async function syncDirectory(path: string): Promise<void> {
	const handle = await open(path, 'r');
	await handle.sync().finally(() => handle.close());
}
