import type { Clock } from '#platform/clock.ts';

/** Runs work that ends in time: `onLate` gives the answer when it does not. The work's signal aborts then. */
export async function endInTime<T>(
	clock: Clock,
	limitMs: number,
	parent: AbortSignal,
	work: (signal: AbortSignal) => Promise<T>,
	onLate: () => T,
): Promise<T> {
	const controller = new AbortController();
	let cancel = (): void => undefined;
	const late = new Promise<T>((resolve) => {
		cancel = clock.after(limitMs, () => {
			resolve(onLate());
			controller.abort(new Error('out of time'));
		});
	});
	try {
		return await Promise.race([work(AbortSignal.any([parent, controller.signal])), late]);
	} finally {
		cancel();
	}
}
