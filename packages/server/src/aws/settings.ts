import type { EndpointOverrides, PrincipalPurpose } from '#platform/config.ts';

/** How the two big EC2 listings are read: by our own reader, or by the SDK's. */
export type Ec2Reader = 'own' | 'stock';

/** Plain data, so that it can cross to worker processes. Made by the configuration; nothing here reads the environment. */
export interface AwsSettings {
	/**
	 * Endpoint overrides, as the configuration read them. Where absent, the SDK itself honours AWS_ENDPOINT_URL and
	 * AWS_ENDPOINT_URL_<SERVICE> of the process (tested for every client).
	 */
	readonly endpoints?: Partial<EndpointOverrides>;
	/** Region asked first: STS, DescribeRegions. Default: the partition's own. */
	readonly entryRegion?: string;
	/** ARN of the role that our own identity takes first, per purpose. */
	readonly principalRoles?: Readonly<Partial<Record<PrincipalPurpose, string>>>;
	/** Default `own`. */
	readonly reader?: Ec2Reader;
	/** Whether EC2 may answer compressed. Default true. */
	readonly gzip?: boolean;
	/** Version in the user agent. */
	readonly version?: string;
	readonly limits?: AwsLimits;
}

export interface AwsLimits {
	/** Calls in flight in this process. Default 128. */
	readonly callsInFlight?: number;
	/** Large bodies held in memory at once in this process. Default 2. */
	readonly bodies?: number;
	/** Sockets to one endpoint host. Default 128. */
	readonly socketsPerHost?: number;
	/** How long one request may take, waits for our own limits apart. Default 30,000. */
	readonly requestTimeoutMs?: number;
	/** Calls a second per account, region and action, by service prefix or action; by default half of what AWS refills. */
	readonly rates?: Readonly<Record<string, { readonly perSecond: number; readonly burst: number }>>;
}
