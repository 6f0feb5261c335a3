import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { FromWorker, ToWorker } from './protocol.ts';

/** A worker as its coordinator sees it. */
export interface WorkerHandle {
	readonly pid: number | undefined;
	send(message: ToWorker): void;
	kill(): void;
	/** Resolves when the worker is gone and its last lines were handed on; rejects when they could not be. */
	readonly gone: Promise<void>;
}

export interface WorkerListener {
	readonly onMessage: (message: FromWorker) => void;
	/** Whole lines of JSON. Resolves when it can take more. */
	readonly onLines: (lines: Buffer) => Promise<void>;
}

/** Starts a worker: a process of its own, or (in tests of many runs) a part of this one. */
export type StartWorker = (listener: WorkerListener) => WorkerHandle;

const newline = 0x0a;
/**
 * V8 begins to collect the whole heap at 96 MB and not at 30, and lets young objects die in 32 MB: a worker makes 50 KB of
 * garbage a device and keeps next to nothing. Measured with `bench/collect`: a fifth less CPU, 350 MB a worker.
 */
const heapFlags = ['--initial-old-space-size=96', '--max-semi-space-size=32'];
/** Lines of one worker that wait to be taken, at the most. */
const maxWaitingBytes = 1024 * 1024;

/**
 * Starts workers as processes with an IPC channel and, on descriptor 4, a pipe for encoded lines.
 *
 * @param entry file that a worker process runs
 * @param heapMb old generation of a worker's heap, at the most
 */
export function startWorkerProcesses(entry: string, heapMb: number): StartWorker {
	return (listener) => startWorkerProcess(entry, heapMb, listener);
}

function startWorkerProcess(entry: string, heapMb: number, listener: WorkerListener): WorkerHandle {
	const child = fork(entry, [], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
		serialization: 'advanced',
		execArgv: [`--max-old-space-size=${heapMb}`, ...heapFlags],
	});
	child.on('message', (messages: readonly FromWorker[]) => {
		for (const message of messages) listener.onMessage(message);
	});
	// A send that races the end of the worker fails; the exit says all there is to say.
	child.on('error', () => undefined);
	// Descriptor 4 is the readable end of a pipe, as asked for above.
	const piped = forwardLines(child.stdio[4] as Readable, listener.onLines);
	const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	// The channel closes behind the last message that the worker sent; the exit alone may come before it.
	const silent = new Promise<void>((resolve) => child.once('disconnect', () => resolve()));
	return {
		pid: child.pid,
		send: (message) => {
			if (child.connected) child.send(message, () => undefined);
		},
		kill: () => {
			child.kill('SIGKILL');
		},
		gone: Promise.all([exited, silent, piped]).then(() => undefined),
	};
}

/**
 * Hands on what comes through the pipe in whole lines; what a dying worker left unfinished is dropped. What arrives
 * while lines are being taken is handed on in one piece, and the worker is held when that becomes too much.
 */
export async function forwardLines(pipe: Readable, onLines: (lines: Buffer) => Promise<void>): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	let waiting: Buffer[] = [];
	let waitingBytes = 0;
	let isBusy = false;
	let hasEnded = false;
	const handOn = (): void => {
		if (isBusy) return;
		const index = waiting.findLastIndex((chunk) => chunk.includes(newline));
		const last = waiting[index];
		if (!last) {
			if (hasEnded) resolve();
			return;
		}
		const end = last.lastIndexOf(newline) + 1;
		const lines = Buffer.concat([...waiting.slice(0, index), last.subarray(0, end)]);
		waiting = [last.subarray(end), ...waiting.slice(index + 1)];
		waitingBytes -= lines.length;
		isBusy = true;
		onLines(lines).then(() => {
			isBusy = false;
			pipe.resume();
			handOn();
		}, reject);
	};
	pipe.on('data', (chunk: Buffer) => {
		waiting.push(chunk);
		waitingBytes += chunk.length;
		handOn();
		// Only while lines are being taken: a line longer than the bound has to come to its end first.
		if (isBusy && waitingBytes >= maxWaitingBytes) pipe.pause();
	});
	pipe.once('error', reject);
	pipe.once('close', () => {
		hasEnded = true;
		handOn();
	});
	try {
		await promise;
	} finally {
		pipe.destroy();
	}
}
