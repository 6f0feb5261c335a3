import type { PrincipalPurpose } from '#platform/config.ts';
import type { AccessChoice } from './needs.ts';

export const policyFormats = ['trust', 'permissions', 'cloudformation', 'stackset', 'terraform'] as const;
export type PolicyFormat = (typeof policyFormats)[number];

export interface PolicyRequest extends AccessChoice {
	readonly format: PolicyFormat;
	/** ARNs of our roles or users; none: those of the configuration, by what each integration is for. */
	readonly principals: readonly string[];
	/** Null: the organization's own. */
	readonly externalId: string | null;
	/** With its path where it has one: `/security/Rollcall`. */
	readonly roleName: string;
	readonly s3Bucket: string | null;
	/** Null: the whole bucket. */
	readonly s3Prefix: string | null;
	/** ARNs of the customer's own keys, where data lies under some. */
	readonly kmsKeys: readonly string[];
}

/** Our own principals, as the configuration has them. */
export interface OwnPrincipals {
	readonly arns: Readonly<Partial<Record<PrincipalPurpose, string>>>;
	/** The environment variable of each, for whoever has to set it. */
	readonly variables: Readonly<Record<PrincipalPurpose, string>>;
}
