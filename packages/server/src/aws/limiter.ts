import type { Clock } from '#platform/clock.ts';

export interface RateKey {
	readonly accountId: string;
	readonly region: string;
	readonly action: string;
}

/** Token buckets, one for each account, region and action. They are the customer's, so we leave him at least half. */
export interface RateLimiter {
	/** Resolves when one call may go out; calls go in the order they asked. Rejects with the signal's reason. */
	take(key: RateKey, signal: AbortSignal): Promise<void>;
	/** AWS throttled: somebody else drinks from the bucket too, so ours is empty and refills slower for a while. */
	drain(key: RateKey): void;
}

export interface Rate {
	readonly perSecond: number;
	readonly burst: number;
}

/** Bucket of DescribeInstances by ids. */
export const instancesByIdRate = 'ec2:DescribeInstances by id';

/** At most half of what AWS refills (`aws.md`, throttle buckets); STS counts on our own account: 600/s there. */
const defaultRates: Readonly<Record<string, Rate>> = {
	ec2: { perSecond: 10, burst: 40 },
	// Neither filtered nor paged, these drink from a bucket half as big (EC2 API throttling: 50, refilled with 10 a second).
	'ec2:DescribeAddresses': { perSecond: 5, burst: 25 },
	'ec2:DescribeRegions': { perSecond: 5, burst: 25 },
	[instancesByIdRate]: { perSecond: 5, burst: 25 },
	organizations: { perSecond: 4, burst: 6 },
	sts: { perSecond: 100, burst: 100 },
	iam: { perSecond: 10, burst: 10 },
	identitystore: { perSecond: 10, burst: 10 },
	sso: { perSecond: 2, burst: 4 },
};
const otherRate: Rate = { perSecond: 5, burst: 5 };
const slowestPerSecond = 1;
/** Buckets kept before those that are full again are forgotten. */
const pruneAbove = 20_000;

interface Bucket {
	/** May be negative: that many calls wait already. */
	tokens: number;
	perSecond: number;
	burst: number;
	atMs: number;
}

export function createRateLimiter(clock: Clock, rates: Readonly<Record<string, Rate>> = {}): RateLimiter {
	const buckets = new Map<string, Bucket>();
	const allRates = { ...defaultRates, ...rates };

	const rateOf = (action: string): Rate =>
		allRates[action] ?? allRates[action.slice(0, action.indexOf(':'))] ?? otherRate;

	const refill = (key: RateKey): Bucket => {
		const name = `${key.accountId} ${key.region} ${key.action}`;
		const nowMs = clock.monotonicMs();
		const rate = rateOf(key.action);
		let bucket = buckets.get(name);
		if (!bucket) {
			if (buckets.size >= pruneAbove) prune(buckets, nowMs);
			bucket = { tokens: rate.burst, perSecond: rate.perSecond, burst: rate.burst, atMs: nowMs };
			buckets.set(name, bucket);
			return bucket;
		}
		const seconds = Math.max(0, nowMs - bucket.atMs) / 1000;
		bucket.tokens = Math.min(bucket.burst, bucket.tokens + seconds * bucket.perSecond);
		// After a throttle the old pace comes back by a tenth of itself each second.
		bucket.perSecond = Math.min(rate.perSecond, bucket.perSecond + (seconds * rate.perSecond) / 10);
		bucket.atMs = nowMs;
		return bucket;
	};

	return {
		take: async (key, signal) => {
			signal.throwIfAborted();
			const bucket = refill(key);
			bucket.tokens -= 1;
			if (bucket.tokens >= 0) return;
			try {
				await clock.sleep((-bucket.tokens / bucket.perSecond) * 1000, signal);
			} catch (error) {
				bucket.tokens += 1;
				throw error;
			}
		},
		drain: (key) => {
			const bucket = refill(key);
			bucket.tokens = Math.min(0, bucket.tokens);
			bucket.perSecond = Math.max(Math.min(slowestPerSecond, bucket.perSecond), bucket.perSecond / 2);
		},
	};
}

function prune(buckets: Map<string, Bucket>, nowMs: number): void {
	for (const [name, bucket] of buckets) {
		if (bucket.tokens + ((nowMs - bucket.atMs) / 1000) * bucket.perSecond >= bucket.burst) buckets.delete(name);
	}
}
