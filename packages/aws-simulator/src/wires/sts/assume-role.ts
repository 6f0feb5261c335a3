import { findDenial, makeContext } from '../../gate/authorize.ts';
import { findPolicyFault } from '../../gate/check-policy.ts';
import { allow, deriveKeyId, deriveSecret, type Principal } from '../../gate/principals.ts';
import { isTrusted } from '../../gate/trust.ts';
import { type Answer, ApiError } from '../../http/messages.ts';
import type { PolicyDocument } from '../../options.ts';
import type { Simulator } from '../../simulator.ts';
import { type Account, findAccount, hasRole, stateOfAccount } from '../../world/accounts.ts';
import { formatArn } from '../../world/world.ts';
import { escapeXml } from '../query-protocol.ts';
import { makeRequestId } from '../request-id.ts';
import type { Call } from '../wire.ts';
import { STS_NAMESPACE, stsErrors } from './errors.ts';

const POLICY_LIMIT = 2048;
const MAX_SESSION_SECONDS = 3600; // MaxSessionDuration of the role; also the limit of role chaining.
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

function invalid(message: string): ApiError {
	return new ApiError(400, 'ValidationError', message);
}

/** The session policy, or undefined when none was sent. */
function readSessionPolicy(text: string | undefined, partition: string): PolicyDocument | undefined {
	if (text === undefined) {
		return undefined;
	}
	if (text.length > POLICY_LIMIT) {
		throw invalid(
			`1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${POLICY_LIMIT}`,
		);
	}
	try {
		const document: unknown = JSON.parse(text);
		if (findPolicyFault(document, 'identity', partition) === undefined) {
			return document as PolicyDocument; // It was checked.
		}
	} catch {
		// Falls through to AWS's answer.
	}
	throw new ApiError(400, 'MalformedPolicyDocument', 'Syntax errors in policy.');
}

/** A role of our own between the base identity and the customers' roles; it asks for no external id. */
function isPrincipalRole(simulator: Simulator, call: Call, roleArn: string): boolean {
	return roleArn === simulator.principalRoleArn && call.principal.arn === simulator.base.arn;
}

/** The account of an ARN that names the role every account has, in this partition. */
function findRoleAccount(simulator: Simulator, roleArn: string): Account | undefined {
	const { world } = simulator;
	const { partition, rolePath, roleName } = world.settings;
	const match = /^arn:([a-z-]+):iam::(\d{12}):role(\/(?:.+\/)?)([^/]+)$/.exec(roleArn);
	const named = match?.[1] === partition && match[3] === rolePath && match[4] === roleName;
	return named && match[2] !== undefined ? findAccount(world, match[2]) : undefined;
}

function mayEnter(simulator: Simulator, call: Call, roleArn: string): boolean {
	if (isPrincipalRole(simulator, call, roleArn)) {
		return true;
	}
	const { world, options } = simulator;
	const account = findRoleAccount(simulator, roleArn);
	if (
		account === undefined ||
		!hasRole(world, account) ||
		stateOfAccount(world, account, world.time.at) !== 'ACTIVE' ||
		options.clock() < (world.overlay.newRoles.get(account.accountId)?.readyAt ?? 0)
	) {
		return false;
	}
	const externalId = call.parameters.get('ExternalId');
	const sent = new Map(externalId === undefined ? [] : [['sts:externalid', externalId]]);
	const role = { arn: roleArn, accountId: account.accountId };
	return isTrusted(simulator, call.principal, role, makeContext(call.principal, call.region, sent));
}

function readDuration(call: Call): number {
	const seconds = Number(call.parameters.get('DurationSeconds') ?? MAX_SESSION_SECONDS);
	if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) {
		const edge = seconds < 900 ? 'greater than or equal to 900' : 'less than or equal to 43200';
		throw invalid(
			`1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${edge}`,
		);
	}
	if (seconds > MAX_SESSION_SECONDS) {
		throw invalid(
			call.principal.assumed
				? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'
				: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
		);
	}
	return seconds;
}

