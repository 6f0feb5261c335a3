/**
 * How a scope, or an enrichment of a scope, ended (`product.md`, Words). Only `complete` may remove.
 */
export const outcomes = [
	'complete',
	'denied',
	'blocked_by_policy',
	'unavailable',
	'throttled_out',
	'failed',
	'cancelled',
	'skipped',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Worst first: an account shows the worst of its scopes. */
const severity: Readonly<Record<Outcome, number>> = {
	failed: 7,
	denied: 6,
	throttled_out: 5,
	unavailable: 4,
	cancelled: 3,
	blocked_by_policy: 2,
	complete: 1,
	skipped: 0,
};

/** The worst of several outcomes; `skipped` only where all were. Undefined for none. */
export function worstOutcome(all: Iterable<Outcome>): Outcome | undefined {
	let worst: Outcome | undefined;
	for (const outcome of all) {
		if (worst === undefined || severity[outcome] > severity[worst]) worst = outcome;
	}
	return worst;
}

/** Whether a scope with this outcome belongs to the denominator of coverage: what should have been read. */
export function countsForCoverage(outcome: Outcome): boolean {
	return outcome !== 'skipped';
}

/** Why a scope did not complete, in a form that can be stored, shown and compared. */
export interface OutcomeCause {
	/** AWS's own error code, or ours where AWS said nothing (`Timeout`, `AccountSuspended`, …). */
	readonly code: string;
	/** Text for people. Never holds a secret. */
	readonly message: string;
	/** The IAM action that was refused or failed, as `ec2:DescribeInstances`. */
	readonly action?: string;
}

export interface OutcomeReport {
	readonly outcome: Outcome;
	readonly cause?: OutcomeCause;
}
