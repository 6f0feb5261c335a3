import type { RunningSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import type { TrueIamUser, TrueIdentityUser } from '@rollcall/aws-simulator/truth.ts';
import { defaultSourceSettings, type SourceSettings } from '#sources/registry.ts';

/** Settings with which users of a simulator are read: its own identity store, unless told otherwise. */
export function userSettings(
	simulator: Pick<RunningSimulator, 'identityStoreId' | 'identityStoreRegion'>,
	more: {
		readonly extras?: readonly string[];
		readonly identityStoreId?: string | null;
		readonly region?: string | null;
	} = {},
): SourceSettings {
	const { extras = [], identityStoreId = simulator.identityStoreId, region = simulator.identityStoreRegion } = more;
	return { ...defaultSourceSettings, extras, identityCenter: { identityStoreId, region } };
}

/** Calls of one action that AWS was asked since the log was last cleared, tries included. */
export function countCalls({ control }: Pick<RunningSimulator, 'control'>, action: string): number {
	return control.calls().filter((call) => call.action === action).length;
}

/** What of a user is written in the facts of the simulator, as `inventory.md` names it; written apart from the source. */
export function iamAttributes(user: TrueIamUser): Record<string, unknown> {
	const { passwordLastUsedAt } = user.credentials;
	const tags = new Map(user.tags.map(({ key, value }) => [key, value]));
	const tagged = ['email', 'Email', 'mail'].map((key) => tags.get(key) ?? '').find((value) => value.includes('@'));
	return withoutAbsent({
		user_id: user.userId,
		usernames: [user.userName],
		emails: isAddress(user.userName) ? [user.userName.toLowerCase()] : undefined,
		account_id: user.accountId,
		path: user.path,
		arn: user.arn,
		created_at: toText(user.createdAt),
		password_last_used_at: passwordLastUsedAt === undefined ? undefined : toText(passwordLastUsedAt),
		tags: tags.size === 0 ? undefined : Object.fromEntries(tags),
		permissions_boundary: user.permissionsBoundaryArn,
		tag_email: tagged?.toLowerCase(),
	});
}

/** What the credential report tells of a user. */
export function credentialAttributes({ credentials }: TrueIamUser): Record<string, unknown> {
	const { passwordEnabled, passwordChangedAt, mfaActive, keys } = credentials;
	const known = keys.flatMap(({ active, rotatedAt }, index) =>
		rotatedAt === undefined ? [] : [{ slot: index + 1, active, last_rotated_at: toText(rotatedAt) }],
	);
	const usedAt = keys.flatMap(({ lastUsed }) => lastUsed?.at ?? []);
	return withoutAbsent({
		password_enabled: passwordEnabled,
		password_last_changed_at: passwordChangedAt === undefined ? undefined : toText(passwordChangedAt),
		mfa_enabled: mfaActive,
		access_keys: known.length === 0 ? undefined : known,
		access_keys_last_used_at: usedAt.length === 0 ? undefined : toText(Math.max(...usedAt)),
	});
}

/** The same of a user of Identity Center, groups in the order of their ids. */
export function identityAttributes(
	user: TrueIdentityUser,
	{ identityStoreId, managementAccountId }: RunningSimulator,
): Record<string, unknown> {
	const emails = user.emails.toSorted((a, b) => Number(b.primary) - Number(a.primary));
	return withoutAbsent({
		user_id: user.userId,
		usernames: [user.userName],
		display_name: user.displayName,
		given_name: user.givenName,
		family_name: user.familyName,
		emails: emails.length === 0 ? undefined : emails.map(({ value }) => value.toLowerCase()),
		enabled: user.enabled,
		identity_store_id: identityStoreId,
		account_id: managementAccountId,
		created_at: toText(user.createdAt),
		updated_at: toText(user.updatedAt),
		title: user.title,
		user_type: user.userType,
		locale: user.locale,
		external_ids:
			user.externalIds.length === 0
				? undefined
				: user.externalIds.toSorted((a, b) => (a.issuer < b.issuer ? -1 : 1)).map(({ issuer, id }) => ({ issuer, id })),
		groups: groupsOf(user),
	});
}

function groupsOf({ groups }: TrueIdentityUser): unknown {
	if (groups.length === 0) return undefined;
	return groups
		.toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1))
		.map(({ groupId, displayName }) => ({ id: groupId, name: displayName }));
}

/** Names of IAM hold one kind of address only: `+` and `=` are user names, a domain has a dot. */
function isAddress(userName: string): boolean {
	return /^[^@,=]+@[^@,=]+\.[^@,=]+$/.test(userName);
}

function toText(at: number): string {
	return new Date(at).toISOString();
}

function withoutAbsent(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
