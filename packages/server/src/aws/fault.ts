import { type Actor, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Denial } from '@rollcall/model/run/advice.ts';
import type { Outcome, OutcomeReport } from '@rollcall/model/run/outcome.ts';

/** Why a call of AWS did not succeed, in the terms that decide what happens next (`aws.md`, Errors). */
export type AwsFaultKind =
	| 'throttled'
	| 'not_allowed'
	| 'blocked_by_policy'
	| 'session_policy'
	| 'region_not_enabled'
	| 'credentials'
	| 'expired'
	| 'clock'
	| 'role'
	| 'own_principal'
	| 'bad_token'
	| 'server'
	| 'connection'
	| 'timeout'
	| 'truncated'
	| 'no_organization'
	| 'not_found'
	| 'no_identity_store'
	| 'encryption_key'
	| 'not_ready'
	| 'validation'
	| 'cancelled'
	| 'unknown';

/** Plain data, storable and free of secrets. */
export interface AwsFault {
	readonly kind: AwsFaultKind;
	/** AWS's own code, or ours where AWS said nothing (`Timeout`, `TruncatedBody`, `Http502`, …). */
	readonly code: string;
	/** Text for people: names the action to add, the policy where AWS gave it. */
	readonly message: string;
	/** AWS's own words, scrubbed; absent where it said nothing. */
	readonly said?: string;
	readonly action: string;
	readonly requestId?: string;
	readonly status?: number;
	/** How long the service asked to wait. */
	readonly retryAfterMs?: number;
	/** ARN of the service control policy that denied. */
	readonly policyArn?: string;
	/** Of a denial: whose policy it was, and who holds the permissions, as far as AWS says. */
	readonly denial?: Denial;
	/** Instances that AWS itself named as not existing, of a question that named them. Never an empty list. */
	readonly missingIds?: readonly string[];
	/** What AWS says is not there (`GROUP`, `IDENTITY_STORE`), where it tells. */
	readonly missing?: string;
}

interface KindFacts {
	readonly code: string;
	readonly actor: Actor;
	readonly retryable: boolean;
	readonly outcome: Outcome;
}

const facts: Readonly<Record<AwsFaultKind, KindFacts>> = {
	throttled: { code: 'AWS:0001', actor: 'nobody', retryable: true, outcome: 'throttled_out' },
	not_allowed: { code: 'AWS:0002', actor: 'customer', retryable: false, outcome: 'denied' },
	blocked_by_policy: { code: 'AWS:0003', actor: 'organization-admin', retryable: false, outcome: 'blocked_by_policy' },
	session_policy: { code: 'AWS:0004', actor: 'rollcall', retryable: false, outcome: 'failed' },
	region_not_enabled: { code: 'AWS:0005', actor: 'customer', retryable: false, outcome: 'unavailable' },
	credentials: { code: 'AWS:0006', actor: 'you', retryable: false, outcome: 'failed' },
	expired: { code: 'AWS:0007', actor: 'you', retryable: true, outcome: 'failed' },
	clock: { code: 'AWS:0008', actor: 'operator', retryable: false, outcome: 'failed' },
	role: { code: 'AWS:0009', actor: 'customer', retryable: false, outcome: 'denied' },
	bad_token: { code: 'AWS:0010', actor: 'nobody', retryable: true, outcome: 'failed' },
	server: { code: 'AWS:0011', actor: 'nobody', retryable: true, outcome: 'failed' },
	connection: { code: 'AWS:0012', actor: 'operator', retryable: true, outcome: 'failed' },
	timeout: { code: 'AWS:0013', actor: 'nobody', retryable: true, outcome: 'failed' },
	truncated: { code: 'AWS:0014', actor: 'nobody', retryable: true, outcome: 'failed' },
	no_organization: { code: 'AWS:0015', actor: 'you', retryable: false, outcome: 'failed' },
	not_found: { code: 'AWS:0016', actor: 'nobody', retryable: false, outcome: 'failed' },
	validation: { code: 'AWS:0017', actor: 'rollcall', retryable: false, outcome: 'failed' },
	cancelled: { code: 'AWS:0018', actor: 'nobody', retryable: true, outcome: 'cancelled' },
	unknown: { code: 'AWS:0019', actor: 'rollcall', retryable: false, outcome: 'failed' },
	no_identity_store: { code: 'AWS:0020', actor: 'you', retryable: false, outcome: 'failed' },
	encryption_key: { code: 'AWS:0021', actor: 'customer', retryable: false, outcome: 'failed' },
	not_ready: { code: 'AWS:0022', actor: 'nobody', retryable: true, outcome: 'failed' },
	own_principal: { code: 'AWS:0023', actor: 'operator', retryable: false, outcome: 'failed' },
};

/**
 * What is thrown for a fault. It has no `cause` on purpose: the SDK's errors carry request and response along, with
 * session tokens and, for AssumeRole, new secrets in them.
 */
export function toFaultError(fault: AwsFault, fix?: string): RollcallError {
	const { code, actor, retryable } = facts[fault.kind];
	return new RollcallError({
		code,
		actor,
		retryable,
		message: fault.message,
		...(fix === undefined ? {} : { fix }),
		details: fault,
	});
}

/** The fault within an error, also after it crossed to another process. */
export function faultOf(error: unknown): AwsFault | undefined {
	if (!(error instanceof RollcallError)) return undefined;
	return isFault(error.details) ? error.details : undefined;
}

function isFault(details: unknown): details is AwsFault {
	return (
		typeof details === 'object' &&
		details !== null &&
		'kind' in details &&
		'action' in details &&
		typeof details.kind === 'string' &&
		Object.hasOwn(facts, details.kind)
	);
}

/** How a scope ends whose primary listing met this fault. */
export function outcomeOf(fault: AwsFault): OutcomeReport & Required<Pick<OutcomeReport, 'cause'>> {
	const { code, message, action } = fault;
	return { outcome: facts[fault.kind].outcome, cause: { code, message, action } };
}
