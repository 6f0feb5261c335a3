export interface BucketLimit {
	readonly burst: number;
	readonly perSecond: number;
}

/** Token buckets by name; each starts full. */
export interface Buckets {
	/** Takes one token; false when there is none. Without a limit of its own the bucket has the usual one. */
	readonly take: (name: string, own: BucketLimit | undefined, now: number) => boolean;
}

/** `false` switches all buckets off, those with a limit of their own too. */
export function createBuckets(usual: BucketLimit | false): Buckets {
	const buckets = new Map<string, { tokens: number; at: number }>();
	return {
		take(name, own, now) {
			if (usual === false) {
				return true;
			}
			const limit = own ?? usual;
			const bucket = buckets.get(name) ?? { tokens: limit.burst, at: now };
			bucket.tokens = Math.min(limit.burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * limit.perSecond);
			bucket.at = now;
			if (buckets.size > 200_000) {
				buckets.clear();
			}
			buckets.set(name, bucket);
			if (bucket.tokens < 1) {
				return false;
			}
			bucket.tokens -= 1;
			return true;
		},
	};
}
