import { requireMember } from '../incomplete-answer.ts';
import type { AwsOperation, OperationRequest } from '../operation.ts';
import type { SessionCredentials } from '../session.ts';

/** A role in a customer's account: never without external id and session policy (invariant 9). */
export interface AssumeRoleInput {
	readonly roleArn: string;
	readonly sessionName: string;
	readonly externalId: string;
	/** JSON, 2,048 characters at most. */
	readonly sessionPolicy: string;
}

/** Our own identity's second hop: no external id, no session policy narrower than AssumeRole (`rules.md`). */
export interface AssumePrincipalRoleInput {
	readonly roleArn: string;
	readonly sessionName: string;
}

/** The external-id proof: the one entry that may be made without the right external id (`rules.md`, Credentials). */
export interface TryRoleInput {
	readonly roleArn: string;
	/** A wrong one; null: none is sent. */
	readonly externalId: string | null;
	/** One that allows nothing. */
	readonly sessionPolicy: string;
}

/** Our principal may itself be a role, and a chained session lasts one hour at most: a longer request fails. */
const durationSeconds = 3600;
/** AWS gives no shorter session. */
const shortestSeconds = 900;

/** To be asked at the regional endpoint: tokens of the global one do not work in opt-in regions. */
export const assumeRole: AwsOperation<AssumeRoleInput, SessionCredentials> = {
	action: 'sts:AssumeRole',
	hasToken: () => false,
	send: (request) =>
		sendAssumeRole(request, { ExternalId: request.input.externalId, Policy: request.input.sessionPolicy }),
};

export const assumePrincipalRole: AwsOperation<AssumePrincipalRoleInput, SessionCredentials> = {
	action: 'sts:AssumeRole',
	hasToken: () => false,
	send: (request) => sendAssumeRole(request, {}),
};

/** Whether a role can be entered. The credentials are not even looked at: nothing can ever be called with them. */
export const tryRole: AwsOperation<TryRoleInput, 'entered'> = {
	action: 'sts:AssumeRole',
	hasToken: () => false,
	send: async (request) => {
		const { client, sdk } = await request.clients.sts(request.region);
		const { roleArn, externalId, sessionPolicy } = request.input;
		await client.send(
			new sdk.AssumeRoleCommand({
				RoleArn: roleArn,
				RoleSessionName: 'rollcall-external-id-proof',
				DurationSeconds: shortestSeconds,
				Policy: sessionPolicy,
				...(externalId === null ? {} : { ExternalId: externalId }),
			}),
		);
		return 'entered';
	},
};

async function sendAssumeRole(
	request: OperationRequest<AssumePrincipalRoleInput>,
	guard: { readonly ExternalId?: string; readonly Policy?: string },
): Promise<SessionCredentials> {
	const { client, sdk } = await request.clients.sts(request.region);
	const { roleArn, sessionName } = request.input;
	const output = await client.send(
		new sdk.AssumeRoleCommand({
			RoleArn: roleArn,
			RoleSessionName: sessionName,
			DurationSeconds: durationSeconds,
			...guard,
		}),
	);
	const credentials = requireMember(output.Credentials, 'Credentials');
	const expiresAtMs = requireMember(credentials.Expiration, 'Expiration').getTime();
	return {
		accessKeyId: requireMember(credentials.AccessKeyId, 'AccessKeyId'),
		secretAccessKey: requireMember(credentials.SecretAccessKey, 'SecretAccessKey'),
		sessionToken: requireMember(credentials.SessionToken, 'SessionToken'),
		...(Number.isNaN(expiresAtMs) ? {} : { expiresAtMs }),
	};
}

/** Whose credentials these are. Needs no permission. */
export interface CallerIdentity {
	readonly accountId: string;
	readonly arn: string;
}

export const getCallerIdentity: AwsOperation<Readonly<Record<string, never>>, CallerIdentity> = {
	action: 'sts:GetCallerIdentity',
	hasToken: () => false,
	send: async (request) => {
		const { client, sdk } = await request.clients.sts(request.region);
		const output = await client.send(new sdk.GetCallerIdentityCommand({}));
		return { accountId: requireMember(output.Account, 'Account'), arn: requireMember(output.Arn, 'Arn') };
	},
};
