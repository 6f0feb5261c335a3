/** Temporary or long-lived AWS credentials. Only ever in memory. */
export interface SessionCredentials {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string;
	/** When they end, in milliseconds since 1970; absent for long-lived keys. */
	readonly expiresAtMs?: number;
}

/** An identity in one AWS account, used for all its regions. */
export interface AwsSession {
	readonly partition: string;
	readonly accountId: string;
	/** Cached, single flight, renewed before they end. `renew`: the given key was refused as expired, get newer ones. */
	credentials(options?: { readonly renew?: string }): Promise<SessionCredentials>;
}
