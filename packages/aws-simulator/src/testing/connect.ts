import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { IdentitystoreClient } from '@aws-sdk/client-identitystore';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { RunningSimulator } from '../start-simulator.ts';

/** Keys as every client takes them. */
export interface Keys {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
}

/** Anything that answers as AWS does. */
type Served = Pick<RunningSimulator, 'endpoint'>;

/** A client of the official SDK that asks once and tells the first error. */
export function connectEc2(served: Served, credentials: Keys, region = 'us-east-1'): EC2Client {
	return new EC2Client({ endpoint: served.endpoint, region, credentials, maxAttempts: 1 });
}

export function connectSts(served: Served, credentials: Keys, region = 'us-east-1'): STSClient {
	return new STSClient({ endpoint: served.endpoint, region, credentials, maxAttempts: 1 });
}

export function connectOrganizations(served: Served, credentials: Keys, region = 'us-east-1'): OrganizationsClient {
	return new OrganizationsClient({ endpoint: served.endpoint, region, credentials, maxAttempts: 1 });
}

export function connectIam(served: Served, credentials: Keys, region = 'us-east-1'): IAMClient {
	return new IAMClient({ endpoint: served.endpoint, region, credentials, maxAttempts: 1 });
}

export function connectIdentityStore(served: Served, credentials: Keys, region: string): IdentitystoreClient {
	return new IdentitystoreClient({ endpoint: served.endpoint, region, credentials, maxAttempts: 1 });
}

export function connectSsoAdmin(served: Served, credentials: Keys, region: string): SSOAdminClient {
	return new SSOAdminClient({ endpoint: served.endpoint, region, credentials, maxAttempts: 1 });
}

export interface Wish {
	readonly accountId?: string;
	readonly externalId?: string | undefined;
	readonly policy?: string;
	readonly seconds?: number;
	readonly credentials?: Keys;
	readonly roleArn?: string;
	/** Of the STS endpoint. */
	readonly region?: string;
}

/** What a role is assumed with. */
interface Assumable extends Served {
	readonly roleArn: string;
	readonly externalId: string;
	readonly principals: { readonly base: Keys };
}

/** Assumes the role of an account (by default the one that lists the accounts), with the right external id unless told otherwise. */
export async function assume(simulator: Assumable, wish: Wish = {}): Promise<Keys> {
	const { roleArn, accountId } = wish;
	const memberArn = accountId === undefined ? simulator.roleArn : simulator.roleArn.replace(/\d{12}/, accountId);
	const sts = connectSts(simulator, wish.credentials ?? simulator.principals.base, wish.region);
	const answer = await sts.send(
		new AssumeRoleCommand({
			RoleArn: roleArn ?? memberArn,
			RoleSessionName: 'test-session',
			ExternalId: 'externalId' in wish ? wish.externalId : simulator.externalId,
			Policy: wish.policy,
			DurationSeconds: wish.seconds,
		}),
	);
	const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
	return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** The code and the message of what a promise fails with; fails itself when it does not. */
export async function errorOf(
	promise: Promise<unknown>,
): Promise<{ code: string; message: string; status: number | undefined }> {
	try {
		await promise;
	} catch (error) {
		const fault = error as Error & { $metadata?: { httpStatusCode?: number } }; // The SDK's own error shape.
		return { code: fault.name, message: fault.message, status: fault.$metadata?.httpStatusCode };
	}
	throw new Error('expected an error');
}
