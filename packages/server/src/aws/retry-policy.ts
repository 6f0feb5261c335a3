import type { AwsFault, AwsFaultKind } from './fault.ts';

/** What one call went through so far. */
export interface CallHistory {
	attempts: number;
	/** Faults by kind. */
	readonly faults: Map<AwsFaultKind, number>;
	/** Attempts that met a server error: the operation asks for less. */
	serverErrors: number;
}

export function startHistory(): CallHistory {
	return { attempts: 0, faults: new Map(), serverErrors: 0 };
}

export interface RetryDecision {
	readonly waitMs: number;
	/** Get newer credentials before the next attempt. */
	readonly renew: boolean;
}

const maxAttempts = 10;
const baseMs = 50;
const throttledBaseMs = 1000;
const capMs = 20_000;
/** What AWS makes on demand (a credential report) takes seconds to minutes: about three of them, all waits together. */
const maxLooks = 14;

/**
 * How often each kind may befall one call, the first time included. Kinds that are not named are never repeated.
 * Credentials: a new session can take seconds to be known everywhere, so one odd answer must not fail a scope.
 */
const allowed: Readonly<Partial<Record<AwsFaultKind, number>>> = {
	throttled: maxAttempts,
	server: maxAttempts,
	connection: maxAttempts,
	truncated: maxAttempts,
	// Each has taken 30 s already, and a scope without progress is given up after 5 minutes.
	timeout: 6,
	expired: 4,
	credentials: 4,
	region_not_enabled: 4,
	clock: 3,
	not_found: 4,
	not_ready: maxLooks,
	unknown: 3,
};

/** Whether to try once more, and how. Counts the fault. `undefined`: the fault is final. */
export function decideRetry(fault: AwsFault, history: CallHistory, random: () => number): RetryDecision | undefined {
	const { kind } = fault;
	const times = (history.faults.get(kind) ?? 0) + 1;
	history.faults.set(kind, times);
	if (kind === 'server') history.serverErrors += 1;
	const isWait = kind === 'not_ready';
	if (times >= (allowed[kind] ?? 0) || history.attempts >= (isWait ? maxLooks : maxAttempts)) return undefined;
	// Refused at first: perhaps not known everywhere yet. Refused again: perhaps gone.
	const mayBeGone = kind === 'credentials' || (kind === 'region_not_enabled' && fault.code !== 'OptInRequired');
	const renew = kind === 'expired' || (mayBeGone && times > 1);
	// The first renewal is not a failure of anything: go on at once.
	if (kind === 'expired' && times === 1) return { waitMs: 0, renew };
	const isSlow =
		isWait || kind === 'throttled' || kind === 'credentials' || kind === 'expired' || kind === 'region_not_enabled';
	const ceilingMs = Math.min(capMs, (isSlow ? throttledBaseMs : baseMs) * 2 ** (history.attempts - 1));
	// Nobody competes for what is not ready, so nothing is gained by looking earlier.
	return { waitMs: Math.max(isWait ? ceilingMs : ceilingMs * random(), fault.retryAfterMs ?? 0), renew };
}
