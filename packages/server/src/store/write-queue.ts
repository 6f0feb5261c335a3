import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { applyWrites } from './apply-writes.ts';
import { isRepeatable } from './connection.ts';
import type { ScopeWrite, ScopeWriteResult } from './scope-write.ts';
import type { Store } from './store.ts';

export interface WriteQueueOptions {
	readonly organizationId: string;
	readonly integrationId: string;
	readonly executionId: string;
	/** Rows in one transaction; a single write may exceed it. */
	readonly maxRows?: number;
	/** How long a write waits for company while a transaction is under way, at the most. */
	readonly maxWaitMs?: number;
	/** How long it waits while none is: company that comes later finds the database at work, and gathers there. */
	readonly idleWaitMs?: number;
	/** Transactions at the same time, each on a connection of its own. */
	readonly writers?: number;
}

export interface WriteQueue {
	/**
	 * Resolves when the write is committed. Rejects with STORE:0005 where a complete close lacks a page before its last.
	 * Writes of one scope are applied in the order in which they were submitted.
	 */
	submit(write: ScopeWrite): Promise<ScopeWriteResult>;
	/** Resolves when everything submitted so far is committed or has failed. */
	drain(): Promise<void>;
}

interface Entry {
	readonly write: ScopeWrite;
	resolve(result: ScopeWriteResult): void;
	reject(error: unknown): void;
}

/** Groups writes of many scopes into few transactions: a commit per page would cost more than the page. */
export function createWriteQueue(store: Store, options: WriteQueueOptions): WriteQueue {
	const { organizationId, integrationId, executionId } = options;
	const { maxRows = 5000, maxWaitMs = 250, idleWaitMs = 25, writers = 2 } = options;
	let waiting: Entry[] = [];
	let timer: { readonly handle: NodeJS.Timeout; readonly dueMs: number } | undefined;
	const busyScopes = new Set<string>();
	const running = new Set<Promise<void>>();
	let drained: (() => void)[] = [];
	let hurried = false;

	const apply = async (entries: readonly Entry[]): Promise<void> => {
		const writes = entries.map(({ write }) => write);
		const results = await store.tenant(organizationId, (tx) => applyWrites(tx, { integrationId, executionId, writes }));
		for (const [index, entry] of entries.entries()) settle(entry, results[index]);
	};
	const flush = async (entries: readonly Entry[]): Promise<void> => {
		try {
			await apply(entries);
		} catch (error) {
			if (entries.length > 1 && !isRepeatable(error)) return await applySingly(entries, apply);
			for (const entry of entries) entry.reject(error);
		}
	};
	const start = (entries: readonly Entry[]): void => {
		const scopes = new Set(entries.map(({ write }) => write.scopeId));
		for (const scope of scopes) busyScopes.add(scope);
		const run = flush(entries).finally(() => {
			for (const scope of scopes) busyScopes.delete(scope);
			running.delete(run);
			pump();
		});
		running.add(run);
	};
	const pump = (): void => {
		while (waiting.length > 0 && running.size < writers) {
			const ready = waiting.filter(({ write }) => !busyScopes.has(write.scopeId));
			if (ready.length === 0 || (countRows(ready) < maxRows && !hurried)) break;
			const entries = takeRows(ready, maxRows);
			const taken = new Set(entries);
			waiting = waiting.filter((entry) => !taken.has(entry));
			start(entries);
		}
		if (waiting.length === 0) hurried = false;
		if (waiting.length === 0 && running.size === 0) {
			for (const resolve of drained) resolve();
			drained = [];
		}
		if (waiting.length > 0 && !hurried) arm(running.size === 0 ? idleWaitMs : maxWaitMs);
	};
	/** Sets the timer, unless it is due earlier already. */
	const arm = (waitMs: number): void => {
		const dueMs = performance.now() + waitMs;
		if (timer && timer.dueMs <= dueMs) return;
		clearTimeout(timer?.handle);
		timer = { handle: setTimeout(hurry, waitMs), dueMs };
	};
	const hurry = (): void => {
		clearTimeout(timer?.handle);
		timer = undefined;
		hurried = true;
		pump();
	};
	return {
		submit: (write) =>
			new Promise((resolve, reject) => {
				waiting.push({ write, resolve, reject });
				pump();
			}),
		drain: () =>
			new Promise((resolve) => {
				drained.push(resolve);
				hurry();
			}),
	};
}

/** What PostgreSQL refuses in one write is that scope's trouble: the writes of others must not fail with it. */
async function applySingly(
	entries: readonly Entry[],
	apply: (entries: readonly Entry[]) => Promise<void>,
): Promise<void> {
	const failedScopes = new Map<string, unknown>();
	for (const entry of entries) {
		const { scopeId } = entry.write;
		try {
			// Later pages of a scope never overtake one that was refused.
			if (failedScopes.has(scopeId)) throw failedScopes.get(scopeId);
			await apply([entry]);
		} catch (error) {
			failedScopes.set(scopeId, error);
			entry.reject(error);
		}
	}
}

function countRows(entries: readonly Entry[]): number {
	return entries.reduce((sum, { write }) => sum + write.rows.length, 0);
}

/** The first entries that fit into a transaction; later ones of a scope never overtake earlier ones. */
function takeRows(entries: readonly Entry[], maxRows: number): readonly Entry[] {
	const taken: Entry[] = [];
	let rows = 0;
	for (const entry of entries) {
		if (taken.length > 0 && rows + entry.write.rows.length > maxRows) break;
		taken.push(entry);
		rows += entry.write.rows.length;
	}
	return taken;
}

function settle(entry: Entry, result: ScopeWriteResult | undefined): void {
	if (result !== undefined && result.status !== 'untrusted') {
		entry.resolve(result);
		return;
	}
	entry.reject(
		new RollcallError({
			code: 'STORE:0005',
			actor: 'nobody',
			retryable: true,
			message:
				'A page of the scope is missing from its seen set, so nothing can be removed by it; the scope is read again.',
		}),
	);
}
