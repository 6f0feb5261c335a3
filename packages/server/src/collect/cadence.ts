import { createHash } from 'node:crypto';
import type { Outcome } from '@rollcall/model/run/outcome.ts';

/** When the enrichments of a scope last succeeded. */
export interface EnrichedScope {
	readonly scopeId: string;
	readonly enrichments: Readonly<
		Record<
			string,
			{ readonly outcome?: Outcome; readonly confirmedAt: Date | null; readonly triedAt?: Date } | undefined
		>
	>;
}

/** How long a full listing of a scope, and a denial by a policy of the AWS Organization, stand. */
export const dailyMs = 24 * 3_600_000;

/** Cadences are shortened by up to this share, by scope, so that not all scopes fall due in the same run. */
const jitterShare = 0.1;

/**
 * Whether an enrichment that is made every `cadenceMs` is due: never read, confirmed long enough ago, or without success
 * the last time, as one that was refused or switched off since it was confirmed. One that a policy of the AWS Organization
 * denies is asked for again after a day, since each denied call is noise in the customer's trail.
 */
export function isEnrichmentDue(scope: EnrichedScope, action: string, cadenceMs: number, nowMs: number): boolean {
	const state = scope.enrichments[action];
	if (state?.outcome === 'blocked_by_policy' && state.triedAt) return isDayOld(state.triedAt, nowMs);
	const name = `${scope.scopeId} ${action}`;
	const succeeded = (state?.outcome ?? 'complete') === 'complete';
	return !succeeded || !state?.confirmedAt || isOlderThan(name, state.confirmedAt, cadenceMs, nowMs);
}

/** Whether a moment lies longer ago than a span, which is shortened by the name of the thing, never stretched. */
export function isOlderThan(name: string, at: Date, spanMs: number, nowMs: number): boolean {
	const draw = createHash('sha256').update(name).digest().readUInt16BE(0) / 0xffff;
	return nowMs - at.getTime() >= spanMs * (1 - draw * jitterShare);
}

/** Whether a whole day has passed: what was denied is asked for once a day, and never more often. */
export function isDayOld(at: Date, nowMs: number): boolean {
	return nowMs - at.getTime() >= dailyMs;
}
