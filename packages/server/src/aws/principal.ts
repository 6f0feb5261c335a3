import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import type { Clock } from '#platform/clock.ts';
import type { PrincipalPurpose } from '#platform/config.ts';
import { parseRoleArn } from './arn.ts';
import type { Caller } from './call.ts';
import { createCredentialCache } from './credential-cache.ts';
import { faultOf, toFaultError } from './fault.ts';
import { explainOwnRefusal } from './fault-text.ts';
import { assumePrincipalRole } from './operations/sts.ts';
import { entryRegionFor, partitionOfRegion } from './partitions.ts';
import { scrubText } from './scrub.ts';
import type { AwsSession, SessionCredentials } from './session.ts';
import type { AwsSettings } from './settings.ts';

/** Our own identity, one for each purpose. The only place that uses the host's ambient credentials. */
export interface Principals {
	/** For the given purpose: the base identity, or the principal role it takes. */
	of(purpose: PrincipalPurpose): AwsSession;
	/** The base identity itself: what the operator's own CLI collects with where no role is given. */
	readonly base: AwsSession;
}

export interface PrincipalOptions {
	readonly clock: Clock;
	readonly caller: Caller;
	readonly settings: AwsSettings;
	/** Where the base credentials come from. Default: the standard AWS chain. */
	readonly provide?: () => Promise<SessionCredentials>;
}

/** Not an account id: our own account is not learnt, nothing depends on it but the rate bucket. */
const ownAccount = 'principal';

export function createPrincipals(options: PrincipalOptions): Principals {
	const { clock, caller, settings } = options;
	const region = settings.entryRegion;
	const base: AwsSession = {
		partition: region === undefined ? 'aws' : partitionOfRegion(region),
		accountId: ownAccount,
		credentials: createCredentialCache(clock, options.provide ?? createChain(region)),
	};
	const made = new Map<PrincipalPurpose, AwsSession>();
	const make = (purpose: PrincipalPurpose): AwsSession => {
		const roleArn = settings.principalRoles?.[purpose];
		if (roleArn === undefined) return base;
		const { partition, accountId } = parseRoleArn(roleArn, `principal_role.${purpose}`);
		return {
			partition,
			accountId,
			credentials: createCredentialCache(clock, () =>
				caller
					.call(assumePrincipalRole, {
						session: base,
						region: entryRegionFor(partition, region),
						input: { roleArn, sessionName: `rollcall-${purpose}` },
						signal: new AbortController().signal,
					})
					.catch((error: unknown) => {
						throw blameOurselves(error, roleArn);
					}),
			),
		};
	};
	return {
		base,
		of: (purpose) => {
			const session = made.get(purpose) ?? make(purpose);
			made.set(purpose, session);
			return session;
		},
	};
}

/** A refusal of this hop must never pass for one of the customer's role. */
function blameOurselves(error: unknown, roleArn: string): unknown {
	const fault = faultOf(error);
	const isRefusal = fault?.kind === 'role' || fault?.kind === 'blocked_by_policy' || fault?.kind === 'session_policy';
	return isRefusal ? toFaultError(explainOwnRefusal(fault, roleArn)) : error;
}

/** The standard chain: environment, profiles, SSO, web identity, container, instance. */
function createChain(region: string | undefined): () => Promise<SessionCredentials> {
	let chain: Promise<(options: { forceRefresh: boolean }) => Promise<ChainCredentials>> | undefined;
	return async () => {
		try {
			chain ??= import('@aws-sdk/credential-providers').then((sdk) =>
				sdk.fromNodeProviderChain(region === undefined ? {} : { clientConfig: { region } }),
			);
			const provide = await chain;
			// Our cache decides when to ask anew; the chain's own must not answer with what was just refused.
			const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide({ forceRefresh: true });
			return {
				accessKeyId,
				secretAccessKey,
				...(sessionToken === undefined ? {} : { sessionToken }),
				...(expiration === undefined ? {} : { expiresAtMs: expiration.getTime() }),
			};
		} catch (error) {
			throw noCredentials(error);
		}
	};
}

interface ChainCredentials {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	readonly expiration?: Date;
}

function noCredentials(error: unknown): Error {
	return toFaultError(
		{
			kind: 'credentials',
			code: 'NoCredentials',
			action: 'sts:AssumeRole',
			message: `Rollcall has no AWS identity of its own: ${scrubText(describeError(error), [])}`,
		},
		'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or run where AWS gives an instance or container role.',
	);
}
