import { describe, expect, test } from 'vitest';
import { type Clock, createClock } from '#platform/clock.ts';
import { createRateLimiter } from './limiter.ts';
import { createPermits } from './permits.ts';

const never = new AbortController().signal;
const key = { accountId: '1', region: 'us-east-1', action: 'ec2:DescribeInstances' };

/** A clock on which sleeping is what moves the time. */
function createSleepClock(): Clock & { sleptMs: number[]; advance(ms: number): void } {
	let nowMs = 1000;
	const sleptMs: number[] = [];
	return {
		...createClock(),
		sleptMs,
		monotonicMs: () => nowMs,
		sleep: async (durationMs) => {
			sleptMs.push(Math.round(durationMs));
		},
		advance: (ms) => {
			nowMs += ms;
		},
	};
}

async function take(limiter: ReturnType<typeof createRateLimiter>, count: number, at = key): Promise<void> {
	for (let index = 0; index < count; index += 1) await limiter.take(at, never);
}

describe('the rate of calls', () => {
	test.each([
		['ec2:DescribeInstances', 40, 100],
		['organizations:ListAccounts', 6, 250],
		['sts:AssumeRole', 100, 10],
		['something:New', 5, 200],
	])('%s: %i at once, then one each %i ms', async (action, burst, everyMs) => {
		const clock = createSleepClock();
		const limiter = createRateLimiter(clock);
		await take(limiter, burst, { ...key, action });
		expect(clock.sleptMs).toStrictEqual([]);
		await take(limiter, 3, { ...key, action });
		expect(clock.sleptMs).toStrictEqual([everyMs, 2 * everyMs, 3 * everyMs]);
	});

	test('is counted per account, region and action', async () => {
		const clock = createSleepClock();
		const limiter = createRateLimiter(clock);
		for (const accountId of ['1', '2']) {
			for (const region of ['us-east-1', 'eu-west-1']) {
				for (const action of ['ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces']) {
					await take(limiter, 40, { accountId, region, action });
				}
			}
		}
		expect(clock.sleptMs).toStrictEqual([]);
	});

	test('never goes above the refill in the long run', async () => {
		const clock = createSleepClock();
		const limiter = createRateLimiter(clock);
		let calls = 0;
		for (let second = 0; second < 60; second += 1) {
			while (clock.sleptMs.length === 0) {
				await limiter.take(key, never);
				calls += 1;
			}
			clock.sleptMs.length = 0;
			clock.advance(1000);
		}
		expect(calls).toBeLessThanOrEqual(40 + 60 * 10 + 60);
	});

	test('slows down after a throttle and comes back', async () => {
		const clock = createSleepClock();
		const limiter = createRateLimiter(clock);
		limiter.drain(key);
		await take(limiter, 1);
		expect(clock.sleptMs).toStrictEqual([200]);
		clock.advance(60_000);
		await take(limiter, 40);
		expect(clock.sleptMs).toHaveLength(1);
	});

	test('gives the place back when the wait is broken off', async () => {
		const clock = createClock(10);
		const limiter = createRateLimiter(clock);
		await take(limiter, 40);
		const stop = new AbortController();
		const waits = Array.from({ length: 50 }, () => limiter.take(key, stop.signal).catch(() => 'stopped'));
		stop.abort();
		expect(await Promise.all(waits)).toStrictEqual(Array.from({ length: 50 }, () => 'stopped'));
		const startedMs = performance.now();
		await limiter.take(key, never);
		expect(performance.now() - startedMs).toBeLessThan(100);
	});
});

describe('permits', () => {
	test('are never more than allowed, and go in the order asked', async () => {
		const permits = createPermits(3);
		const order: number[] = [];
		let held = 0;
		let most = 0;
		await Promise.all(
			Array.from({ length: 20 }, async (_, index) => {
				const release = await permits.acquire(never);
				order.push(index);
				held += 1;
				most = Math.max(most, held);
				await new Promise((resolve) => setTimeout(resolve, 1));
				held -= 1;
				release();
				release();
			}),
		);
		expect(most).toBe(3);
		expect(order).toStrictEqual(Array.from({ length: 20 }, (_, index) => index));
	});

	test('whoever gives up waiting takes no place', async () => {
		const permits = createPermits(1);
		const release = await permits.acquire(never);
		const stop = new AbortController();
		const given = permits.acquire(stop.signal).catch(() => 'gave up');
		const next = permits.acquire(never);
		stop.abort();
		expect(await given).toBe('gave up');
		release();
		(await next)();
		(await permits.acquire(never))();
	});
});
