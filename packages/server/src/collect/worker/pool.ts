import type { AwsSession } from '#aws/session.ts';
import { noCounts, ownCauses, type ScopeReport, type UnitTask } from '../task.ts';
import type { FromWorker, WorkerSetup } from './protocol.ts';
import { fromWireError, toWireError } from './wire-error.ts';
import type { StartWorker, WorkerHandle } from './worker-process.ts';

/** Units a worker holds at once, so that it can open the next scopes while the last ones of a unit end. */
const unitsAtOnce = 4;
/** How often a unit is given to a fresh worker after one died with it. */
const maxTries = 3;

export interface PoolOptions {
	readonly startWorker: StartWorker;
	readonly workers: number;
	readonly setup: WorkerSetup;
	readonly sessionOf: (accountId: string) => AwsSession;
	readonly ensureServer: () => Promise<void>;
	readonly onLines: (lines: Buffer) => Promise<void>;
	readonly onScope: (report: ScopeReport) => void;
	readonly onRegions: (task: UnitTask, regions: readonly string[]) => void;
	readonly onPage: (assets: number) => void;
	readonly onCalls: (workerId: number, calls: Readonly<Record<string, number>>, throttles: number) => void;
}

/** Worker processes under one coordinator. */
export interface WorkerPool {
	/** Queues a unit; it starts as soon as a worker has room. */
	add(task: UnitTask): void;
	/** Resolves when every queued unit has ended and the workers are gone. Nothing may be added after. */
	finish(): Promise<void>;
	/** First stage: no further scope is opened. */
	stop(): void;
	/** Second stage: calls under way are broken off. */
	abort(): void;
	/** Process ids, for tests that kill and benches that weigh. */
	pids(): readonly number[];
}

interface OpenUnit {
	readonly task: UnitTask;
	readonly tries: number;
	/** Regions that are known to be read, once the worker told. */
	regions: readonly string[] | undefined;
	/** Regions with an outcome, from this try and those before. */
	readonly done: Set<string>;
	/** Regions whose lines have begun to leave: they cannot be repeated. */
	readonly begun: Set<string>;
}

interface Worker {
	readonly id: number;
	readonly process: WorkerHandle;
	readonly units: Map<number, OpenUnit>;
	ready: boolean;
	finishing: boolean;
	finished: boolean;
}

