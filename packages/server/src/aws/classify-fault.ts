import type { Denial } from '@rollcall/model/run/advice.ts';
import type { AwsFault, AwsFaultKind } from './fault.ts';
import { findKind, kindOfStatus } from './fault-codes.ts';
import type { FaultContext } from './fault-context.ts';
import { describeFault } from './fault-text.ts';
import { isOptInRegion } from './partitions.ts';
import { scrubText } from './scrub.ts';
import { TransportError } from './transport-error.ts';

/** What the SDK tells of an error, as far as we trust it. */
interface SaidByAws {
	readonly code: string | undefined;
	readonly message: string;
	/** Why, in a word, as the Identity Store tells of its KMS key. */
	readonly reason?: string | undefined;
	/** Kind of thing that is not there, likewise. */
	readonly missing?: string | undefined;
}

/** The one place where an error of the SDK gets its meaning: by AWS's code, and by status only where there is none. */
export function classifyFault(error: unknown, context: FaultContext): AwsFault {
	const said = readError(error);
	const message = scrubText(said.message, context.secrets ?? []);
	const status = context.answer?.status ?? readStatus(error);
	const code = said.code === undefined ? codeOfStatus(status) : scrubText(said.code, context.secrets ?? []);
	const kind = findFaultKind(error, said, code, status, context);
	const policyArn = kind === 'blocked_by_policy' ? findPolicyArn(message) : undefined;
	const missingIds = kind === 'not_found' ? findMissingIds(code, said.message) : undefined;
	// The session may make the call, but not use the key that the data lies under: that is what has to be allowed.
	const isKeyDenied = said.reason === keyDenied && (kind === 'not_allowed' || kind === 'session_policy');
	const action = isKeyDenied ? 'kms:Decrypt' : context.action;
	const denial = kind === 'not_allowed' && !isKeyDenied ? readDenial(said.message) : undefined;
	const retryAfterMs = readRetryAfter(context);
	const requestId = context.answer?.requestId;
	return {
		kind,
		code,
		message: describeFault(kind, code, message, { ...context, action, denial }),
		action,
		...(message === '' || error instanceof TransportError ? {} : { said: message }),
		...(requestId === undefined ? {} : { requestId }),
		...(status === undefined ? {} : { status }),
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
		...(policyArn === undefined ? {} : { policyArn }),
		...(denial === undefined ? {} : { denial }),
		...(missingIds === undefined ? {} : { missingIds }),
		...(said.missing === undefined ? {} : { missing: said.missing }),
	};
}

function findFaultKind(
	error: unknown,
	said: SaidByAws,
	code: string,
	status: number | undefined,
	context: FaultContext,
): AwsFaultKind {
	if (error instanceof TransportError) return error.kind;
	if (isTruncated(error)) return 'truncated';
	if (said.code === undefined) return status === undefined ? 'unknown' : kindOfStatus(status);
	const kind = findKind(code) ?? (status !== undefined && status >= 500 ? 'server' : 'unknown');
	if (kind === 'not_allowed') return narrowDenial(said.message, context);
	if (said.reason?.startsWith('KMS_') && kind !== 'throttled') return 'encryption_key';
	if (kind === 'not_found' && lacksStore(said, context)) return 'no_identity_store';
	if (/signature expired|signature not yet current/i.test(said.message)) return 'clock';
	if (kind === 'validation' && context.hasToken) return 'bad_token';
	if (kind === 'credentials' && context.region !== undefined && isOptInRegion(context.region)) {
		return 'region_not_enabled';
	}
	return kind;
}

const keyDenied = 'KMS_ACCESS_DENIED';

/** Only the listing of members names a group as well; every other call names the identity store alone. */
function lacksStore(said: SaidByAws, context: FaultContext): boolean {
	if (!context.action.startsWith('identitystore:')) return false;
	return said.missing === 'IDENTITY_STORE' || context.action !== 'identitystore:ListGroupMemberships';
}

/** AWS gives one code for every denial and says in words whose it is. */
function narrowDenial(message: string, context: FaultContext): AwsFaultKind {
	if (/explicit deny in an? (service|resource) control policy/i.test(message)) return 'blocked_by_policy';
	if (/no (service|resource) control policy allows/i.test(message)) return 'blocked_by_policy';
	if (/no session policy allows|explicit deny in a session policy/i.test(message)) return 'session_policy';
	return context.action === 'sts:AssumeRole' ? 'role' : 'not_allowed';
}

