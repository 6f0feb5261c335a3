import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ExecutionResult, exitCodes, resultOf, usageExitCode } from './execution.ts';
import { type Outcome, outcomes } from './outcome.ts';

const rows: readonly (readonly [scopes: readonly Outcome[], result: ExecutionResult])[] = [
	[['complete', 'complete'], 'success'],
	[['complete', 'skipped'], 'success'],
	[['complete', 'blocked_by_policy'], 'success'],
	// A run that read nothing is never a Success, whoever decided so.
	[['blocked_by_policy', 'skipped'], 'failed'],
	[['skipped'], 'failed'],
	[[], 'failed'],
	[['complete', 'denied'], 'partial'],
	[['complete', 'unavailable'], 'partial'],
	[['complete', 'throttled_out'], 'partial'],
	[['complete', 'failed'], 'partial'],
	[['denied', 'failed'], 'failed'],
	[['denied', 'skipped'], 'failed'],
	[['failed', 'blocked_by_policy'], 'failed'],
	[['complete', 'cancelled'], 'cancelled'],
	[['failed', 'cancelled'], 'cancelled'],
];

test.each(rows)('%j is %s', (scopes, result) => {
	expect(resultOf(scopes)).toBe(result);
});

test('trouble with what is no scope, as the list of accounts, is no Success, even where a policy of AWS is to blame', () => {
	expect(resultOf(['complete'], ['denied'])).toBe('partial');
	expect(resultOf(['complete'], ['blocked_by_policy'])).toBe('partial');
	expect(resultOf([], ['blocked_by_policy'])).toBe('failed');
	expect(resultOf(['complete'], ['cancelled'])).toBe('cancelled');
	expect(resultOf(['complete'], ['complete'])).toBe('success');
});

test('exit codes are those of the rules', () => {
	expect({ ...exitCodes, usage: usageExitCode }).toEqual({
		success: 0,
		partial: 3,
		failed: 1,
		usage: 2,
		cancelled: 130,
	});
});

const someOutcomes = fc.array(fc.constantFrom(...outcomes));

test('the order of scopes never decides', () => {
	fc.assert(
		fc.property(someOutcomes, (scopes) => {
			expect(resultOf(scopes.toReversed())).toBe(resultOf(scopes));
		}),
	);
});

test('a scope that is skipped or blocked by policy never changes the result', () => {
	fc.assert(
		fc.property(someOutcomes, fc.constantFrom<Outcome>('skipped', 'blocked_by_policy'), (scopes, outside) => {
			expect(resultOf([...scopes, outside])).toBe(resultOf(scopes));
		}),
	);
});
