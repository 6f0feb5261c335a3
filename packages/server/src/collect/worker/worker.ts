import { randomUUID } from 'node:crypto';
import type { Caller } from '#aws/call.ts';
import { createAws } from '#aws/create-aws.ts';
import { type Clock, createClock } from '#platform/clock.ts';
import type { Collection } from '#sources/kit/collection.ts';
import { findCollection } from '#sources/registry.ts';
import { openStore } from '#store/open-store.ts';
import { createWriteQueue } from '#store/write-queue.ts';
import { runAccountUnit } from '../account-unit.ts';
import { createSemaphore, type Semaphore } from '../semaphore.ts';
import { createRowBound } from '../sinks/bound-rows.ts';
import { createLineGroups } from '../sinks/line-groups.ts';
import { createNdjsonSink } from '../sinks/ndjson-sink.ts';
import type { RunSink } from '../sinks/sink.ts';
import { createStoreSink } from '../sinks/store-sink.ts';
import type { UnitTask } from '../task.ts';
import { createBroker, type ParentBroker } from './parent-broker.ts';
import type { FromWorker, ToWorker, WorkerOutput, WorkerSetup } from './protocol.ts';
import { toWireError } from './wire-error.ts';

/** Two transactions of the write queue; with their raw documents some 12 KB each. */
const maxWaitingRows = 10_000;
/** How often calls are counted for a display while units go on: one may make hundreds and end once. */
const tellCallsMs = 500;

export interface WorkerPorts {
	readonly send: (message: FromWorker) => void;
	/** Takes whole lines of JSON; resolves when it can take more, and is not called again before. */
	readonly writeLines: (chunk: Buffer) => Promise<void>;
	readonly closeLines: () => Promise<void>;
}

interface Running {
	readonly collection: Collection<unknown>;
	readonly clock: Clock;
	readonly caller: Caller;
	readonly sink: RunSink;
	readonly scopes: Semaphore;
	readonly entryRegion: string | undefined;
	readonly close: () => Promise<void>;
}

/** Runs account units as the coordinator hands them out, and answers with what became of every scope. */
export function startWorker(ports: WorkerPorts): { receive(message: ToWorker): void } {
	const stopping = new AbortController();
	const aborting = new AbortController();
	const broker = createBroker(ports.send);
	let running: Promise<Running> | undefined;

	const runUnit = async (task: UnitTask): Promise<void> => {
		const parts = await running;
		if (!parts) throw new Error('a unit came before the setup');
		await runAccountUnit({
			task,
			collection: parts.collection,
			session: broker.sessionOf(task, parts.clock, aborting.signal),
			caller: parts.caller,
			clock: parts.clock,
			sink: parts.sink,
			scopes: parts.scopes,
			entryRegion: parts.entryRegion,
			stopping: stopping.signal,
			signal: aborting.signal,
			onRegions: (regions) => ports.send({ type: 'regions', unitId: task.unitId, regions }),
			onPage: (region, assets) => ports.send({ type: 'page', unitId: task.unitId, region, assets }),
			onListed: (report) => ports.send({ type: 'listed', unitId: task.unitId, report }),
			onScope: (report) => ports.send({ type: 'scope', unitId: task.unitId, report }),
		});
		ports.send(callsOf(parts.caller));
		ports.send({ type: 'unit-done', unitId: task.unitId });
	};

	const finish = async (): Promise<void> => {
		const parts = await running;
		await parts?.close();
		if (parts) ports.send(callsOf(parts.caller));
		await ports.closeLines();
	};

	const fail = (error: unknown): void => ports.send({ type: 'finished', error: toWireError(error) });
	return {
		receive: (message) => {
			if (message.type === 'setup') {
				running = setUp(message.setup, ports, broker);
				running.catch(fail);
			} else if (message.type === 'unit') runUnit(message.task).catch(fail);
			else if (message.type === 'stop') stopping.abort();
			else if (message.type === 'abort') {
				stopping.abort();
				aborting.abort();
			} else if (message.type === 'finish') finish().then(() => ports.send({ type: 'finished' }), fail);
			else broker.answer(message);
		},
	};
}

async function setUp(setup: WorkerSetup, ports: WorkerPorts, broker: ParentBroker): Promise<Running> {
	const clock = createClock(setup.clockSpeed);
	const collection = findCollection(setup.collectionKind, setup.sources);
	const rows = createRowBound(maxWaitingRows);
	const aws = createAws({ clock, settings: setup.aws, waitForRoom: (signal) => rows.waitForRoom(signal) });
	const output = await openOutput(setup.output, { collection, clock, ports, broker });
	const stopTelling = tellCalls(clock, () => ports.send(callsOf(aws.caller)));
	return {
		collection,
		clock,
		caller: aws.caller,
		sink: rows.bound(output.sink),
		scopes: createSemaphore(setup.scopesAtOnce),
		entryRegion: setup.aws.entryRegion,
		close: async () => {
			stopTelling();
			await output.close();
			await aws.close();
		},
	};
}

function tellCalls(clock: Clock, tell: () => void): () => void {
	let stop = (): void => undefined;
	const schedule = (): void => {
		stop = clock.after(tellCallsMs, () => {
			tell();
			schedule();
		});
	};
	schedule();
	return () => stop();
}

function callsOf(caller: Caller): FromWorker {
	const { calls, throttles, notes } = caller.stats();
	return { type: 'calls', calls, throttles, notes };
}

interface OutputParts {
	readonly collection: Collection<unknown>;
	readonly clock: Clock;
	readonly ports: WorkerPorts;
	readonly broker: ParentBroker;
}

async function openOutput(
	output: WorkerOutput,
	parts: OutputParts,
): Promise<{ readonly sink: RunSink; readonly close: () => Promise<void> }> {
	const { collection, clock, ports, broker } = parts;
	if (output.kind === 'lines') {
		const sink = createNdjsonSink({
			collection,
			raw: output.raw,
			lines: createLineGroups({
				clock,
				write: ports.writeLines,
				onBegin: (scopes) => ports.send({ type: 'lines-begin', scopes }),
			}),
		});
		return { sink, close: async () => undefined };
	}
	const { organizationId, integrationId, executionId } = output;
	const store = await openStore({
		connection: output.connection,
		ensureServer: () => broker.ensureServer(),
		maxConnections: 3,
	});
	const queue = createWriteQueue(store, { organizationId, integrationId, executionId });
	const owner = `${process.pid}-${randomUUID()}`;
	const sink = createStoreSink({ store, queue, clock, collection, organizationId, integrationId, executionId, owner });
	return {
		sink,
		close: async () => {
			await sink.drain();
			await store.close();
		},
	};
}
