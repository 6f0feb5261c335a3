import { advice } from '@rollcall/model/run/advice.ts';
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
			return advice.missingPermission(trouble.action, 'collect');
		case 'blocked_by_policy':
			return advice.blockedByPolicy();
		case 'unavailable':
			return advice.unavailable('collect');
		case 'throttled_out':
			return advice.throttled('collect');
		case 'failed':
			return adviseOnFailure(code, trouble.action);
		case 'cancelled':
			return advice.stopped('collect');
		case 'skipped':
			return advice.nothing();
	}
}

function adviseOnFailure(code: string, action: string | null): string {
	if (credentialCodes.has(code)) return advice.credentials('collect');
	if (clockCodes.has(code)) return advice.clock('collect');
	if (connectionCodes.has(code)) return advice.unreachable('collect');
	if (action?.startsWith('identitystore:') && code === 'ResourceNotFoundException')
		return advice.identityStore('collect');
	if (code === 'SOURCE') return advice.settings('collect');
	return action === 'organizations:ListAccounts' ? advice.accountList('collect') : advice.failure('collect');
}
