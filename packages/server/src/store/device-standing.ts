import { attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { type DeviceAttributes, deviceAttributes } from '@rollcall/model/asset/device.ts';
import type { RecordState } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask, UnknownReason } from '@rollcall/model/asset/unknown.ts';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import type { EnrichmentState } from './scope-write.ts';

/** What is derived from the scope when a record is read, so that a failed run writes no records (`rules.md`). */
export interface RecordStanding {
	readonly state: RecordState;
	/** Why it is retired or unconfirmed; null where it is active. */
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
}

/** The state of a record as people see it. Unconfirmed: since its scope was last complete, for the scope's reason. */
export function standingOf(facts: StandingFacts): RecordStanding {
	if (facts.state === 'retired')
		return { state: 'retired', reason: facts.reason, since: facts.changed_at.toISOString() };
	if (facts.state === 'insufficient')
		return { state: 'insufficient', reason: 'no identity', since: facts.changed_at.toISOString() };
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

/** The enrichments of devices in the order of their parts in the hash: part 1 is the first. */
const deviceEnrichments: readonly string[] = [
	...new Set(Object.values(deviceAttributes).map(({ fedBy }) => fedBy)),
].filter((feeder) => feeder.includes(':'));

/**
 * The whole mask of a device: what is stored on the record, what enrichments did not confirm, and what no account list
 * told. An attribute whose last value is kept stays in the attributes and is `unconfirmed` here.
 */
export function deriveUnknown(
	stored: UnknownMask | null,
	hash: Buffer,
	enrichments: Readonly<Record<string, EnrichmentState>>,
	account: AccountFacts,
): UnknownMask {
	const mask: Record<string, UnknownReason> = {};
	for (const [index, action] of deviceEnrichments.entries()) {
		const reason = enrichmentUnknown(enrichments[action], wasRead(hash, index + 1));
		if (reason === undefined) continue;
		for (const name of attributesFedBy(deviceAttributes, action)) mask[name] = reason;
	}
	// Without Organization Discovery nobody asks for names; with it, AWS may still leave the path out.
	if (account.account_name === null) mask['account_name'] = 'not_permitted';
	if (account.ou_path === null) mask['ou_path'] = account.listed ? 'not_supported' : 'not_permitted';
	return { ...mask, ...stored };
}

function enrichmentUnknown(state: EnrichmentState | undefined, read: boolean): UnknownReason | undefined {
	if (state?.outcome === 'complete' && read) return undefined;
	const refused = state?.outcome === 'denied' || state?.outcome === 'blocked_by_policy';
	return refused && !read ? 'not_permitted' : 'unconfirmed';
}

/** Whether a part of the hash was ever read: zeros stand for never. */
function wasRead(hash: Buffer, part: number): boolean {
	const digest = hash.subarray(part * 32, part * 32 + 32);
	return digest.length > 0 && digest.some((byte) => byte !== 0);
}

export interface AccountFacts {
	readonly account_name: string | null;
	readonly ou_path: string | null;
	/** Whether an account list of an AWS Organization named the account. */
	readonly listed: boolean;
}

/** Stored attributes with those that are joined or derived when read. */
export function completeAttributes(
	stored: DeviceAttributes,
	account: AccountFacts,
	confirmedAt: string | null,
): DeviceAttributes {
	const activeAt = stored.state === 'running' ? confirmedAt : stored.stopped_at;
	return {
		...stored,
		...(account.account_name === null ? {} : { account_name: account.account_name }),
		...(account.ou_path === null ? {} : { ou_path: account.ou_path }),
		...(activeAt ? { last_activity_at: activeAt } : {}),
	};
}
