import type { EC2Client } from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { IdentitystoreClient } from '@aws-sdk/client-identitystore';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import type { STSClient } from '@aws-sdk/client-sts';
import { currentAttempt } from './attempt.ts';
import { createHttpHandler } from './http-handler.ts';
import type { AwsSettings } from './settings.ts';

/** An SDK client with the module its commands come from, which is imported when first needed (215-400 ms for EC2). */
export interface ClientOf<Client, Sdk> {
	readonly client: Client;
	readonly sdk: Sdk;
}

export type Ec2 = ClientOf<EC2Client, typeof import('@aws-sdk/client-ec2')>;
export type Sts = ClientOf<STSClient, typeof import('@aws-sdk/client-sts')>;
export type Organizations = ClientOf<OrganizationsClient, typeof import('@aws-sdk/client-organizations')>;
export type Iam = ClientOf<IAMClient, typeof import('@aws-sdk/client-iam')>;
export type IdentityStore = ClientOf<IdentitystoreClient, typeof import('@aws-sdk/client-identitystore')>;
export type SsoAdmin = ClientOf<SSOAdminClient, typeof import('@aws-sdk/client-sso-admin')>;

/**
 * SDK clients, one per service and region, shared by all sessions. Whom a request is signed for is a matter of the
 * attempt it is made in (`attempt.ts`); outside of one they cannot sign at all, so no client ever falls back to the
 * host's own identity (`rules.md`, Credentials).
 *
 * Measured on 2 cores, small calls: 470 µs of CPU a call this way, 610 µs with a client per session and region, which
 * also holds 17,000 of them in memory in a large run.
 */
export interface AwsClients {
	ec2(region: string): Promise<Ec2>;
	sts(region: string): Promise<Sts>;
	organizations(region: string): Promise<Organizations>;
	iam(region: string): Promise<Iam>;
	identityStore(region: string): Promise<IdentityStore>;
	ssoAdmin(region: string): Promise<SsoAdmin>;
	/** Closes all sockets. */
	close(): void;
}

export function createClients(settings: AwsSettings): AwsClients {
	const { limits, endpoints } = settings;
	const handler = createHttpHandler({
		socketsPerHost: limits?.socketsPerHost ?? 128,
		acceptGzip: settings.gzip ?? true,
	});
	// `memoized` keeps the SDK from caching the first session's credentials for everybody.
	const credentials = Object.assign(async () => ({ ...currentAttempt().credentials }), { memoized: true });
	const configure = (region: string, service: string) => {
		const endpoint = endpoints?.byService?.[service] ?? endpoints?.all;
		return {
			region,
			credentials,
			requestHandler: handler,
			// One attempt: back-off, deadlines and renewal are ours (`call.ts`).
			maxAttempts: 1,
			customUserAgent: `rollcall/${settings.version ?? '0'}`,
			...(endpoint === undefined ? {} : { endpoint }),
		};
	};

	return {
		ec2: keepByRegion(async (region) => {
			const sdk = await import('@aws-sdk/client-ec2');
			const config = configure(region, 'ec2');
			if (settings.reader === 'stock') return { client: new sdk.EC2Client(config), sdk };
			const { createFastEc2Protocol } = await import('./ec2-xml/fast-ec2-protocol.ts');
			// Bodies arrive whole and bounded (`http-handler.ts`): the protocol has nothing to wait for.
			const protocol = createFastEc2Protocol({ acquireBody: async () => () => undefined, silenceMs: 60_000 });
			return { client: new sdk.EC2Client({ ...config, protocol }), sdk };
		}),
		sts: keepByRegion(async (region) => {
			const sdk = await import('@aws-sdk/client-sts');
			return { client: new sdk.STSClient(configure(region, 'sts')), sdk };
		}),
		organizations: keepByRegion(async (region) => {
			const sdk = await import('@aws-sdk/client-organizations');
			return { client: new sdk.OrganizationsClient(configure(region, 'organizations')), sdk };
		}),
		iam: keepByRegion(async (region) => {
			const sdk = await import('@aws-sdk/client-iam');
			return { client: new sdk.IAMClient(configure(region, 'iam')), sdk };
		}),
		identityStore: keepByRegion(async (region) => {
			const sdk = await import('@aws-sdk/client-identitystore');
			return { client: new sdk.IdentitystoreClient(configure(region, 'identitystore')), sdk };
		}),
		ssoAdmin: keepByRegion(async (region) => {
			const sdk = await import('@aws-sdk/client-sso-admin');
			return { client: new sdk.SSOAdminClient(configure(region, 'sso_admin')), sdk };
		}),
		close: () => handler.destroy(),
	};
}

function keepByRegion<T>(make: (region: string) => Promise<T>): (region: string) => Promise<T> {
	const made = new Map<string, Promise<T>>();
	return (region) => {
		const known = made.get(region);
		if (known !== undefined) return known;
		const fresh = make(region);
		made.set(region, fresh);
		fresh.catch(() => made.delete(region));
		return fresh;
	};
}
