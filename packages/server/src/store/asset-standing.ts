import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType, RecordState } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask, UnknownReason } from '@rollcall/model/asset/unknown.ts';
import { credentialReportAction } from '@rollcall/model/asset/user.ts';
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

/** A record's own part of what is unknown of it, as the database gives it. */
export interface UnknownFacts extends AccountFacts {
	/** Kind of the integration, as `iam.users`. */
	readonly kind: string;
	readonly unknown: UnknownMask | null;
	readonly hash: Buffer;
	readonly enrichments: Readonly<Record<string, EnrichmentState>>;
}

/**
 * The whole mask of a record: what is stored on it, what enrichments did not confirm, and what no account list told. An
 * attribute whose last value is kept stays in the attributes and is `unconfirmed` here.
 */
export function deriveUnknown({ kind, unknown, hash, enrichments, ...account }: UnknownFacts): UnknownMask {
	const mask: Record<string, UnknownReason> = {};
	for (const { action, part, attributes, isExtra } of enrichedPartsOf(kind)) {
		const reason = enrichmentUnknown(enrichments[action], isExtra, wasRead(hash, part));
		if (action === credentialReportAction && reportTime(enrichments) === undefined) {
			mask['credential_report_at'] = reason ?? 'unconfirmed';
		}
		if (reason === undefined) continue;
		for (const name of attributes) mask[name] = reason;
	}
	// Without Organization Discovery nobody asks for names; with it, AWS may still leave the path out.
	if (account.account_name === null) mask['account_name'] = 'not_permitted';
	if (account.ou_path === null) mask['ou_path'] = account.listed ? 'not_supported' : 'not_permitted';
	return { ...mask, ...unknown };
}

/** An extra that nobody asked for is as good as not permitted; what it told before is kept. */
function enrichmentUnknown(
	state: EnrichmentState | undefined,
	isExtra: boolean,
	read: boolean,
): UnknownReason | undefined {
	if (state?.outcome === 'complete' && read) return undefined;
	if (read) return 'unconfirmed';
	const refused = state === undefined ? isExtra : refusals.has(state.outcome);
	return refused ? 'not_permitted' : 'unconfirmed';
}

const refusals: ReadonlySet<Outcome> = new Set(['denied', 'blocked_by_policy', 'skipped']);

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

export type AttributeValues = Readonly<Record<string, unknown>>;

/** Stored attributes with those that are joined or derived when read. */
export function completeAttributes<Attributes extends AttributeValues>(
	type: AssetType,
	stored: Attributes,
	facts: AccountFacts & Pick<UnknownFacts, 'enrichments'>,
	confirmedAt: string | null,
): Attributes {
	const activeAt = lastActivityAt[type](stored, confirmedAt);
	const reportedAt = type === 'user' ? reportTime(facts.enrichments) : undefined;
	return {
		...stored,
		...(facts.account_name === null ? {} : { account_name: facts.account_name }),
		...(facts.ou_path === null ? {} : { ou_path: facts.ou_path }),
		...(reportedAt === undefined ? {} : { credential_report_at: reportedAt }),
		...(activeAt ? { last_activity_at: activeAt } : {}),
	};
}

/** Presence in AWS is activity (`rules.md`, Record states), unless the source tells something nearer. */
const lastActivityAt: Readonly<Record<AssetType, (stored: AttributeValues, confirmedAt: string | null) => unknown>> = {
	device: (stored, confirmedAt) => (stored['state'] === 'running' ? confirmedAt : stored['stopped_at']),
	user: (stored, confirmedAt) => stored['password_last_used_at'] ?? confirmedAt,
};

/** When AWS made the credential report that was read last. */
function reportTime(enrichments: UnknownFacts['enrichments']): string | undefined {
	return enrichmentTime(enrichments[credentialReportAction]);
}

/** When AWS made what an enrichment read, where that is earlier than the reading. */
export function enrichmentTime(state: EnrichmentState | undefined): string | undefined {
	return state !== undefined && 'as_of' in state && typeof state.as_of === 'string' ? state.as_of : undefined;
}
