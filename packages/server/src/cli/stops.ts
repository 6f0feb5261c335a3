import { exitCodes } from '@rollcall/model/run/execution.ts';
import type { StopSignal } from './context.ts';

export interface StopOptions {
	onStopSignal(listener: (signal: StopSignal) => void): () => void;
	exitNow(code: number): void;
	/** Calls back once; returns how to call it off. */
	after(delayMs: number, callback: () => void): () => void;
	monotonicMs(): number;
	say(text: string): void;
}

export interface Stops {
	/** First stage: scopes under way end, no other is opened. */
	readonly stopping: AbortSignal;
	/** Second stage: calls under way are broken off. */
	readonly aborting: AbortSignal;
	release(): void;
}

/** How long a SIGTERM leaves scopes under way to end by themselves. */
const terminationGraceMs = 10_000;
/** One Ctrl-C can reach us twice: from the terminal, and handed on by npm or the bootstrap. */
const sameSignalMs = 100;

/** Ctrl-C stops in stages: end what is under way, break it off, leave at once. SIGTERM goes the first two by itself. */
export function watchStops(options: StopOptions): Stops {
	const stopping = new AbortController();
	const aborting = new AbortController();
	let cancelTimer = (): void => undefined;
	let lastAtMs = Number.NEGATIVE_INFINITY;

	const advance = (hint: string): void => {
		if (!stopping.signal.aborted) {
			stopping.abort();
			options.say(`Stopping: what is being read is read to its end, nothing new is begun. ${hint}`);
		} else if (!aborting.signal.aborted) {
			cancelTimer();
			aborting.abort();
			options.say('Stopping now: calls under way are broken off. Ctrl-C once more leaves at once.');
		} else {
			options.exitNow(exitCodes.cancelled);
		}
	};
	const release = options.onStopSignal((signal) => {
		const nowMs = options.monotonicMs();
		if (nowMs - lastAtMs < sameSignalMs) return;
		lastAtMs = nowMs;
		if (signal === 'SIGINT') {
			advance('Ctrl-C again breaks it off.');
			return;
		}
		const isFirst = !stopping.signal.aborted;
		advance('In 10 seconds it is broken off.');
		if (isFirst) {
			cancelTimer = options.after(terminationGraceMs, () => {
				if (!aborting.signal.aborted) advance('');
			});
		}
	});
	return {
		stopping: stopping.signal,
		aborting: aborting.signal,
		release: () => {
			cancelTimer();
			release();
		},
	};
}
