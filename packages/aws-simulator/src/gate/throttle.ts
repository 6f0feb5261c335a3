/** Token buckets by name; each starts full. */
export interface Buckets {
	/** Takes one token; false when there is none. */
	readonly take: (name: string, now: number) => boolean;
}

export function createBuckets(limit: { readonly burst: number; readonly perSecond: number } | false): Buckets {
	const buckets = new Map<string, { tokens: number; at: number }>();
	return {
		take(name, now) {
			if (limit === false) {
				return true;
			}
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
