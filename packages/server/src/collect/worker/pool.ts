import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { AwsSession, SessionCredentials } from '#aws/session.ts';
import { bareReport } from '../bare-report.ts';
import { ownCauses, type ScopeReport, type UnitTask } from '../task.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './protocol.ts';
import { fromWireError, toWireError } from './wire-error.ts';
import type { StartWorker, WorkerHandle } from './worker-process.ts';

/** How often a unit is given to a fresh worker after one died with it. */
const maxTries = 3;

export interface PoolOptions {
	readonly startWorker: StartWorker;
	readonly workers: number;
	/** Units a worker holds at once, so that it can open the next scopes while the last ones of a unit end. */
	readonly unitsAtOnce: number;
	readonly setup: WorkerSetup;
	readonly sessionOf: (accountId: string) => AwsSession;
	readonly ensureServer: () => Promise<void>;
	readonly onLines: (lines: Buffer) => Promise<void>;
	readonly onScope: (report: ScopeReport) => void;
	readonly onRegions: (task: UnitTask, regions: readonly string[]) => void;
	readonly onPage: (assets: number) => void;
	readonly onCalls: (workerId: number, message: Extract<FromWorker, { type: 'calls' }>) => void;
}

interface OpenUnit {
	readonly task: UnitTask;
	/** How much there is to read, by the last run: the biggest go first. */
	readonly weight: number;
	readonly tries: number;
	/** Regions that are to be read, once the worker told. */
	regions: readonly string[] | undefined;
	/** Regions with an outcome, from this try and those before. */
	readonly done: Set<string>;
	/** Regions whose lines have begun to leave: they cannot be repeated. */
	readonly begun: Set<string>;
	/** By region, of scopes that were listed: what is said of them if nobody reads them to their end. */
	readonly listed: Map<string, ScopeReport>;
}

interface Worker {
	readonly id: number;
	readonly handle: WorkerHandle;
	readonly units: Map<number, OpenUnit>;
	/** Holds a unit that has to be alone. */
	isAlone: boolean;
	isReady: boolean;
	isFinishing: boolean;
	isFinished: boolean;
}

/** The workers of one run: keeps them busy with units, and repeats the units of one that dies. */
export class WorkerPool {
	readonly #options: PoolOptions;
	readonly #queue: OpenUnit[] = [];
	/** Units of a worker that died: each goes to a worker of its own, so that a deadly one takes nobody with it. */
	readonly #alone: OpenUnit[] = [];
	readonly #workers = new Set<Worker>();
	#lastWorkerId = 0;
	/** Workers that ended before they were ready. */
	#stillborn = 0;
	#halt: 'stop' | 'abort' | undefined;
	#failure: Error | undefined;
	/** Set once nothing more will be added. */
	#ending: PromiseWithResolvers<void> | undefined;

	constructor(options: PoolOptions) {
		this.#options = options;
		for (let count = 0; count < options.workers; count += 1) this.#start();
	}

	/** Queues a unit; it starts as soon as a worker has room, before all that weigh less. */
	add(task: UnitTask, weight = 0): void {
		const unit: OpenUnit = {
			task,
			weight,
			tries: 1,
			regions: undefined,
			done: new Set(task.done),
			begun: new Set(),
			listed: new Map(),
		};
		const behind = this.#queue.findIndex((each) => each.weight < weight);
		this.#queue.splice(behind === -1 ? this.#queue.length : behind, 0, unit);
		this.#feed();
	}

	/** Resolves when every queued unit has ended and the workers are gone. Nothing may be added after. */
	finish(): Promise<void> {
		this.#ending ??= Promise.withResolvers<void>();
		this.#settle();
		return this.#ending.promise;
	}

	/** First stage: no further scope is opened. */
	stop(): void {
		this.#halt ??= 'stop';
		this.#broadcast({ type: 'stop' });
		this.#feed();
		this.#settle();
	}

	/** Second stage: calls under way are broken off. */
	abort(): void {
		this.#halt = 'abort';
		this.#broadcast({ type: 'abort' });
		this.#feed();
		this.#settle();
	}

