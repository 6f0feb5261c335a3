import type { Clock } from '#platform/clock.ts';

/** The time one request may take, with pauses that do not count. */
export interface RequestDeadline {
	/** Aborts at the deadline, or with the parent. */
	readonly signal: AbortSignal;
	/** Rejects when `signal` aborts. */
	readonly passed: Promise<never>;
	expired(): boolean;
	pause(): void;
	resume(): void;
	/** Must be called when the request is over. */
	stop(): void;
}

export function createRequestDeadline(clock: Clock, timeoutMs: number, parent: AbortSignal): RequestDeadline {
	const controller = new AbortController();
	const { signal } = controller;
	let expired = false;
	let leftMs = timeoutMs;
	let startedMs = 0;
	let stopTimer: (() => void) | undefined;
	const onParent = (): void => controller.abort(parent.reason);

	const resume = (): void => {
		if (stopTimer || signal.aborted) return;
		startedMs = clock.monotonicMs();
		stopTimer = clock.after(Math.max(0, leftMs), () => {
			expired = true;
			controller.abort(new Error('the request took too long'));
		});
	};
	const pause = (): void => {
		if (!stopTimer) return;
		stopTimer();
		stopTimer = undefined;
		leftMs -= clock.monotonicMs() - startedMs;
	};
	const passed = new Promise<never>((_, reject) => {
		signal.addEventListener('abort', () => reject(signal.reason), { once: true });
	});
	// Nobody may be listening any more when it aborts.
	passed.catch(() => undefined);
	if (parent.aborted) onParent();
	else parent.addEventListener('abort', onParent, { once: true });
	resume();
	return {
		signal,
		passed,
		expired: () => expired,
		pause,
		resume,
		stop: () => {
			pause();
			parent.removeEventListener('abort', onParent);
		},
	};
}
