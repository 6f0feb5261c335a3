import { tuneHeapForBodies } from '#platform/tune-heap.ts';
import { openLinePipe } from './line-pipe.ts';
import { createMessageBatch } from './message-batch.ts';
import type { ToWorker } from './protocol.ts';
import { startWorker } from './worker.ts';

/** File descriptor of the pipe for encoded lines, beside the IPC channel. */
const linesFd = 4;

/** Entry of a worker process. It lives as long as its coordinator holds the IPC channel. */
tuneHeapForBodies();
const send = createMessageBatch((messages) => process.send?.(messages));

const lines = openLinePipe(linesFd);
const worker = startWorker({ send, writeLines: lines.write, closeLines: lines.close });
process.on('message', (message: ToWorker) => worker.receive(message));
// Without its coordinator a worker is nobody's: its leases run out and another run repeats its scopes.
process.on('disconnect', () => process.exit(1));
// A terminal sends Ctrl-C, and systemd SIGTERM, to the whole process group; the coordinator decides what it means.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
send({ type: 'ready' });
