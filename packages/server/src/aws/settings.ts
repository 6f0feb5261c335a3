/** What our own identity collects for; each purpose may have a principal role of its own (`product.md`, permissions). */
export type Purpose = 'ec2' | 'users' | 's3';

/** How the two big EC2 listings are read: by our own reader, or by the SDK's. */
export type Ec2Reader = 'own' | 'stock';

/** Plain data, so that it can cross to worker processes. Made by the configuration; nothing here reads the environment. */
export interface AwsSettings {
	/**
	 * Endpoint overrides. Where absent, the SDK itself honours AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_EC2, …_STS and
	 * …_ORGANIZATIONS of the process (seen for all three clients); `all` counts where the service has none of its own.
	 */
	readonly endpoints?: {
		readonly all?: string;
		readonly ec2?: string;
		readonly sts?: string;
		readonly organizations?: string;
	};
	/** Region asked first: STS, DescribeRegions. Default: the partition's own. */
	readonly entryRegion?: string;
	/** ARN of the role that our own identity takes first, per purpose. */
	readonly principalRoles?: Partial<Readonly<Record<Purpose, string>>>;
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