function forgetExpired(simulator: Simulator, now: number): void {
	if (simulator.principals.size % 1000 !== 999) {
		return;
	}
	for (const [id, principal] of simulator.principals) {
		// Kept for an hour: a late request must hear "expired", not "unknown".
		if (principal.expiresAt !== undefined && principal.expiresAt + 3_600_000 < now) {
			simulator.principals.delete(id);
		}
	}
}

export function assumeRole(simulator: Simulator, call: Call): Answer {
	const roleArn = call.parameters.get('RoleArn') ?? '';
	const sessionName = call.parameters.get('RoleSessionName') ?? '';
	// Only the length is looked at: an ARN that is malformed otherwise is denied like a role that does not exist.
	if (roleArn.length < 20) {
		throw invalid(
			`1 validation error detected: Value '${roleArn}' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20`,
		);
	}
	if (!SESSION_NAME.test(sessionName)) {
		throw invalid(
			`1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
		);
	}
	const sessionPolicy = readSessionPolicy(call.parameters.get('Policy'), simulator.world.settings.partition);
	const seconds = readDuration(call);
	const mayAsk = findDenial(simulator, call.principal, 'sts:AssumeRole', roleArn, call.region) === undefined;
	if (!mayAsk || !mayEnter(simulator, call, roleArn)) {
		throw stsErrors.denied(call.principal.arn, 'sts:AssumeRole', roleArn, '');
	}
	const now = simulator.options.clock();
	forgetExpired(simulator, now);
	const session = openSession(simulator, call, { roleArn, sessionName, sessionPolicy, now, seconds });
	const requestId = makeRequestId(call.serial);
	const body = `<AssumeRoleResponse xmlns="${STS_NAMESPACE}">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>${session.userId}</AssumedRoleId>
      <Arn>${escapeXml(session.arn)}</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>${session.accessKeyId}</AccessKeyId>
      <SecretAccessKey>${session.secretAccessKey}</SecretAccessKey>
      <SessionToken>${session.sessionToken}</SessionToken>
      <Expiration>${new Date(now + seconds * 1000).toISOString().slice(0, 19)}Z</Expiration>
    </Credentials>${sessionPolicy === undefined ? '' : '\n    <PackedPolicySize>6</PackedPolicySize>'}
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>${requestId}</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`;
	return {
		status: 200,
		headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
		body: Buffer.from(body),
		items: 1,
	};
}

interface Wish {
	readonly roleArn: string;
	readonly sessionName: string;
	readonly sessionPolicy: PolicyDocument | undefined;
	readonly now: number;
	readonly seconds: number;
}

function openSession(simulator: Simulator, call: Call, wish: Wish): Principal {
	const { roleArn, sessionName, sessionPolicy, now, seconds } = wish;
	const { world } = simulator;
	const { seed } = world.settings;
	const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
	const accountId = roleArn.split(':')[4] ?? '';
	const purpose = `session/${call.serial}`;
	const lifetime = Math.min(seconds, simulator.options.sessionLifetimeSeconds ?? seconds);
	const session: Principal = {
		name: `role/${roleName}`,
		accessKeyId: deriveKeyId(seed, 'ASIA', purpose),
		secretAccessKey: deriveSecret(seed, `${purpose}/secret`).toString('base64').slice(0, 40),
		sessionToken: `IQoJb3JpZ2luX2Vj${Buffer.concat([1, 2, 3, 4].map((part) => deriveSecret(seed, `${purpose}/token/${part}`))).toString('base64')}`,
		expiresAt: now + lifetime * 1000,
		accountId,
		arn: formatArn(world, 'sts', '', accountId, `assumed-role/${roleName}/${sessionName}`),
		userId: `${deriveKeyId(seed, 'AROA', roleArn)}:${sessionName}`,
		policies: [roleArn === simulator.principalRoleArn ? allow(['sts:AssumeRole']) : simulator.rolePolicy],
		sessionPolicy,
		assumed: true,
		roleArn,
	};
	simulator.principals.set(session.accessKeyId, session);
	return session;
}
