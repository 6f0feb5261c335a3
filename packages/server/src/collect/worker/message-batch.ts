import type { FromWorker } from './protocol.ts';

/** How long a message that nobody waits for may stay behind. */
const delayMs = 25;

/** Kinds that come by the thousand and that the coordinator only counts. All others leave at once. */
const patient: ReadonlySet<FromWorker['type']> = new Set(['page', 'scope', 'regions', 'calls', 'unit-done']);

/**
 * Sends messages in their order, many at once: each hand-over to the other process costs both of them more than the
 * message itself (51,000 in a run of 17,000 scopes). A worker that is killed takes at most the last 25 ms with it, as it
 * takes what it had not sent yet: its scopes are repeated, or given up where lines had left.
 */
export function createMessageBatch(send: (messages: readonly FromWorker[]) => void): (message: FromWorker) => void {
	let waiting: FromWorker[] = [];
	let timer: NodeJS.Timeout | undefined;
	const flush = (): void => {
		clearTimeout(timer);
		timer = undefined;
		const messages = waiting;
		waiting = [];
		if (messages.length > 0) send(messages);
	};
	return (message) => {
		waiting.push(message);
		if (!patient.has(message.type)) flush();
		else timer ??= setTimeout(flush, delayMs);
	};
}
