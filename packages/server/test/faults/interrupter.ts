import type { Interruption } from './fault-plan.ts';

interface Signals {
	readonly stopping: AbortSignal;
	readonly aborting: AbortSignal;
}

/** Stops a run, breaks it off or ends its sessions in its middle. */
export interface Interrupter {
	/** The simulator's clock: it looks at it for every request, so looks count requests. */
	readonly clock: () => number;
	/** Prepares the next run. `expire` ends all sessions. */
	arm(interruption: Interruption | undefined, expire: () => void): Signals;
	disarm(): void;
	abort(): void;
}

export function createInterrupter(): Interrupter {
	let looksLeft = Number.POSITIVE_INFINITY;
	let strike = (): void => undefined;
	let stopping = new AbortController();
	let aborting = new AbortController();
	const abort = (): void => {
		stopping.abort();
		aborting.abort();
	};
	return {
		clock: () => {
			looksLeft -= 1;
			// Not while the simulator is in the middle of a request.
			if (looksLeft === 0) setImmediate(strike);
			return Date.now();
		},
		arm: (interruption, expire) => {
			stopping = new AbortController();
			aborting = new AbortController();
			looksLeft = interruption?.afterRequests ?? Number.POSITIVE_INFINITY;
			const stop = (): void => stopping.abort();
			strike = { stop, abort, expire }[interruption?.kind ?? 'stop'];
			return { stopping: stopping.signal, aborting: aborting.signal };
		},
		disarm: () => {
			looksLeft = Number.POSITIVE_INFINITY;
		},
		abort,
	};
}
