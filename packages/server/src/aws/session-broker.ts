import { createHash } from 'node:crypto';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Clock } from '#platform/clock.ts';
import type { PrincipalPurpose } from '#platform/config.ts';
import { parseRoleArn, readArnOwner, validateExternalId } from './arn.ts';
import type { Caller } from './call.ts';
import { createCredentialCache } from './credential-cache.ts';
import { faultOf, toFaultError } from './fault.ts';
import { explainKeyRefusal, explainRoleRefusal } from './fault-text.ts';
import { type AssumeRoleInput, assumeRole, getCallerIdentity } from './operations/sts.ts';
import { entryRegionFor } from './partitions.ts';
import type { Principals } from './principal.ts';
import { purposeOf } from './purpose.ts';
import type { AwsSession, SessionCredentials } from './session.ts';
import { buildSessionPolicy } from './session-policy.ts';
import type { AwsSettings } from './settings.ts';

/** A session of a role in a customer's account. */
export interface RoleRequest {
	readonly roleArn: string;
	readonly externalId: string;
	/** IAM actions that the session is for; it can do nothing else. */
	readonly actions: readonly string[];
	/** Default `rollcall`. */
	readonly sessionName?: string;
	/** Whose principal goes there. Default: by the services of the actions. */
	readonly purpose?: PrincipalPurpose;
}

/** Opens sessions, and keeps their credentials alive for as long as they are used. One per process tree. */
export interface SessionBroker {
	/**
	 * The session of a role: the same object for the same role, external id and actions. Nothing is asked before its
	 * credentials are. Throws at once for a bad ARN or external id; refusals come from `credentials()`.
	 */
	assumeRole(request: RoleRequest): AwsSession;
	/**
	 * A session of the given keys; learns account and partition by one GetCallerIdentity per key. `renew` gives newer
	 * keys where there are any (the standard chain); without it expired keys stay expired.
	 */
	keySession(credentials: SessionCredentials, renew?: () => Promise<SessionCredentials>): Promise<AwsSession>;
}

export interface SessionBrokerOptions {
	readonly clock: Clock;
	readonly caller: Caller;
	readonly principals: Principals;
	readonly settings: AwsSettings;
	/** Aborts what is under way when the process ends. */
	readonly signal?: AbortSignal;
}

export function createSessionBroker(options: SessionBrokerOptions): SessionBroker {
	const { clock, caller, settings } = options;
	const signal = options.signal ?? new AbortController().signal;
	const sessions = new Map<string, AwsSession>();
	const identities = new Map<string, Promise<{ readonly partition: string; readonly accountId: string }>>();

	const identify = async (credentials: SessionCredentials) => {
		const session = staticSession(credentials);
		const region = settings.entryRegion ?? entryRegionFor('aws', undefined);
		try {
			const { arn, accountId } = await caller.call(getCallerIdentity, { session, region, input: {}, signal });
			return { partition: readArnOwner(arn)?.partition ?? 'aws', accountId };
		} catch (error) {
			const fault = faultOf(error);
			throw fault?.kind === 'credentials' ? toFaultError(explainKeyRefusal(fault, region)) : error;
		}
	};

	return {
		assumeRole: (request) => {
			const { partition, accountId } = parseRoleArn(request.roleArn);
			const input: AssumeRoleInput = {
				roleArn: request.roleArn,
				externalId: validateExternalId(request.externalId),
				sessionName: validateSessionName(request.sessionName ?? 'rollcall'),
				sessionPolicy: buildSessionPolicy(request.actions, partition),
			};
			const purpose = request.purpose ?? purposeOf(request.actions);
			const key = createHash('sha256')
				.update(JSON.stringify([purpose, input]))
				.digest('base64');
			const known = sessions.get(key);
			if (known) return known;
			const region = entryRegionFor(partition, settings.entryRegion);
			const fetch = async (): Promise<SessionCredentials> => {
				try {
					const session = options.principals.of(purpose);
					return await caller.call(assumeRole, { session, region, input, signal });
				} catch (error) {
					const fault = faultOf(error);
					throw fault?.kind === 'role' ? toFaultError(explainRoleRefusal(fault, request.roleArn)) : error;
				}
			};
			const session = { partition, accountId, credentials: createCredentialCache(clock, fetch) };
			sessions.set(key, session);
			return session;
		},
		keySession: async (credentials, renew) => {
			const { accessKeyId } = credentials;
			const identity = identities.get(accessKeyId) ?? identify(credentials);
			identities.set(accessKeyId, identity);
			identity.catch(() => identities.delete(accessKeyId));
			let next: SessionCredentials | undefined = credentials;
			const cache = createCredentialCache(clock, async () => {
				const first = next;
				next = undefined;
				return first ?? (await renew?.()) ?? credentials;
			});
			return { ...(await identity), credentials: cache };
		},
	};
}

/** Keys whose account is not known yet. */
function staticSession(credentials: SessionCredentials): AwsSession {
	return { partition: 'aws', accountId: credentials.accessKeyId, credentials: async () => credentials };
}

function validateSessionName(name: string): string {
	if (/^[\w+=,.@-]{2,64}$/.test(name)) return name;
	throw new RollcallError({
		code: 'AWS:0104',
		actor: 'you',
		retryable: false,
		message: 'session_name: 2 to 64 characters out of letters, digits and _ + = , . @ -',
		details: { field: 'session_name' },
	});
}
