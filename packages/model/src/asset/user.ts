import { z } from 'zod';
import { type AttributeDefinition, type AttributeTable, attributeTime } from './attribute.ts';

const text = z.string();
const texts = z.array(z.string());
const flag = z.boolean();
const groupList = z.array(z.object({ id: text, name: text.optional() }));

/** Feeders of user attributes beside the primary listings. */
export const getUserAction = 'iam:GetUser';
export const authorizationDetailsAction = 'iam:GetAccountAuthorizationDetails';
export const credentialReportAction = 'iam:GetCredentialReport';
export const membershipsAction = 'identitystore:ListGroupMemberships';

/** Of those, the extras: nobody makes them who did not ask for them, so what they feed is not permitted until then. */
export const extraActions: ReadonlySet<string> = new Set([authorizationDetailsAction, credentialReportAction]);

function fed<Schema extends z.ZodType>(
	fedBy: string,
	schema: Schema,
	meaning: string,
	tracked = true,
): AttributeDefinition & { readonly schema: Schema } {
	return { schema, meaning, tracked, fedBy };
}

const primary = <Schema extends z.ZodType>(schema: Schema, meaning: string) => fed('primary', schema, meaning);

const accountId = primary(text, 'AWS account that was read for it, 12 digits');
const accountName = fed('account', text, 'Name of the AWS account', false);
const ouPath = fed('account', text, 'Path of organizational units of the AWS account', false);
const userId = primary(text, 'Id the source gives: AIDA… of IAM, a UUID of Identity Center');
const usernames = primary(texts, 'User names');
const createdAt = primary(attributeTime, 'When the user was made');

/**
 * Every attribute of a user of IAM (`inventory.md`, Attributes). The order is the order of the hash, so a new attribute
 * goes to the end of its feeder's group.
 */
export const iamUserAttributes = {
	user_id: userId,
	usernames,
	emails: primary(texts, 'E-mail addresses, lower case: of IAM the user name where it is one'),
	enabled: primary(flag, 'Whether the user may sign in. IAM does not tell'),
	account_id: accountId,
	account_name: accountName,
	ou_path: ouPath,
	path: primary(text, 'IAM path, / for none'),
	arn: primary(text, 'ARN'),
	created_at: createdAt,
	password_last_used_at: primary(
		attributeTime,
		'When the console password was last used; absent where there is none or it was never used since October 2014',
	),
	tags: fed(getUserAction, z.record(text, text), 'Tags of the user'),
	permissions_boundary: fed(getUserAction, text, 'ARN of the policy that bounds the permissions'),
	tag_email: fed(
		getUserAction,
		text,
		'E-mail address that a tag (email, Email, mail) holds. No identifier: whoever may tag may write it',
	),
	groups: fed(authorizationDetailsAction, groupList, 'Groups; IAM gives names only, which stand as the ids too'),
	password_enabled: fed(credentialReportAction, flag, 'Has a console password'),
	password_last_changed_at: fed(credentialReportAction, attributeTime, 'When the console password was last changed'),
	mfa_enabled: fed(credentialReportAction, flag, 'Has an MFA device'),
	access_keys: fed(
		credentialReportAction,
		z.array(z.object({ slot: z.int(), active: flag, last_rotated_at: attributeTime.optional() })),
		'Access keys by slot (1 or 2)',
	),
	access_keys_last_used_at: fed(credentialReportAction, attributeTime, 'When any access key was last used', false),
	credential_report_at: fed(
		'scope',
		attributeTime,
		'When AWS made the credential report: how old what it says is',
		false,
	),
	last_activity_at: fed(
		'scope',
		attributeTime,
		'When the password was last used, else when AWS last listed the user',
		false,
	),
} as const satisfies AttributeTable;

/** Every attribute of a user of Identity Center. */
export const identityCenterUserAttributes = {
	user_id: userId,
	usernames,
	display_name: primary(text, 'Name as it is displayed'),
	given_name: primary(text, 'Given name'),
	family_name: primary(text, 'Family name'),
	emails: primary(texts, 'E-mail addresses, lower case, the primary one first'),
	enabled: primary(flag, 'Whether the user may sign in'),
	identity_store_id: primary(text, 'Identity store the user belongs to'),
	account_id: accountId,
	account_name: accountName,
	ou_path: ouPath,
	created_at: createdAt,
	updated_at: primary(attributeTime, 'When the user was last changed'),
	title: primary(text, 'Title'),
	user_type: primary(text, 'Kind of user'),
	locale: primary(text, 'Locale'),
	external_ids: primary(z.array(z.object({ issuer: text, id: text })), 'Ids that other issuers gave the user'),
	groups: fed(membershipsAction, groupList, 'Groups'),
	last_activity_at: fed('scope', attributeTime, 'When AWS last listed the user', false),
} as const satisfies AttributeTable;

/** Every attribute a user may have, whatever its source. */
export const userAttributes = {
	...identityCenterUserAttributes,
	...iamUserAttributes,
} as const satisfies AttributeTable;

export type UserAttributeName = keyof typeof userAttributes;

/**
 * Attributes of users that a source lacks, though something is so or not so of each of its users: an absent one would say
 * "none", so they are `not_supported`. Whether somebody signs in with MFA, has a password, and when that was used are facts
 * of a user of Identity Center too; what bounds its permissions lies in permission sets.
 *
 * Whatever else a source lacks is no concept of it (`–` in `inventory.md`, Attributes), and its users rightly have none:
 * display name, title, user type, locale, external ids and identity store of IAM; path, ARN, tags and credential report of
 * Identity Center.
 */
export const untoldByIdentityCenter = [
	'password_last_used_at',
	'permissions_boundary',
	'password_enabled',
	'password_last_changed_at',
	'mfa_enabled',
	'access_keys',
	'access_keys_last_used_at',
] as const satisfies readonly UserAttributeName[];

/** The same of IAM: a user is changed without a trace in what IAM gives, and whether it may sign in is not said at all. */
export const untoldByIam = ['updated_at', 'enabled'] as const satisfies readonly UserAttributeName[];

/** Attributes of one user. An attribute that is not there is known to be absent, unless the unknown mask names it. */
export type UserAttributes = {
	[Name in UserAttributeName]?: z.infer<(typeof userAttributes)[Name]['schema']>;
};
