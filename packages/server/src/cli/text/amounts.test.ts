import { expect, test } from 'vitest';
import { countOf, formatAge, formatDuration, formatTime } from './amounts.ts';

test.each([
	[0, '0 ms'],
	[850, '850 ms'],
	[12_400, '12 s'],
	[59_700, '1 min'],
	[200_000, '3 min 20 s'],
	[7_500_000, '2 h 5 min'],
	[4 * 86_400_000, '4 d'],
])('%i ms read as %s', (durationMs, text) => {
	expect(formatDuration(durationMs)).toBe(text);
});

test('an age is told in one unit', () => {
	const nowMs = Date.parse('2026-11-16T12:00:00.000Z');
	expect(formatAge('2026-11-16T11:59:58.000Z', nowMs)).toBe('just now');
	expect(formatAge('2026-11-16T09:00:00.000Z', nowMs)).toBe('3 h ago');
	expect(formatAge('2026-11-01T09:00:00.000Z', nowMs)).toBe('15 d ago');
});

test('counts carry their noun', () => {
	expect([countOf(1, 'device'), countOf(2981, 'device'), countOf(0, 'device')]).toEqual([
		'1 device',
		'2,981 devices',
		'0 devices',
	]);
});

test('times are told in UTC', () => {
	expect(formatTime('2026-11-16T09:08:07.123Z')).toBe('2026-11-16 09:08:07 UTC');
});
