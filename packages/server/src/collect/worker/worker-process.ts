import { type ChildProcess, fork } from 'node:child_process';
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
		execArgv: [`--max-old-space-size=${heapMb}`],
	});
	child.on('message', (message: FromWorker) => listener.onMessage(message));
	// A send that races the end of the worker fails; the exit says all there is to say.
	child.on('error', () => undefined);
	const piped = forwardLines(child, listener.onLines);
	const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	return {
		pid: child.pid,
		send: (message) => {
			if (child.connected) child.send(message, () => undefined);
		},
		kill: () => {
			child.kill('SIGKILL');
		},
		gone: Promise.all([exited, piped]).then(() => undefined),
	};
}

/** Hands on what comes through the pipe in whole lines; what a dying worker left unfinished is dropped. */
async function forwardLines(child: ChildProcess, onLines: (lines: Buffer) => Promise<void>): Promise<void> {
	const pipe = child.stdio[4] as Readable | null | undefined;
	if (!pipe) return;
	let rest: Buffer[] = [];
	for await (const chunk of pipe as AsyncIterable<Buffer>) {
		const end = chunk.lastIndexOf(0x0a) + 1;
		if (end === 0) {
			rest.push(chunk);
			continue;
		}
		await onLines(Buffer.concat([...rest, chunk.subarray(0, end)]));
		rest = end < chunk.length ? [chunk.subarray(end)] : [];
	}
}
