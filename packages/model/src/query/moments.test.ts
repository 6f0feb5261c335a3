import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMoment } from './moments.ts';

/** A Tuesday. */
const now = new Date('2026-03-31T12:34:56.789Z');

test.each([
	['now', '2026-03-31T12:34:56.789Z'],
	['now-7d', '2026-03-24T12:34:56.789Z'],
	['now+1h', '2026-03-31T13:34:56.789Z'],
	['now-90s', '2026-03-31T12:33:26.789Z'],
	['now-5m', '2026-03-31T12:29:56.789Z'],
	['now-2w', '2026-03-17T12:34:56.789Z'],
	['now-1M', '2026-02-28T12:34:56.789Z'],
	['now+1M', '2026-04-30T12:34:56.789Z'],
	['now-25M', '2024-02-29T12:34:56.789Z'],
	['now-1y', '2025-03-31T12:34:56.789Z'],
	['now-1d+2h', '2026-03-30T14:34:56.789Z'],
	['now/s', '2026-03-31T12:34:56.000Z'],
	['now/m', '2026-03-31T12:34:00.000Z'],
	['now/h', '2026-03-31T12:00:00.000Z'],
	['now-7d/d', '2026-03-24T00:00:00.000Z'],
	['now/w', '2026-03-30T00:00:00.000Z'],
	['now-2d/w', '2026-03-23T00:00:00.000Z'],
	['now/M', '2026-03-01T00:00:00.000Z'],
	['now/y', '2026-01-01T00:00:00.000Z'],
	['2026-01-05', '2026-01-05T00:00:00.000Z'],
	['2024-02-29', '2024-02-29T00:00:00.000Z'],
	['2026-01-05T10:00', '2026-01-05T10:00:00.000Z'],
	['2026-01-05t10:00:01z', '2026-01-05T10:00:01.000Z'],
	['2026-01-05T10:00:01.5Z', '2026-01-05T10:00:01.500Z'],
	['2026-01-05T10:00:01.123456+02:00', '2026-01-05T08:00:01.123Z'],
	['0001-01-01', '0001-01-01T00:00:00.000Z'],
	['9999-12-31', '9999-12-31T00:00:00.000Z'],
])('%s is %s', (text, moment) => {
	expect(readMoment(text, now, false)).toBe(moment);
});

test.each([
	['2026-01-05', '2026-01-05T23:59:59.999Z'],
	['2026-01-05T10:00', '2026-01-05T10:00:00.000Z'],
	['now', '2026-03-31T12:34:56.789Z'],
	['now-1d/d', '2026-03-30T23:59:59.999Z'],
	['now/w', '2026-04-05T23:59:59.999Z'],
	['now-1M/M', '2026-02-28T23:59:59.999Z'],
	['now/y', '2026-12-31T23:59:59.999Z'],
])('%s as the last moment is %s', (text, moment) => {
	expect(readMoment(text, now, true)).toBe(moment);
});

test.each([
	'',
	'today',
	'now-7',
	'now-7D',
	'now/d-1d',
	'now - 7d',
	'now-1234567d',
	'now-9999y',
	'2026',
	'2026-01',
	'2026-02-29',
	'2026-13-01',
	'2026-1-5',
	'2026-01-05T10',
	'2026-01-05T24:00',
	'2026-01-05T10:60',
	'2026-01-05T10:00.5',
	'2026-01-05T10:00+1',
	'0000-01-01',
	'05.01.2026',
])('%j is no moment', (text) => {
	expect(readMoment(text, now, false)).toBeUndefined();
});

test('a rounded span holds the moment that was rounded', () => {
	const units = fc.constantFrom('s', 'm', 'h', 'd', 'w', 'M', 'y');
	const moments = fc.date({ min: new Date('0010-01-01'), max: new Date('9990-01-01'), noInvalidDate: true });
	fc.assert(
		fc.property(moments, units, (moment, unit) => {
			const start = readMoment(`now/${unit}`, moment, false) ?? '';
			const end = readMoment(`now/${unit}`, moment, true) ?? '';
			expect(start <= moment.toISOString() && moment.toISOString() <= end).toBe(true);
			expect(readMoment(`now/${unit}`, new Date(end), false)).toBe(start);
		}),
	);
});
