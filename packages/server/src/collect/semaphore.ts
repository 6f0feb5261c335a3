/** Bounds how many run at once, in the order they asked. */
export interface Semaphore {
	run<T>(work: () => Promise<T>): Promise<T>;
}

export function createSemaphore(limit: number): Semaphore {
	let running = 0;
	const waiting: (() => void)[] = [];
	return {
		run: async (work) => {
			if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
			else running += 1;
			try {
				return await work();
			} finally {
				// The place goes straight to the next in line, so `running` stays as it is.
				const next = waiting.shift();
				if (next) next();
				else running -= 1;
			}
		},
	};
}
