import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countsForCoverage, type Outcome, outcomes, worstOutcome } from './outcome.ts';
import { accountOutcome } from './summary.ts';

/** Every outcome, the best first: an account shows the last one it has. */
const fromBestToWorst: readonly Outcome[] = [
	'skipped',
	'complete',
	'blocked_by_policy',
	'cancelled',
	'unavailable',
	'throttled_out',
	'denied',
	'failed',
];

test('every outcome has its place', () => {
	expect([...fromBestToWorst].sort()).toEqual([...outcomes].sort());
});

test('the worst outcome is the last in the order, wherever it stands', () => {
	fc.assert(
		fc.property(fc.array(fc.constantFrom(...outcomes), { minLength: 1 }), (all) => {
			const places = all.map((outcome) => fromBestToWorst.indexOf(outcome));
			expect(worstOutcome(all)).toBe(fromBestToWorst[Math.max(...places)]);
		}),
	);
});

test('no outcomes have no worst', () => {
	expect(worstOutcome([])).toBeUndefined();
});

test('an account shows the worst of its scopes, and is skipped without any', () => {
	expect(accountOutcome([{ outcome: 'complete' }, { outcome: 'denied' }])).toBe('denied');
	expect(accountOutcome([])).toBe('skipped');
});

test('only skipped scopes are outside the denominator of coverage', () => {
	expect(outcomes.filter((outcome) => !countsForCoverage(outcome))).toEqual(['skipped']);
});