/** Keeps `workers` processes busy with units, and repeats the units of one that dies. */
export function createWorkerPool(options: PoolOptions): WorkerPool {
	const queue: OpenUnit[] = [];
	const workers = new Set<Worker>();
	let nextWorkerId = 0;
	let stopped = false;
	let aborted = false;
	let stillborn = 0;
	let failure: Error | undefined;
	let settled = (): void => undefined;

	const start = (): void => {
		nextWorkerId += 1;
		const id = nextWorkerId;
		const worker: Worker = {
			id,
			units: new Map(),
			ready: false,
			finishing: false,
			finished: false,
			process: options.startWorker({
				onMessage: (message) => receive(worker, message),
				onLines: options.onLines,
			}),
		};
		workers.add(worker);
		worker.process.gone.then(
			() => bury(worker),
			(error: unknown) => {
				// The lines could not be written (disk full): nothing more can be done for this run.
				failure ??= error instanceof Error ? error : new Error(String(error));
				bury(worker);
			},
		);
	};

	const bury = (worker: Worker): void => {
		workers.delete(worker);
		if (!worker.ready) stillborn += 1;
		if (stillborn >= maxTries) failure ??= new Error('worker processes end before they are ready');
		for (const unit of worker.units.values()) repeat(unit);
		if (!worker.finished && !failure && (queue.length > 0 || workers.size === 0)) start();
		settled();
	};

	const repeat = (unit: OpenUnit): void => {
		for (const region of unit.begun) giveUp(unit, region);
		const left = unit.regions?.filter((region) => !unit.done.has(region));
		if (left?.length === 0) return;
		if (unit.tries < maxTries && !aborted && !failure) {
			const task = { ...unit.task, done: [...unit.done] };
			queue.unshift({ task, tries: unit.tries + 1, regions: undefined, done: unit.done, begun: new Set() });
		} else for (const region of left ?? ['*']) giveUp(unit, region);
	};

	const giveUp = (unit: OpenUnit, region: string): void => {
		if (unit.done.has(region)) return;
		unit.done.add(region);
		const cause = aborted ? ownCauses.cancelled : ownCauses.workerDied;
		options.onScope({
			outcome: aborted ? 'cancelled' : 'failed',
			cause,
			accountId: unit.task.accountId,
			region,
			enrichments: [],
			counts: noCounts,
			minimumCalls: 0,
			notes: [],
		});
	};

	const feed = (): void => {
		for (const worker of workers) {
			while (worker.ready && !worker.finishing && worker.units.size < unitsAtOnce) {
				const unit = queue.shift();
				if (!unit) break;
				worker.units.set(unit.task.unitId, unit);
				worker.process.send({ type: 'unit', task: unit.task });
			}
		}
	};

	const receive = (worker: Worker, message: FromWorker): void => {
		switch (message.type) {
			case 'ready':
				worker.process.send({ type: 'setup', setup: options.setup });
				if (stopped) worker.process.send({ type: aborted ? 'abort' : 'stop' });
				worker.ready = true;
				break;
			case 'need-credentials':
				answerCredentials(options, worker.process, message);
				break;
			case 'ensure-server':
				answerServer(options, worker.process, message.requestId);
				break;
			case 'calls':
				options.onCalls(worker.id, message.calls, message.throttles);
				break;
			case 'page':
				options.onPage(message.assets);
				break;
			case 'finished':
				if (message.error) failure ??= fromWireError(message.error);
				worker.finished = true;
				if (failure) for (const other of workers) other.process.kill();
				else worker.process.kill();
				break;
			default:
				receiveOfUnit(options, worker, message);
		}
		feed();
		settled();
	};

	const idle = (): boolean => queue.length === 0 && [...workers].every((worker) => worker.units.size === 0);

	for (let count = 0; count < options.workers; count += 1) start();
	return {
		add: (task) => {
			queue.push({ task, tries: 1, regions: undefined, done: new Set(task.done), begun: new Set() });
			feed();
		},
		finish: () =>
			new Promise((resolve, reject) => {
				settled = () => {
					if (workers.size === 0) {
						if (failure) reject(failure);
						else resolve();
					} else if (idle() || failure) {
						for (const worker of workers) {
							if (worker.finishing || !worker.ready) continue;
							worker.finishing = true;
							worker.process.send({ type: 'finish' });
						}
					}
				};
				settled();
			}),
		stop: () => {
			stopped = true;
			for (const worker of workers) worker.process.send({ type: 'stop' });
		},
		abort: () => {
			stopped = true;
			aborted = true;
			for (const worker of workers) worker.process.send({ type: 'abort' });
		},
		pids: () => [...workers].flatMap((worker) => (worker.process.pid === undefined ? [] : [worker.process.pid])),
	};
}

/** Messages that belong to one unit of a worker. */
function receiveOfUnit(options: PoolOptions, worker: Worker, message: FromWorker): void {
	if (message.type === 'lines-begin') {
		for (const unit of worker.units.values()) {
			if (unit.task.accountId === message.accountId) unit.begun.add(message.region);
		}
	} else if (message.type === 'regions') {
		const unit = worker.units.get(message.unitId);
		if (!unit) return;
		unit.regions = message.regions;
		options.onRegions(unit.task, message.regions);
	} else if (message.type === 'scope') {
		worker.units.get(message.unitId)?.done.add(message.report.region);
		options.onScope(message.report);
	} else if (message.type === 'unit-done') worker.units.delete(message.unitId);
}

function answerCredentials(
	options: PoolOptions,
	process: WorkerHandle,
	message: Extract<FromWorker, { type: 'need-credentials' }>,
): void {
	const { requestId, accountId, renew } = message;
	options
		.sessionOf(accountId)
		.credentials(renew === undefined ? {} : { renew })
		.then(
			(credentials) => process.send({ type: 'credentials', requestId, credentials }),
			(error: unknown) => process.send({ type: 'credentials', requestId, error: toWireError(error) }),
		);
}

function answerServer(options: PoolOptions, process: WorkerHandle, requestId: number): void {
	options.ensureServer().then(
		() => process.send({ type: 'server-ensured', requestId }),
		(error: unknown) => process.send({ type: 'server-ensured', requestId, error: toWireError(error) }),
	);
}
