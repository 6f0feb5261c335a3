import { describe, expect, it } from 'vitest';
import { createSemaphore } from './semaphore.ts';

describe('semaphore', () => {
	it('never runs more than its limit, runs all, in the order they asked', async () => {
		const semaphore = createSemaphore(3);
		const started: number[] = [];
		let running = 0;
		let most = 0;
		await Promise.all(
			Array.from({ length: 20 }, (_, index) =>
				semaphore.run(async () => {
					started.push(index);
					running += 1;
					most = Math.max(most, running);
					await new Promise((resolve) => setImmediate(resolve));
					running -= 1;
				}),
			),
		);
		expect(most).toBe(3);
		expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index));
	});

	it('gives the place back when the work throws', async () => {
		const semaphore = createSemaphore(1);
		await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
		await expect(semaphore.run(async () => 'yes')).resolves.toBe('yes');
	});
});
