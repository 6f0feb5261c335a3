import type { Clock } from '#platform/clock.ts';

/** What is waited for: AWS takes up to minutes until it knows a new role, or a new policy of one, everywhere. */
export type AwaitedThing = 'role' | 'permission';

export interface PatienceNow {
	/** Accounts that wait right now. */
	readonly accounts: number;
	readonly awaited: AwaitedThing;
	readonly elapsedMs: number;
	readonly leftMs: number;
}

/** Time that refusals get to become none, for the whole test together: it begins with the first refusal. */
export interface Patience {
	/**
	 * Waits before another try.
	 *
	 * @param tries how often was waited before for the same
	 * @returns whether to try; false at once when the time is used up or the test is stopped
	 */
	wait(awaited: AwaitedThing, tries: number): Promise<boolean>;
	/** For people: what is waited for; undefined when nobody waits. */
	now(): PatienceNow | undefined;
}

/** Pauses between tries: most roles are known in seconds, and each refusal is a line in the customer's CloudTrail. */
const pausesMs = [3_000, 5_000, 10_000, 15_000, 20_000] as const;
const lastPauseMs = 20_000;

export function createPatience(clock: Clock, totalMs: number, stopping: AbortSignal): Patience {
	let startedMs: number | undefined;
	const waiting: AwaitedThing[] = [];
	const leftMs = (): number =>
		startedMs === undefined ? totalMs : Math.max(0, startedMs + totalMs - clock.monotonicMs());
	return {
		wait: async (awaited, tries) => {
			if (stopping.aborted || totalMs <= 0) return false;
			startedMs ??= clock.monotonicMs();
			const left = leftMs();
			if (left <= 0) return false;
			waiting.push(awaited);
			try {
				// The last try is made when the time is up, not a pause before.
				await clock.sleep(Math.min(pausesMs[tries] ?? lastPauseMs, left), stopping);
				return true;
			} catch {
				return false;
			} finally {
				waiting.splice(waiting.indexOf(awaited), 1);
			}
		},
		now: () => {
			const [awaited] = waiting.includes('role') ? (['role'] as const) : waiting;
			if (awaited === undefined || startedMs === undefined) return undefined;
			return { accounts: waiting.length, awaited, elapsedMs: clock.monotonicMs() - startedMs, leftMs: leftMs() };
		},
	};
}
