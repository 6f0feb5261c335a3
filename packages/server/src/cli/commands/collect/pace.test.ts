import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

const none = { accounts: 0, accountsDone: 0, scopes: 0, scopesDone: 0, assets: 0, troubled: 0, calls: 0, throttles: 0 };

test('accounts that have not begun count like those that are done', () => {
	const pace = createPace();
	pace.observe({ ...none, accounts: 40, accountsDone: 10, scopes: 200, scopesDone: 170 }, 10_000);
	expect(pace.share()).toBeCloseTo(0.25);
	expect(pace.remainingMs()).toBe(30_000);
});

test('nothing is promised in the first seconds, or before two accounts are done', () => {
	const pace = createPace();
	pace.observe({ ...none, accounts: 40, accountsDone: 10, scopes: 200, scopesDone: 170 }, 2_000);
	expect(pace.remainingMs()).toBeNull();
	pace.observe({ ...none, accounts: 40, accountsDone: 1, scopes: 68, scopesDone: 20 }, 20_000);
	expect(pace.remainingMs()).toBeNull();
	expect(pace.share()).toBeLessThan(0.1);
});

test('one account alone is told by its regions', () => {
	const pace = createPace();
	pace.observe({ ...none, accounts: 1, accountsDone: 0, scopes: 17, scopesDone: 8 }, 4_000);
	expect(pace.share()).toBeCloseTo(8 / 17);
	pace.observe({ ...none, accounts: 1, accountsDone: 1, scopes: 17, scopesDone: 17 }, 8_000);
	expect([pace.share(), pace.remainingMs()]).toEqual([1, 0]);
});

test('the call rate is that of the last seconds', () => {
	const pace = createPace();
	pace.observe({ ...none, calls: 0 }, 0);
	pace.observe({ ...none, calls: 1_000 }, 10_000);
	pace.observe({ ...none, calls: 1_500 }, 15_000);
	expect(pace.callRate()).toBe(100);
});
