import { setTimeout as wait } from 'node:timers/promises';

/** Time as the program sees it. Waiting and deadlines go by the monotonic part, so tests can run them faster. */
export interface Clock {
	/** Wall time in milliseconds since 1970. Signatures, rows and cut-offs use it. */
	now(): number;
	/** Milliseconds that only ever grow. Deadlines and rates use it. */
	monotonicMs(): number;
	/** Resolves after `durationMs`; rejects with the signal's reason when it aborts first. */
	sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
	/** Calls back once after `durationMs`, unless the returned function is called before. Never keeps the process up. */
	after(durationMs: number, callback: () => void): () => void;
}

/** The real clock. With `speed` 100 a back-off of one second takes 10 ms; wall time stays what it is. */
export function createClock(speed = 1): Clock {
	const startedMs = performance.now();
	return {
		now: () => Date.now(),
		monotonicMs: () => startedMs + (performance.now() - startedMs) * speed,
		sleep: async (durationMs, signal) => {
			await wait(durationMs / speed, undefined, signal ? { signal } : undefined).catch((error: unknown) => {
				throw signal?.aborted ? signal.reason : error;
			});
		},
		after: (durationMs, callback) => {
			const timer = setTimeout(callback, durationMs / speed);
			timer.unref();
			return () => clearTimeout(timer);
		},
	};
}
