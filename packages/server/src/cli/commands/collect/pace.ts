import type { LiveProgress } from '#compose/ports.ts';

/** How fast a run goes, from what is seen of it now and then. */
export interface Pace {
	/** Takes a look; `elapsedMs` since the run began. */
	observe(live: LiveProgress, elapsedMs: number): void;
	/** Calls per second of about the last six seconds. */
	callRate(): number;
	/** Milliseconds left at the average pace so far; null before that means anything. */
	remainingMs(): number | null;
}

/** A little more than the time between two plain lines, so that each sees the one before. */
const windowMs = 6_000;
const tooEarlyMs = 3_000;
/** Before so many accounts are done nobody knows how many regions an account has. */
const tooFewAccounts = 2;

export function createPace(): Pace {
	let samples: { readonly atMs: number; readonly calls: number }[] = [];
	let remaining: number | null = null;
	return {
		observe: (live, elapsedMs) => {
			samples.push({ atMs: elapsedMs, calls: live.calls });
			samples = samples.filter((sample) => sample.atMs >= elapsedMs - windowMs);
			remaining = estimateRemaining(live, elapsedMs);
		},
		callRate: () => {
			const first = samples[0];
			const last = samples.at(-1);
			if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
			return ((last.calls - first.calls) * 1000) / (last.atMs - first.atMs);
		},
		remainingMs: () => remaining,
	};
}

/** Accounts that have not begun are taken to have as many scopes as those that are done. */
function estimateRemaining(live: LiveProgress, elapsedMs: number): number | null {
	const { accounts, accountsDone, scopesDone } = live;
	if (elapsedMs < tooEarlyMs || scopesDone === 0) return null;
	const allBegun = accountsDone === accounts;
	if (!allBegun && accountsDone < tooFewAccounts) return null;
	const expected = allBegun ? live.scopes : (scopesDone / accountsDone) * accounts;
	const total = Math.max(live.scopes, expected, scopesDone);
	return Math.round((elapsedMs * (total - scopesDone)) / scopesDone);
}
