import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapInPool } from './in-pool.ts';

test('results stand in the order of the items, and never more are under way than allowed', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), async (waits, atOnce) => {
			let running = 0;
			let most = 0;
			const results = await mapInPool(waits, atOnce, async (ms) => {
				running += 1;
				most = Math.max(most, running);
				await wait(ms);
				running -= 1;
				return ms * 2;
			});
			expect(results).toEqual(waits.map((ms) => ms * 2));
			expect(most).toBe(Math.min(atOnce, waits.length));
		}),
		{ numRuns: 30 },
	);
});

test('after a failure nothing is begun, and what is under way ends before it is thrown', async () => {
	const begun: number[] = [];
	const ended: number[] = [];
	const work = async (item: number): Promise<void> => {
		begun.push(item);
		await wait(item === 1 ? 1 : 10);
		if (item === 1) throw new Error('one failed');
		ended.push(item);
	};
	await expect(mapInPool([1, 2, 3, 4, 5], 2, work)).rejects.toThrow('one failed');
	expect(begun).toEqual([1, 2]);
	expect(ended).toEqual([2]);
});