	/** Process ids, for tests that kill and benches that weigh. */
	pids(): readonly number[] {
		return [...this.#workers].flatMap(({ handle }) => (handle.pid === undefined ? [] : [handle.pid]));
	}

	#broadcast(message: ToWorker): void {
		for (const worker of this.#workers) worker.handle.send(message);
	}

	#start(): void {
		this.#lastWorkerId += 1;
		const worker: Worker = {
			id: this.#lastWorkerId,
			units: new Map(),
			isAlone: false,
			isReady: false,
			isFinishing: false,
			isFinished: false,
			handle: this.#options.startWorker({
				onMessage: (message) => this.#receive(worker, message),
				onLines: this.#options.onLines,
			}),
		};
		this.#workers.add(worker);
		worker.handle.gone.then(
			() => this.#bury(worker),
			(error: unknown) => {
				// The lines could not be written (disk full): nothing more can be done for this run.
				this.#fail(error instanceof Error ? error : new Error(String(error)));
				this.#bury(worker);
			},
		);
	}

	#fail(error: Error): void {
		this.#failure ??= error;
		for (const worker of this.#workers) worker.handle.kill();
	}

	#bury(worker: Worker): void {
		this.#workers.delete(worker);
		if (!worker.isReady) this.#stillborn += 1;
		if (this.#stillborn >= maxTries) this.#fail(new Error('worker processes end before they are ready'));
		for (const unit of worker.units.values()) this.#repeat(unit);
		const isNeeded = this.#isWaiting() || (this.#workers.size === 0 && this.#ending === undefined);
		if (isNeeded && !this.#failure) this.#start();
		this.#settle();
	}

	/** What the dead worker's unit still owes is given to another worker, or up. */
	#repeat(unit: OpenUnit): void {
		for (const region of unit.begun) this.#giveUp(unit, region);
		const left = unit.regions?.filter((region) => !unit.done.has(region));
		if (left?.length === 0) return;
		if (unit.tries < maxTries && !this.#halt && !this.#failure) {
			const task = { ...unit.task, done: [...unit.done] };
			this.#alone.push({ ...unit, task, tries: unit.tries + 1, regions: undefined, begun: new Set() });
		} else for (const region of left ?? ['*']) this.#giveUp(unit, region);
	}

	#giveUp(unit: OpenUnit, region: string): void {
		if (unit.done.has(region)) return;
		unit.done.add(region);
		const report: OutcomeReport = this.#halt
			? { outcome: 'cancelled', cause: ownCauses.cancelled }
			: { outcome: 'failed', cause: ownCauses.workerDied };
		const bare = bareReport(unit.task.accountId, region, report, false);
		this.#options.onScope(unit.listed.get(region) ?? bare);
	}

	#isWaiting(): boolean {
		return this.#queue.length + this.#alone.length > 0;
	}

	#feed(): void {
		// Nothing is opened any more: what waits is answered here, without a call to AWS.
		if (this.#halt) for (const unit of [...this.#alone.splice(0), ...this.#queue.splice(0)]) this.#giveUp(unit, '*');
		for (const worker of this.#workers) {
			if (!worker.isReady || worker.isFinishing) continue;
			if (worker.units.size === 0) worker.isAlone = this.#give(worker, this.#alone.shift());
			while (
				!worker.isAlone &&
				worker.units.size < this.#options.unitsAtOnce &&
				this.#give(worker, this.#queue.shift())
			);
		}
	}

	#give(worker: Worker, unit: OpenUnit | undefined): boolean {
		if (!unit) return false;
		worker.units.set(unit.task.unitId, unit);
		worker.handle.send({ type: 'unit', task: unit.task });
		return true;
	}

	#receive(worker: Worker, message: FromWorker): void {
		switch (message.type) {
			case 'ready':
				worker.handle.send({ type: 'setup', setup: this.#options.setup });
				if (this.#halt) worker.handle.send({ type: this.#halt });
				worker.isReady = true;
				break;
			case 'need-credentials':
				answerCredentials(this.#options, worker.handle, message);
				return;
			case 'ensure-server':
				answerServer(this.#options, worker.handle, message.requestId);
				return;
			case 'calls':
				this.#options.onCalls(worker.id, message);
				return;
			case 'page':
				this.#options.onPage(message.assets);
				return;
			case 'finished':
				worker.isFinished = true;
				if (message.error) this.#fail(fromWireError(message.error));
				else worker.handle.kill();
				break;
			default:
				receiveOfUnit(this.#options, worker, message);
		}
		this.#feed();
		this.#settle();
	}

	/** Once nothing more will come: asks idle workers to end, and ends when they are gone. */
	#settle(): void {
		if (!this.#ending) return;
		if (this.#workers.size === 0) {
			if (this.#failure) this.#ending.reject(this.#failure);
			else this.#ending.resolve();
			return;
		}
		if (this.#isWaiting() || [...this.#workers].some(({ units }) => units.size > 0)) return;
		for (const worker of this.#workers) {
			if (worker.isFinishing || !worker.isReady) continue;
			worker.isFinishing = true;
			worker.handle.send({ type: 'finish' });
		}
	}
}

/** Messages that belong to one unit of a worker. */
function receiveOfUnit(options: PoolOptions, worker: Worker, message: FromWorker): void {
	if (message.type === 'lines-begin') {
		for (const { accountId, region } of message.scopes) {
			for (const unit of worker.units.values()) if (unit.task.accountId === accountId) unit.begun.add(region);
		}
	} else if (message.type === 'regions') {
		const unit = worker.units.get(message.unitId);
		if (!unit) return;
		unit.regions = message.regions;
		options.onRegions(unit.task, message.regions);
	} else if (message.type === 'listed') {
		// Lines that have not left are lost with their worker, whatever was listed.
		if (options.setup.output.kind === 'store')
			worker.units.get(message.unitId)?.listed.set(message.report.region, message.report);
	} else if (message.type === 'scope') {
		worker.units.get(message.unitId)?.done.add(message.report.region);
		options.onScope(message.report);
	} else if (message.type === 'unit-done') worker.units.delete(message.unitId);
}

function answerCredentials(
	options: PoolOptions,
	worker: WorkerHandle,
	message: Extract<FromWorker, { type: 'need-credentials' }>,
): void {
	const { requestId, accountId, renew } = message;
	const ask = async (): Promise<SessionCredentials> =>
		await options.sessionOf(accountId).credentials(renew === undefined ? {} : { renew });
	ask().then(
		(credentials) => worker.send({ type: 'credentials', requestId, credentials }),
		(error: unknown) => worker.send({ type: 'credentials', requestId, error: toWireError(error) }),
	);
}

function answerServer(options: PoolOptions, worker: WorkerHandle, requestId: number): void {
	options.ensureServer().then(
		() => worker.send({ type: 'server-ensured', requestId }),
		(error: unknown) => worker.send({ type: 'server-ensured', requestId, error: toWireError(error) }),
	);
}
