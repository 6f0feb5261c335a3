import type { RunSink, ScopeSink } from './sink.ts';

/** How many records may wait to be written, so that memory is bounded where the database is slower than AWS. */
export interface RowBound {
	/** The same sink, its records counted while they wait. */
	bound(sink: RunSink): RunSink;
	/** Resolves when fewer than the limit wait; rejects with the signal's reason. Asked before a page is taken in. */
	waitForRoom(signal: AbortSignal): Promise<void>;
}

/**
 * Only records that are being written count: what else a scope waits for (its enrichments) needs room itself.
 *
 * @param limit records; those of pages that are being taken in already come on top
 */
export function createRowBound(limit: number): RowBound {
	let held = 0;
	const waiting = new Set<() => void>();
	const boundScope = (scope: ScopeSink): ScopeSink => ({
		...scope,
		writePage: async (page) => {
			const { length } = page.records;
			held += length;
			try {
				await scope.writePage(page);
			} finally {
				held -= length;
				if (held < limit) for (const wake of waiting) wake();
			}
		},
	});
	return {
		bound: (sink) => ({
			...sink,
			openAccount: async (task, regions) => {
				const opened = await sink.openAccount(task, regions);
				return { ...opened, scopes: opened.scopes.map(boundScope) };
			},
		}),
		waitForRoom: async (signal) => {
			while (held >= limit) {
				signal.throwIfAborted();
				const { promise, resolve } = Promise.withResolvers<void>();
				waiting.add(resolve);
				signal.addEventListener('abort', () => resolve(), { once: true });
				await promise;
				waiting.delete(resolve);
			}
		},
	};
}
