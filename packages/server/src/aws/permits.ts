/** Bounds how many of something are held at once, in the order they were asked for. */
export interface Permits {
	/** Resolves to the release, which may be called more than once. Rejects with the signal's reason when it aborts first. */
	acquire(signal: AbortSignal): Promise<() => void>;
}

export function createPermits(limit: number): Permits {
	let held = 0;
	const waiting = new Set<() => void>();

	const release = (): void => {
		const [next] = waiting;
		if (next === undefined) held -= 1;
		else {
			// The place goes straight to the next in line, so `held` stays as it is.
			waiting.delete(next);
			next();
		}
	};
	const makeRelease = (): (() => void) => {
		let done = false;
		return () => {
			if (done) return;
			done = true;
			release();
		};
	};

	return {
		acquire: async (signal) => {
			signal.throwIfAborted();
			if (held < limit) {
				held += 1;
				return makeRelease();
			}
			await new Promise<void>((resolve, reject) => {
				const onAbort = (): void => {
					waiting.delete(enter);
					reject(signal.reason);
				};
				const enter = (): void => {
					signal.removeEventListener('abort', onAbort);
					resolve();
				};
				waiting.add(enter);
				signal.addEventListener('abort', onAbort, { once: true });
			});
			return makeRelease();
		},
	};
}
