import type { Clock } from '#platform/clock.ts';

/** Aborts when nothing has progressed for a while; there is no limit on the whole as long as it progresses. */
export interface ProgressDeadline {
	readonly signal: AbortSignal;
	readonly expired: () => boolean;
	/** Something arrived: the time starts anew. */
	touch(): void;
	/** No time runs until the next touch. */
	pause(): void;
	stop(): void;
}

/** @param idleMs how long may pass without progress */
export function createProgressDeadline(clock: Clock, idleMs: number, parent: AbortSignal): ProgressDeadline {
	const controller = new AbortController();
	let expired = false;
	let stopTimer = (): void => undefined;
	const touch = (): void => {
		stopTimer();
		stopTimer = clock.after(idleMs, () => {
			expired = true;
			controller.abort(new Error('no progress'));
		});
	};
	touch();
	return {
		signal: AbortSignal.any([parent, controller.signal]),
		expired: () => expired,
		touch,
		pause: () => stopTimer(),
		stop: () => stopTimer(),
	};
}
