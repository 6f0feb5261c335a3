import { z } from 'zod';
import { type ExecutionResult, executionResults } from './execution.ts';

/** What a permission test found for one action in one place, worst first: an account shows the worst of its checks. */
export const accessVerdicts = [
	/** Our own session policy lacks the action: a fault of Rollcall. */
	'session_policy',
	/** The role that Rollcall itself takes before any other was refused. */
	'own_principal',
	'credentials',
	'clock',
	/** AssumeRole was refused: no role, not trusted, or another external id. */
	'role_refused',
	'denied',
	/** What was asked for does not exist: an identity store, a region. */
	'not_found',
	'failed',
	'unreachable',
	/** AWS refuses us in an opt-in region that the account says is enabled. */
	'region_unavailable',
	'throttled',
	/** The test was stopped before. */
	'not_tested',
	'blocked_by_policy',
	'allowed',
	/** Asked for, but the account has not enabled it: it would be skipped. */
	'region_not_enabled',
	/** AWS lists the account as anything but ACTIVE: it would be skipped. */
	'account_not_active',
] as const;
export type AccessVerdict = (typeof accessVerdicts)[number];

/** Verdicts that nobody has to act on. */
const quiet: ReadonlySet<AccessVerdict> = new Set([
	'allowed',
	'blocked_by_policy',
	'region_not_enabled',
	'account_not_active',
]);

/** Whether somebody has to act, or to test again. */
export function isAccessTrouble(verdict: AccessVerdict): boolean {
	return !quiet.has(verdict);
}

// A result is read back from files, and what stands in one comes to terminals: names have the shape of names.
const actionName = z.string().regex(/^[a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128}$/u);
const accountId = z.string().regex(/^(?:\d{12}|\*)$/u);
const regionName = z.string().regex(/^[a-z0-9-]{1,64}$/u);
const word = z.string().regex(/^[\w.-]{1,128}$/u);
const arn = z.string().regex(/^arn:[\x21-\x7e]{1,2048}$/u);

export const accessCheck = z.object({
	action: actionName.meta({ description: 'IAM action, as ec2:DescribeInstances; sts:AssumeRole for the entry' }),
	kinds: z.array(word).meta({ description: 'Integrations that need it; organization_discovery for the account list' }),
	verdict: z.enum(accessVerdicts),
	code: z.string().nullable().meta({ description: "AWS's own error code, or ours where AWS said nothing" }),
	reference: z.string().nullable().meta({ description: 'Code of docs/errors.md, as AWS:0002' }),
	message: z.string().nullable().meta({ description: 'What happened, for people' }),
	said: z.string().nullable().meta({ description: "AWS's words" }),
	policy_arn: arn.nullable().meta({ description: 'The service control policy that denies, where AWS names it' }),
	advice: z.string().nullable().meta({ description: 'What to do about it' }),
	earlier: z.boolean().meta({ description: 'Found by the earlier test that this one retests, and not asked again' }),
});

export const accessEntry = accessCheck.extend({
	principal: word
		.nullable()
		.meta({ description: 'Which of our principals entered, by its purpose; null for an access key' }),
});

/** How a wrong entry can be had, where it can. */
export const openings = ['without_external_id', 'with_wrong_external_id'] as const;
export type Opening = (typeof openings)[number];

export const proofStatuses = ['proven', 'open', 'not_provable', 'not_made'] as const;

export const externalIdProof = z.object({
	role_arn: arn,
	principal: word.meta({ description: 'Which of our principals tried, by its purpose' }),
	status: z.enum(proofStatuses),
	openings: z.array(z.enum(openings)).meta({ description: 'How the role was entered although it must not be' }),
	reason: z.string().nullable().meta({ description: 'What it means, or why there is no proof' }),
	advice: z.string().nullable(),
	earlier: z.boolean(),
});

export const accessRegion = z.object({
	region: regionName,
	verdict: z.enum(accessVerdicts),
	checks: z.array(accessCheck),
});

