import { startWorker } from '../worker/worker.ts';
import type { StartWorker } from '../worker/worker-process.ts';

/** Runs workers inside this process: the same code behind the same messages, without a process start for each run. */
export const startWorkerInProcess: StartWorker = (listener) => {
	let alive = true;
	let end = (): void => undefined;
	const gone = new Promise<void>((resolve) => {
		end = resolve;
	});
	const worker = startWorker({
		send: (message) => {
			setImmediate(() => {
				if (alive) listener.onMessage(structuredClone(message));
			});
		},
		writeLines: (chunk) => listener.onLines(chunk),
		closeLines: async () => undefined,
	});
	setImmediate(() => listener.onMessage({ type: 'ready' }));
	return {
		pid: undefined,
		send: (message) => {
			const copy = structuredClone(message);
			setImmediate(() => {
				if (alive) worker.receive(copy);
			});
		},
		kill: () => {
			alive = false;
			end();
		},
		gone,
	};
};
