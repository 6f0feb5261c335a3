import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choosePrimary, type PrimaryFacts } from './choose-primary.ts';

function facts(recordId: string, given: Partial<PrimaryFacts> = {}): PrimaryFacts {
	return {
		recordId,
		isLive: true,
		scopeCompleteAt: '2026-01-02T00:00:00.000Z',
		incompleteRuns: 0,
		attributeCount: 10,
		firstObservedAt: '2026-01-01T00:00:00.000Z',
		...given,
	};
}

const early = '2026-01-01T00:00:00.000Z';
const late = '2026-01-03T00:00:00.000Z';

test.each([
	[
		'the freshest complete scope, however little it tells',
		facts('b', { scopeCompleteAt: late, attributeCount: 1 }),
		facts('a'),
	],
	['a scope that was complete before one that never was', facts('b'), facts('a', { scopeCompleteAt: null })],
	[
		'the most attributes among scopes as fresh',
		facts('b', { attributeCount: 11 }),
		facts('a', { firstObservedAt: early }),
	],
	['the oldest of those', facts('b', { firstObservedAt: early }), facts('a', { firstObservedAt: late })],
	['the first id of those', facts('a'), facts('b')],
	[
		'a live record before a retired one, whatever that has',
		facts('b'),
		facts('a', { isLive: false, scopeCompleteAt: late, attributeCount: 99 }),
	],
])('primary is the record of %s', (_rule, better, worse) => {
	expect(choosePrimary([worse, better], undefined)).toBe(better);
	expect(choosePrimary([better, worse], undefined)).toBe(better);
});

test('a primary stays it while better ones come up, until its scope was incomplete for three runs', () => {
	const better = facts('b', { scopeCompleteAt: late, attributeCount: 11 });
	for (const incompleteRuns of [0, 1, 2]) {
		expect(choosePrimary([better, facts('a', { incompleteRuns })], 'a').recordId).toBe('a');
	}
	expect(choosePrimary([better, facts('a', { incompleteRuns: 3 })], 'a').recordId).toBe('b');
});

test('after three incomplete runs a primary stays it where no other is better', () => {
	const current = facts('a', { incompleteRuns: 3 });
	expect(choosePrimary([facts('b', { incompleteRuns: 3, attributeCount: 9 }), current], 'a')).toBe(current);
});

test('a primary that retires makes way for a live record, and stays it where there is none', () => {
	const retired = facts('a', { isLive: false, incompleteRuns: 3 });
	expect(choosePrimary([retired, facts('b', { attributeCount: 1 })], 'a').recordId).toBe('b');
	expect(choosePrimary([retired, facts('b', { isLive: false, attributeCount: 11 })], 'a')).toBe(retired);
});

test('a primary that is not among the records does not count', () => {
	expect(choosePrimary([facts('b'), facts('a')], 'c').recordId).toBe('a');
});

const world = fc.uniqueArray(
	fc.record({
		recordId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
		isLive: fc.boolean(),
		scopeCompleteAt: fc.constantFrom(null, early, late),
		incompleteRuns: fc.integer({ min: 0, max: 4 }),
		attributeCount: fc.integer({ min: 1, max: 2 }),
		firstObservedAt: fc.constantFrom(early, late),
	}),
	{ selector: ({ recordId }) => recordId, minLength: 1 },
);

test('the order of the records does not show', () => {
	fc.assert(
		fc.property(
			world.chain((records) =>
				fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })),
			),
			fc.constantFrom(undefined, 'a', 'b'),
			([records, shuffled], current) => {
				expect(choosePrimary(shuffled, current)).toBe(choosePrimary(records, current));
			},
		),
	);
});

test('what was chosen is chosen again', () => {
	fc.assert(
		fc.property(world, fc.constantFrom(undefined, 'a', 'b'), (records, current) => {
			const chosen = choosePrimary(records, current);
			expect(choosePrimary(records, chosen.recordId)).toBe(chosen);
		}),
	);
});
