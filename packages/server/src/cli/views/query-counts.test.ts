import { expect, test } from 'vitest';
import type { TrendDay } from '#compose/ports.ts';
import { describeCount, describeCovered, describeUndecided, drawTrend } from './query-counts.ts';

const count = { countedAt: '', isExact: true, undecided: 0, undecidedIsExact: true, scopes: 1_200, scopesComplete: 7 };
const of = (day: string, matched: number): TrendDay => ({ ...count, day, matched });

test.each<[string, readonly TrendDay[], string]>([
	['none', [], ''],
	['one day', [of('2026-01-10', 5)], '█'],
	['nothing all the time', [of('2026-01-10', 0), of('2026-01-11', 0)], '▁▁'],
	['a little is never nothing', [of('2026-01-10', 1), of('2026-01-11', 1_000)], '▂█'],
	['days without a count', [of('2026-01-30', 7), of('2026-02-02', 0)], '█··▁'],
])('a trend of %s', (_what, trend, drawn) => expect(drawTrend(trend)).toBe(drawn));

test('what is not exact says so, and what is all decided says nothing', () => {
	expect(describeCount({ matched: 1_200, isExact: false })).toBe('> 1,200');
	expect(describeUndecided({ ...count, matched: 0 })).toBe('');
	expect(describeUndecided({ ...count, matched: 0, undecidedIsExact: false })).toBe('?');
	expect(describeCovered({ ...count, matched: 0 })).toBe('7 of 1,200');
});
