import type { RecordState } from '@rollcall/model/asset/record-state.ts';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import type { PastEnrichment } from './enrichment-outcomes.ts';

const digestBytes = 32;

/** What is derived from the scope when a record is read, so that a failed run writes no records (`rules.md`). */
export interface RecordStanding {
	readonly state: RecordState;
	/** Why it is retired or unconfirmed, or of what it is a duplicate; null where it is active. */
	readonly reason: string | null;
	readonly since: string | null;
}

/** A record with its scope, as the database gives them. */
export interface StandingFacts {
	readonly state: 'active' | 'retired' | 'insufficient';
	readonly reason: string | null;
	readonly changed_at: Date;
	readonly missed: boolean;
	/** Set while the brake holds its removal. */
	readonly held_since: Date | null;
	readonly held: boolean;
	readonly outcome: Outcome | null;
	readonly cause: OutcomeCause | null;
	readonly last_complete_at: Date | null;
	/** By what name people know the record that counts instead of it; absent where none does. */
	readonly duplicate_of?: string | null;
}

/** The state of a record as people see it. Unconfirmed: since its scope was last complete, for the scope's reason. */
export function standingOf(facts: StandingFacts): RecordStanding {
	if (facts.state === 'retired')
		return { state: 'retired', reason: facts.reason, since: facts.changed_at.toISOString() };
	if (facts.state === 'insufficient')
		return { state: 'insufficient', reason: 'no identity', since: facts.changed_at.toISOString() };
	if (typeof facts.duplicate_of === 'string')
		return { state: 'duplicate', reason: `of the one of ${facts.duplicate_of}`, since: null };
	if (facts.held)
		return { state: 'unconfirmed', reason: 'removal held', since: facts.held_since?.toISOString() ?? null };
	if (facts.outcome === 'complete') return { state: 'active', reason: null, since: null };
	const reason = facts.outcome === null ? 'never read to its end' : describeOutcome(facts.outcome, facts.cause);
	return { state: 'unconfirmed', reason, since: facts.last_complete_at?.toISOString() ?? null };
}

function describeOutcome(outcome: Outcome, cause: OutcomeCause | null): string {
	return cause === null ? outcome : `${outcome}: ${cause.code}`;
}

/** When the record was last seen for certain. One that was missed was seen when it last changed, at least. */
export function lastConfirmedAt(facts: StandingFacts): string | null {
	if (facts.state === 'retired') return null;
	const complete = facts.last_complete_at;
	const latest = complete !== null && !facts.missed && complete > facts.changed_at ? complete : facts.changed_at;
	return latest.toISOString();
}

/** Whether a part of the hash was ever read: zeros stand for never. */
export function wasRead(hash: Buffer, part: number): boolean {
	const digest = hash.subarray(part * digestBytes, (part + 1) * digestBytes);
	return digest.length > 0 && digest.some((byte) => byte !== 0);
}

/** How an enrichment of a scope ended last. */
export interface EnrichmentStanding {
	readonly action: string;
	readonly outcome: Outcome;
	/** When it last succeeded. */
	readonly confirmedAt: string | null;
	/** When AWS made what was read, where that is earlier than the reading: the age of a report. */
	readonly asOf: string | null;
	readonly cause: OutcomeCause | null;
}

/** Of those that were ever made, now or by a moment. */
export function enrichmentsOf(states: Readonly<Record<string, PastEnrichment>>): readonly EnrichmentStanding[] {
	return Object.entries(states).map(([action, state]) => ({
		action,
		outcome: state.outcome,
		confirmedAt: state.confirmed_at ?? null,
		asOf: state.as_of ?? null,
		cause: state.cause ?? null,
	}));
}
