import { access, mkdir, realpath, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { ensureCluster, SERVER_USER } from './cluster.ts';
import { ensureDatabase, isReachable, type SocketConnection } from './database.ts';
import { absentServerFault, closedFault, directoryFault, threadFault } from './faults.ts';
import { chooseLauncher, type Launcher } from './launcher.ts';
import { clearRemains, type Postmaster, startPostmaster } from './postmaster.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { openProcessLock, type ProcessLock } from './process-lock.ts';
import { isPostmasterOf } from './processes.ts';
import { discardRuntime, ensureRuntime, type PostgresRuntime } from './runtime.ts';
import { openServerLog, type ServerLog } from './server-log.ts';
import { chooseSettings, describeMachine, type ServerSettings } from './settings.ts';
import { prepareSocketDirectory } from './socket-directory.ts';

const DATABASE = 'rollcall';
const POLL_MS = 20;
/** How long an adopter waits for the owner's server: a first start, or a recovery after a crash. */
const ADOPT_LIMIT_MS = 120_000;
/** A server that lived shorter than this is not restarted at once. */
const SHORT_LIFE_MS = 5_000;

export interface EmbeddedServerEvent {
	readonly name: 'adopted' | 'taking-over' | 'initialised' | 'started' | 'ended' | 'stopped' | 'restart-failed';
	readonly processId?: number;
	readonly elapsedMs?: number;
	readonly error?: unknown;
}

export interface EmbeddedServerOptions {
	/** Made with mode 0700 if missing. Holds `postgres/`, `postgres.log`, `postgres.lock` and `runtime/`. */
	readonly dataDirectory: string;
	/** Where the programs are copied to; `<dataDirectory>/runtime` unless several data directories share it. */
	readonly runtimeDirectory?: string;
	/** First choice for the parent of the socket's directory (XDG_RUNTIME_DIR); else the system's temporary one. */
	readonly socketParent?: string;
	/** Settings of PostgreSQL that replace ours, such as `THROWAWAY_SETTINGS`. Without effect when adopting. */
	readonly settings?: ServerSettings;
	readonly log?: (event: EmbeddedServerEvent) => void;
	/** Ends the opening; later it has no effect. */
	readonly signal?: AbortSignal;
}

export interface EmbeddedServer {
	/** How to connect. Read it again after `ensureRunning`: as a rule it stays, but a new owner may have to move. */
	readonly connection: SocketConnection;
	role(): 'owner' | 'adopter';
	/**
	 * Resolves when a server takes connections. Costs well under a millisecond while it does. When the owner died or
	 * closed, one of the adopters becomes the owner and starts the server; the others wait for it. Call it when a
	 * connection broke, then repeat the transaction.
	 */
	ensureRunning(): Promise<void>;
	/**
	 * The owner stops the server, also under adopters: their sessions end, and the first that calls `ensureRunning`
	 * takes over. An adopter only lets go. Idempotent.
	 */
	close(): Promise<void>;
}

/** Whether a database was ever made in the data directory. What cannot be looked at counts as one: opening it tells why. */
export async function hasCluster(dataDirectory: string): Promise<boolean> {
	return await access(join(dataDirectory, 'postgres', 'PG_VERSION')).then(
		() => true,
		(error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ENOENT'),
	);
}

/**
 * Opens the database of a data directory: starts the server, or adopts the one that another Rollcall process runs.
 * The server lives exactly as long as its owner, the holder of the lock, whatever ends that process.
 *
 * @throws RollcallError with a `DATABASE:01xx` code, the end of the server's log where it helps, and what to do.
 */
export async function openEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
	const dataDirectory = await prepareDataDirectory(options.dataDirectory);
	const supervisor = new Supervisor({ ...options, dataDirectory });
	try {
		await supervisor.ensureRunning();
		return supervisor;
	} catch (error) {
		await supervisor.close();
		throw error;
	}
}

class Supervisor implements EmbeddedServer {
	readonly #options: EmbeddedServerOptions;
	readonly #clusterDirectory: string;
	readonly #lock: ProcessLock;
	#connection: SocketConnection | undefined;
	#postmaster: Postmaster | undefined;
	#log: ServerLog | undefined;
	#ensuring: Promise<void> | undefined;
	#opened = false;
	#closing: Promise<void> | undefined;

	constructor(options: EmbeddedServerOptions) {
		this.#options = options;
		this.#clusterDirectory = join(options.dataDirectory, 'postgres');
		this.#lock = openProcessLock(join(options.dataDirectory, 'postgres.lock'));
	}

	get connection(): SocketConnection {
		if (this.#connection === undefined) throw closedFault();
		return this.#connection;
	}

	role(): 'owner' | 'adopter' {
		return this.#lock.isHeld() ? 'owner' : 'adopter';
	}

	ensureRunning(): Promise<void> {
		if (this.#closing !== undefined) return Promise.reject(closedFault());
		this.#ensuring ??= this.#ensure().finally(() => {
			this.#ensuring = undefined;
		});
		return this.#ensuring;
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #ensure(): Promise<void> {
		const beganAt = performance.now();
		for (;;) {
			if (this.#lock.tryAcquire()) {
				await this.#serve(beganAt);
				return;
			}
			if (await this.#adopt()) return;
			const waitedMs = performance.now() - beganAt;
			if (waitedMs > ADOPT_LIMIT_MS) throw absentServerFault(this.#options.dataDirectory, waitedMs);
			if (this.#closing !== undefined) throw closedFault();
			const signal = this.#opened ? undefined : this.#options.signal;
			await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal });
		}
	}

	/** Without the lock: uses the server of whoever holds it. Returns whether there is one to use. */
	async #adopt(): Promise<boolean> {
		const state = await readPostmasterFile(this.#clusterDirectory);
		if (state?.status !== 'ready' || !isPostmasterOf(state.processId, this.#clusterDirectory)) return false;
		const known = this.#connection?.host === state.socketDirectory && this.#opened;
		const connection = { host: state.socketDirectory, port: state.port, user: SERVER_USER, database: DATABASE };
		// The first time, also wait until the owner has made the database.
		if (!known && !(await isReachable(connection).catch(() => false))) return false;
		this.#connection = connection;
		if (!known) this.#tell({ name: 'adopted', processId: state.processId });
		this.#opened = true;
		return true;
	}

	/** Under the lock: the server must be our child. */
	async #serve(beganAt: number): Promise<void> {
		if (this.#postmaster?.isAlive()) {
			const state = await readPostmasterFile(this.#clusterDirectory);
			if (state?.status === 'ready' && state.processId === this.#postmaster.processId) return;
			await this.#postmaster.stop();
		}
		if (this.#opened) this.#tell({ name: 'taking-over' });
		try {
			await this.#start();
		} catch (error) {
			// Another process may fare better, such as one whose package is whole.
			await this.#stop();
			this.#lock.release();
			throw error;
		}
		this.#opened = true;
		this.#tell({ name: 'started', ...this.#describe(beganAt) });
	}

	async #start(): Promise<void> {
		// The kernel ends the server with the thread that started it, not with the process.
		if (!isMainThread) throw threadFault();
		const { dataDirectory, settings } = this.#options;
		const signal = this.#opened ? undefined : this.#options.signal;
		const clusterDirectory = this.#clusterDirectory;
		this.#log?.close();
		const log = openServerLog(join(dataDirectory, 'postgres.log'));
		this.#log = log;
		if (await clearRemains(clusterDirectory)) this.#tell({ name: 'stopped' });
		const { runtime, launcher } = await this.#prepareProgram();
		const durable = settings?.['fsync'] !== 'off';
		const isNew = await ensureCluster({ clusterDirectory, runtime, launcher, log, durable, signal });
		if (isNew) this.#tell({ name: 'initialised' });
		const record = join(dataDirectory, 'postgres.socket');
		const socketDirectory = await prepareSocketDirectory(
			clusterDirectory,
			record,
			launcher,
			this.#options.socketParent,
		);
		const merged = chooseSettings(describeMachine(), settings);
		const { postgres } = runtime;
		const beganAt = performance.now();
		const postmaster = await startPostmaster({
			clusterDirectory,
			socketDirectory,
			postgres,
			launcher,
			settings: merged,
			log,
			signal,
		});
		this.#postmaster = postmaster;
		const state = await readPostmasterFile(clusterDirectory);
		const connection = { host: socketDirectory, port: state?.port ?? 0, user: SERVER_USER, database: DATABASE };
		await ensureDatabase(connection, isNew);
		this.#connection = connection;
		void postmaster.exited.then(() => this.#onExit(postmaster, performance.now() - beganAt));
	}

	/** A copy of the programs that does not run (a power cut while copying) is made anew, once. */
	async #prepareProgram(): Promise<{ runtime: PostgresRuntime; launcher: Launcher }> {
		const runtimeDirectory = this.#options.runtimeDirectory ?? join(this.#options.dataDirectory, 'runtime');
		const runtime = await ensureRuntime(runtimeDirectory);
		try {
			return { runtime, launcher: await chooseLauncher(runtime.postgres, this.#clusterDirectory) };
		} catch {
			await discardRuntime(runtime);
			const again = await ensureRuntime(runtimeDirectory);
			return { runtime: again, launcher: await chooseLauncher(again.postgres, this.#clusterDirectory) };
		}
	}

	/** Adopters cannot restart the server while its owner lives, so the owner does it unasked. */
	async #onExit(postmaster: Postmaster, livedMs: number): Promise<void> {
		if (this.#closing !== undefined || this.#postmaster !== postmaster) return;
		this.#tell({ name: 'ended', processId: postmaster.processId });
		if (livedMs < SHORT_LIFE_MS) await sleep(1_000, undefined, { ref: false });
		if (this.#closing !== undefined) return;
		await this.ensureRunning().catch((error: unknown) => this.#tell({ name: 'restart-failed', error }));
	}

	async #close(): Promise<void> {
		await Promise.allSettled([this.#ensuring]);
		try {
			await this.#stop();
			// The next owner makes it again; until then nothing of ours lies about in the temporary directory.
			if (this.#lock.isHeld() && this.#connection !== undefined)
				await Promise.allSettled([rmdir(this.#connection.host)]);
		} finally {
			this.#log?.close();
			this.#lock.close();
		}
	}

	async #stop(): Promise<void> {
		const postmaster = this.#postmaster;
		this.#postmaster = undefined;
		if (postmaster === undefined) return;
		await postmaster.stop();
		this.#tell({ name: 'stopped', processId: postmaster.processId });
	}

	#describe(beganAt: number): { elapsedMs: number; processId?: number } {
		const elapsedMs = Math.round(performance.now() - beganAt);
		return this.#postmaster === undefined ? { elapsedMs } : { elapsedMs, processId: this.#postmaster.processId };
	}

	#tell(event: EmbeddedServerEvent): void {
		this.#options.log?.(event);
	}
}

/** The real path: PostgreSQL reports that one, and two names of one directory must meet in one lock. */
async function prepareDataDirectory(path: string): Promise<string> {
	try {
		await mkdir(path, { recursive: true, mode: 0o700 });
		return await realpath(path);
	} catch (error) {
		throw directoryFault(path, error);
	}
}
