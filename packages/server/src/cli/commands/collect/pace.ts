import type { LiveProgress } from '#compose/ports.ts';

/** How fast a run goes, from what is seen of it now and then. */
export interface Pace {
	/** Takes a look; `elapsedMs` since the run began. */
	observe(live: LiveProgress, elapsedMs: number): void;
	/** Calls per second of about the last six seconds. */
	callRate(): number;
	/** From 0 to 1: how far it is, as far as that can be told. */
	share(): number;
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
	let share = 0;
	let remaining: number | null = null;
	return {
		observe: (live, elapsedMs) => {
			samples.push({ atMs: elapsedMs, calls: live.calls });
			samples = samples.filter((sample) => sample.atMs >= elapsedMs - windowMs);
			share = estimateShare(live);
			remaining = estimateRemaining(live, share, elapsedMs);
		},
		callRate: () => {
			const first = samples[0];
			const last = samples.at(-1);
			if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
			return ((last.calls - first.calls) * 1000) / (last.atMs - first.atMs);
		},
		share: () => share,
		remainingMs: () => remaining,
	};
}

/** Accounts that have not begun are taken to have as many scopes as those that are done. */
function estimateShare(live: LiveProgress): number {
	const { accounts, accountsDone, scopes, scopesDone } = live;
	if (scopesDone === 0 || accounts === 0) return 0;
	if (accountsDone < Math.min(tooFewAccounts, accounts)) {
		return Math.min(scopesDone / Math.max(scopes, scopesDone), (accountsDone + 1) / accounts);
	}
	const expected = accountsDone === accounts ? scopes : (scopesDone / accountsDone) * accounts;
	return scopesDone / Math.max(scopes, expected, scopesDone);
}

function estimateRemaining(live: LiveProgress, share: number, elapsedMs: number): number | null {
	if (elapsedMs < tooEarlyMs || share === 0) return null;
	if (live.accountsDone < Math.min(tooFewAccounts, live.accounts)) return null;
	return Math.round((elapsedMs * (1 - share)) / share);
}
