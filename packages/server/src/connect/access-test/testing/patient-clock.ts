import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, createClock } from '#platform/clock.ts';

/** A clock whose waits take no time but count as if they did: two minutes of patience are over at once. */
export interface PatientClock extends Clock {
	/** Milliseconds that were waited through. */
	waitedMs(): number;
}

/** @param onWait called before each wait is over, with the time waited through by then */
export function createPatientClock(onWait: (waitedMs: number) => void = () => undefined): PatientClock {
	const real = createClock();
	let waitedMs = 0;
	return {
		...real,
		monotonicMs: () => real.monotonicMs() + waitedMs,
		sleep: async (durationMs, signal) => {
			signal?.throwIfAborted();
			const until = waitedMs + durationMs;
			await nextTurn();
			// Waits at the same time overlap, as they do in the world.
			waitedMs = Math.max(waitedMs, until);
			onWait(waitedMs);
			signal?.throwIfAborted();
		},
		waitedMs: () => waitedMs,
	};
}
