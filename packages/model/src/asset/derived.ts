import type { Outcome } from '../run/outcome.ts';
import { enrichedPartsOf, untoldAttributesOf } from './attribute-tables.ts';
import type { AssetType } from './record-state.ts';
import type { UnknownMask, UnknownReason } from './unknown.ts';
import { credentialReportAction } from './user.ts';

/** Facts of the account that are joined when a record is read. */
export interface AccountFacts {
	readonly account_name: string | null;
	readonly ou_path: string | null;
	/** Whether an account list of an AWS Organization named the account. */
	readonly listed: boolean;
}

/** How the enrichments of a scope last ended, by action. */
export type EnrichmentOutcomes = Readonly<
	Record<
		string,
		| {
				readonly outcome: Outcome;
				/** When AWS made what was read, where that is earlier than the reading; ISO 8601. */
				readonly as_of?: string;
		  }
		| undefined
	>
>;

/** A record's own part of what is unknown of it, and what its scope says. */
export interface UnknownFacts extends AccountFacts {
	/** Kind of the integration, as `iam.users`. */
	readonly kind: string;
	/** What is unknown of the record alone. */
	readonly unknown: UnknownMask | null;
	/** Whether a part of the record was ever read; part 0 is the listing, part k the k-th enrichment. */
	readonly wasRead: (part: number) => boolean;
	readonly enrichments: EnrichmentOutcomes;
}

/**
 * The whole mask of a record: what it says itself, what its source never tells, what enrichments did not confirm, and what
 * no account list told. An attribute whose last value is kept stays in the attributes and is `unconfirmed` here.
 */
export function deriveUnknown({ kind, unknown, wasRead, enrichments, ...account }: UnknownFacts): UnknownMask {
	const mask: Record<string, UnknownReason> = {};
	for (const name of untoldAttributesOf(kind)) mask[name] = 'not_supported';
	for (const { action, part, attributes, isExtra } of enrichedPartsOf(kind)) {
		const reason = enrichmentUnknown(enrichments[action]?.outcome, isExtra, wasRead(part));
		if (action === credentialReportAction && reportMadeAt(enrichments) === undefined) {
			mask['credential_report_at'] = reason ?? 'unconfirmed';
		}
		if (reason === undefined) continue;
		for (const name of attributes) mask[name] = reason;
	}
	// Without Organization Discovery nobody asks for names; with it, AWS may still leave the path out.
	if (account.account_name === null) mask['account_name'] = 'not_permitted';
	if (account.ou_path === null) mask['ou_path'] = account.listed ? 'not_supported' : 'not_permitted';
	for (const [name, reason] of Object.entries(unknown ?? {})) {
		// Why it could not be read of this record once is nothing where now nobody may ask.
		if (mask[name] !== 'not_permitted') mask[name] = reason;
	}
	return mask;
}

const refusals: ReadonlySet<Outcome> = new Set(['denied', 'blocked_by_policy']);

/** What an extra that nobody asks for, or asks for any more, would tell is as good as not permitted. */
function enrichmentUnknown(outcome: Outcome | undefined, isExtra: boolean, read: boolean): UnknownReason | undefined {
	if (outcome === 'complete' && read) return undefined;
	if (outcome === 'skipped') return 'not_permitted';
	if (read) return 'unconfirmed';
	const refused = outcome === undefined ? isExtra : refusals.has(outcome);
	return refused ? 'not_permitted' : 'unconfirmed';
}

/** When AWS made the credential report, unless it is an extra that was switched off. */
function reportMadeAt(enrichments: EnrichmentOutcomes): string | undefined {
	const report = enrichments[credentialReportAction];
	return report?.outcome === 'skipped' ? undefined : report?.as_of;
}

export type AttributeValues = Readonly<Record<string, unknown>>;

/**
 * Stored attributes with those that are joined or derived when read, and without what an enrichment told that was
 * switched off since: that is not permitted now, so its last value is neither shown nor searched. What an enrichment was
 * refused, or failed at, keeps its last value.
 *
 * @param confirmedAt when the record was last seen for certain, ISO 8601
 */
export function completeAttributes<Attributes extends AttributeValues>(
	type: AssetType,
	stored: Attributes,
	facts: AccountFacts & Pick<UnknownFacts, 'kind' | 'enrichments'>,
	confirmedAt: string | null,
): Attributes {
	const activeAt = lastActivityAt[type](stored, confirmedAt);
	const reportedAt = reportMadeAt(facts.enrichments);
	const attributes = { ...stored };
	for (const { action, attributes: names } of enrichedPartsOf(facts.kind)) {
		if (facts.enrichments[action]?.outcome !== 'skipped') continue;
		for (const name of names) Reflect.deleteProperty(attributes, name);
	}
	return {
		...attributes,
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
