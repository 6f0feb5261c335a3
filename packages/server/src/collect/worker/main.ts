import { createWriteStream } from 'node:fs';
import { tuneHeapForBodies } from '#platform/tune-heap.ts';
import { createMessageBatch } from './message-batch.ts';
import type { ToWorker } from './protocol.ts';
import { startWorker } from './worker.ts';

/** File descriptor of the pipe for encoded lines, beside the IPC channel. */
const linesFd = 4;

/** Entry of a worker process. It lives as long as its coordinator holds the IPC channel. */
tuneHeapForBodies();
const send = createMessageBatch((messages) => process.send?.(messages));

let lines: ReturnType<typeof createWriteStream> | undefined;
const worker = startWorker({
	send,
	writeLines: async (chunk) => {
		lines ??= createWriteStream('', { fd: linesFd });
		if (!lines.write(chunk)) await new Promise<void>((resolve) => lines?.once('drain', () => resolve()));
	},
	closeLines: async () => {
		if (lines) await new Promise<void>((resolve) => lines?.end(() => resolve()));
	},
});
process.on('message', (message: ToWorker) => worker.receive(message));
// Without its coordinator a worker is nobody's: its leases run out and another run repeats its scopes.
process.on('disconnect', () => process.exit(1));
// The terminal sends Ctrl-C to the whole process group; the coordinator decides what it means.
process.on('SIGINT', () => undefined);
send({ type: 'ready' });
