import type { Outcome } from '@rollcall/model/run/outcome.ts';

/** What is known of a trouble: `cause` as `Code: text`, `action` as `ec2:DescribeInstances`. */
export interface Trouble {
	readonly outcome: Outcome;
	readonly cause: string | null;
	readonly action: string | null;
}

const credentialCodes: ReadonlySet<string> = new Set([
	'InvalidClientTokenId',
	'InvalidAccessKeyId',
	'SignatureDoesNotMatch',
	'AuthFailure',
	'UnrecognizedClientException',
]);
const clockCodes: ReadonlySet<string> = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'SignatureExpired']);

/** Nobody answered at all. */
const connectionCodes: ReadonlySet<string> = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENOTFOUND',
	'ETIMEDOUT',
	'EAI_AGAIN',
	'Timeout',
]);

/** What to do about a scope or an enrichment that is not complete (`aws.md`, Errors). Empty for a complete one. */
export function adviseOn(trouble: Trouble): string {
	const code = trouble.cause?.split(':')[0] ?? '';
	switch (trouble.outcome) {
		case 'complete':
			return '';
		case 'denied':
			return adviseOnDenial(trouble.action);
		case 'blocked_by_policy':
			return "The AWS Organization's own policy denies it. Nothing to do, unless this should be read: then its administrator exempts the role.";
		case 'unavailable':
			return 'AWS did not let us in there, or could not be reached. Check that the region is enabled and its endpoint reachable, then collect again.';
		case 'throttled_out':
			return 'AWS kept slowing us down. Collect again later; other tools in that account share the same limit.';
		case 'failed':
			return adviseOnFailure(code, trouble.action);
		case 'cancelled':
			return 'Collect again to read it.';
		case 'skipped':
			return 'Nothing to do: it does not have to be read.';
	}
}

function adviseOnDenial(action: string | null): string {
	if (action === 'sts:AssumeRole') {
		return 'Deploy the role in that account (or mend its trust policy), then collect again.';
	}
	return action === null
		? "Add the missing permission to the role's policy in that account, then collect again."
		: `Add ${action} to the role's policy in that account, then collect again.`;
}

function adviseOnFailure(code: string, action: string | null): string {
	if (credentialCodes.has(code))
		return 'AWS refuses these credentials. Check the access key or the role, then collect again.';
	if (clockCodes.has(code))
		return "This machine's clock is off. Set it (NTP), then collect again; `rollcall doctor` shows by how much.";
	if (connectionCodes.has(code))
		return 'AWS could not be reached. Check network, DNS and proxy (`rollcall doctor` asks every endpoint), then collect again.';
	if (action?.startsWith('identitystore:') && code === 'ResourceNotFoundException')
		return 'Check the id and the region of the identity store (the AWS console shows both under IAM Identity Center, Settings), then collect again.';
	if (code === 'SOURCE') return 'Mend what the cause names, then collect again.';
	if (action === 'organizations:ListAccounts')
		return 'The list of accounts could not be read to its end. Collect again.';
	return 'Collect again; if it stays, the cause above says what AWS answered.';
}