/** Whose policy denied, and whose permissions it is about, likewise in words only. */
function readDenial(message: string): Denial {
	const holder = /\barn:[\w-]+:iam::\d{12}:user\//.test(message)
		? 'user'
		: /\barn:[\w-]+:sts::\d{12}:assumed-role\//.test(message)
			? 'role'
			: undefined;
	const by = /no permissions boundary allows|explicit deny in a permissions boundary/i.test(message)
		? 'boundary'
		: /no resource-based policy allows|explicit deny in a resource-based policy/i.test(message)
			? 'resource'
			: /no VPC endpoint policy allows|explicit deny in a VPC endpoint policy/i.test(message)
				? 'endpoint'
				: /explicit deny/i.test(message)
					? 'explicit_deny'
					: 'missing';
	return { by, ...(holder === undefined ? {} : { holder }) };
}

function findPolicyArn(message: string): string | undefined {
	return /arn:[\w-]+:organizations::\S*?policy\/[\w/-]+/.exec(message)?.[0];
}

/**
 * The instances that `The instance IDs 'i-…, i-…' do not exist` names; AWS gives them nowhere else. From the whole
 * sentence: of a thousand of them the text for people shows the first few. Undefined unless every one reads as an id.
 * A malformed id has a code of its own, which says nothing of what exists.
 */
function findMissingIds(code: string, message: string): readonly string[] | undefined {
	if (code !== 'InvalidInstanceID.NotFound') return undefined;
	const list = /^The instance IDs? '([^']+)' do(?:es)? not exist/.exec(message)?.[1];
	const ids = list?.split(/\s*,\s*/);
	return ids?.every((id) => /^i-[0-9a-f]{1,32}$/.test(id)) ? ids : undefined;
}

function codeOfStatus(status: number | undefined): string {
	if (status === undefined) return 'NoAnswer';
	return status < 300 ? 'TruncatedBody' : `Http${status}`;
}

/** Names the SDK gives to errors whose body told no code. */
const codeless = new Set(['Unknown', 'UnknownError', 'NotFound', 'Error', 'SyntaxError', 'TypeError']);

function readError(error: unknown): SaidByAws {
	if (!(error instanceof Error)) return { code: undefined, message: '' };
	if (error instanceof TransportError) return { code: error.code, message: error.message };
	if (isTruncated(error)) return { code: 'TruncatedBody', message: error.message };
	// Only what came from a service carries this mark. A parser's error carries pieces of the body, which may be secret;
	// an error before there was any answer is the SDK's or ours, and says what is wrong.
	if (!('$fault' in error)) return { code: undefined, message: readStatus(error) === undefined ? error.message : '' };
	const code = error.name.split('#').at(-1) ?? '';
	if (codeless.has(code)) return { code: undefined, message: '' };
	const missing = readWord(error, 'ResourceType') ?? /^(GROUP|IDENTITY_STORE) not found/.exec(error.message)?.[1];
	return { code, message: error.message, reason: readWord(error, 'Reason'), missing };
}

/** A word in capitals that a modelled error carries beside its message. */
function readWord(error: Error, name: string): string | undefined {
	const value: unknown = Reflect.get(error, name);
	return typeof value === 'string' && /^[A-Z_]{1,64}$/.test(value) ? value : undefined;
}

/** An answer that was read but is not what the call answers with, as the EC2 reader and our operations say it. */
function isTruncated(error: unknown): boolean {
	return error instanceof Error && error.name === 'TruncatedBodyError';
}

function readStatus(error: unknown): number | undefined {
	if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
	const metadata = error.$metadata;
	if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
	return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** Longer requests to wait are taken as this; the scope's own deadline is 5 minutes. */
const maxRetryAfterMs = 120_000;

function readRetryAfter(context: FaultContext): number | undefined {
	const text = context.answer?.retryAfter;
	if (text === undefined) return undefined;
	const seconds = Number(text);
	const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - (context.nowMs ?? Number.NaN);
	return Number.isFinite(waitMs) && waitMs > 0 ? Math.min(waitMs, maxRetryAfterMs) : undefined;
}