export const accessAccount = z.object({
	account_id: accountId.meta({ description: '`*` where the credentials did not even tell their account' }),
	name: z.string().nullable(),
	state: z.string().nullable().meta({ description: "AWS's own account state, as ACTIVE; null where no list told" }),
	is_primary: z.boolean().meta({ description: 'The account of the role or key that was given' }),
	verdict: z.enum(accessVerdicts),
	entries: z.array(accessEntry),
	regions: z.array(accessRegion),
	proofs: z.array(externalIdProof),
	may_be_collected: z.boolean().meta({ description: 'False: its role is open to everybody who knows its ARN' }),
});

/** What a permission test leaves behind: `--json`, `--out`, the API. `--failed-from` reads it again. */
export const accessTestResult = z.object({
	version: z.literal(1),
	tested_at: z.iso.datetime(),
	retest_of: z.iso.datetime().nullable().meta({ description: 'When the test was made whose failures these are' }),
	access: z.object({
		schema: z.enum(['access_key', 'assume_role']),
		role_arn: arn.nullable(),
		external_id_digest: word
			.nullable()
			.meta({ description: 'Tells whether a retest sends the same external id; null for an access key' }),
		organization_discovery: z.boolean(),
	}),
	kinds: z.array(word),
	settings: z.object({
		regions: z.array(regionName).nullable(),
		accounts: z.array(accountId).nullable(),
		extras: z.array(word),
		identity_store_id: word.nullable(),
		identity_store_region: regionName.nullable(),
	}),
	result: z.enum(executionResults),
	message: z.string().nullable(),
	blocks_activation: z.string().nullable().meta({ description: 'Why this access may not be activated; null: it may' }),
	warnings: z.array(z.string()),
	accounts: z.array(accessAccount),
	counts: z.object({
		accounts: z.int(),
		checks: z.int(),
		verdicts: z.partialRecord(z.enum(accessVerdicts), z.int()),
		roles_proven: z.int(),
		roles_open: z.int(),
	}),
	calls: z.record(z.string(), z.int()).meta({ description: 'API calls made by IAM action, retries included' }),
	calls_total: z.int(),
	seconds: z.number(),
});

export type AccessCheck = z.infer<typeof accessCheck>;
export type AccessEntry = z.infer<typeof accessEntry>;
export type AccessRegion = z.infer<typeof accessRegion>;
export type AccessAccount = z.infer<typeof accessAccount>;
export type ExternalIdProof = z.infer<typeof externalIdProof>;
export type AccessTestResult = z.infer<typeof accessTestResult>;

/** The worst of several verdicts; `not_tested` for none. */
export function worstVerdict(all: readonly AccessVerdict[]): AccessVerdict {
	return accessVerdicts.find((verdict) => all.includes(verdict)) ?? 'not_tested';
}

/** Every check of an account, its entries among them. */
export function checksOf(account: Pick<AccessAccount, 'entries' | 'regions'>): readonly AccessCheck[] {
	return [...account.entries, ...account.regions.flatMap((region) => region.checks)];
}

/** Stands where a kind of integration does, for what Organization Discovery needs. */
export const discoveryKind = 'organization_discovery';

/** Whether any integration may do anything there. */
export function isUsable(account: Pick<AccessAccount, 'regions'>): boolean {
	return account.regions.some((region) =>
		region.checks.some(({ verdict, kinds }) => verdict === 'allowed' && kinds.some((kind) => kind !== discoveryKind)),
	);
}

/**
 * How a test ends. Failed: nothing is usable, or a role can be entered without the right external id. Partial: somebody
 * has to act. What a policy of the AWS Organization blocks, and accounts that are not active, are no trouble.
 *
 * @param isStopped whether anything was left out because the person stopped the test
 */
export function accessResultOf(
	accounts: readonly Pick<AccessAccount, 'entries' | 'regions' | 'proofs'>[],
	isStopped: boolean,
): ExecutionResult {
	if (isStopped) return 'cancelled';
	const checks = accounts.flatMap(checksOf);
	const proofs = accounts.flatMap((account) => account.proofs);
	if (!accounts.some(isUsable) || proofs.some((proof) => proof.status === 'open')) return 'failed';
	const isTroubled =
		checks.some((check) => isAccessTrouble(check.verdict)) || proofs.some((proof) => proof.status === 'not_provable');
	return isTroubled ? 'partial' : 'success';
}
