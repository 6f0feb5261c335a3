import type { AttributeValues } from './derived.ts';

export interface CorrelationSetting {
	/** Whether an e-mail address in a tag counts: whoever may tag may then pass for anybody (`rules.md`, Correlation). */
	readonly tagEmail: boolean;
}

const userKinds: ReadonlySet<string> = new Set(['iam.users', 'identity_center.users']);

/**
 * What a record correlates by: the normalised e-mail addresses that its source vouches for, each once. Devices have none:
 * the native id suffices for them.
 */
export function correlationIdentifiers(
	kind: string,
	attributes: AttributeValues,
	setting: CorrelationSetting,
): readonly string[] {
	if (!userKinds.has(kind)) return [];
	const emails: unknown = attributes['emails'];
	const tagEmail = setting.tagEmail ? [attributes['tag_email']] : [];
	const texts = [...(Array.isArray(emails) ? emails : []), ...tagEmail].filter((value) => typeof value === 'string');
	return [...new Set(texts)];
}

/** Where a user lives, and where an e-mail address should be one user's alone: the identity store, of IAM the account. */
export function correlationStore(attributes: AttributeValues): string {
	const store = attributes['identity_store_id'] ?? attributes['account_id'];
	return typeof store === 'string' ? store : '';
}
