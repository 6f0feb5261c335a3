import { expect, test } from 'vitest';
import { checkLabelColor, checkLabelDescription, checkLabelName, checkLabelValue } from './label.ts';

test.each([
	['  prod  ', 'prod'],
	['Zoe\u0308', 'Zoë'],
	['🙂'.repeat(64), '🙂'.repeat(64)],
])('the name %j is stored as %j', (given, stored) => expect(checkLabelName(given)).toBe(stored));

test.each([
	['', 'is empty'],
	[' \t ', 'is empty'],
	['a\nb', 'control characters'],
	['a\u0000b', 'control characters'],
	['a\ud800b', 'control characters'],
	['a'.repeat(65), 'has 65 characters'],
	// Lower case takes the dotted capital I apart.
	['İ'.repeat(40), 'has 80 characters'],
])('the name %j is refused', (given, problem) => {
	expect(() => checkLabelName(given)).toThrow(
		expect.objectContaining({
			code: 'LABEL:0001',
			details: { field: 'name' },
			message: expect.stringContaining(problem),
		}),
	);
});

test.each([
	['#1A7f37', '#1a7f37'],
	['Red', 'red'],
])('the colour %s is stored as %s', (given, stored) => expect(checkLabelColor(given)).toBe(stored));

test.each([
	['#12345', 'six hexadecimal digits'],
	['rad', 'did you mean red?'],
	['', '#rrggbb'],
])('the colour %j is refused, and what would do is told', (given, fix) => {
	expect(() => checkLabelColor(given)).toThrow(
		expect.objectContaining({ details: { field: 'color' }, fix: expect.stringContaining(fix) }),
	);
});

test('an empty value is a value; values and descriptions end at their length', () => {
	expect(checkLabelValue('')).toBe('');
	expect(checkLabelValue('v'.repeat(256))).toHaveLength(256);
	expect(() => checkLabelValue('v'.repeat(257))).toThrow('value of the label: has 257 characters');
	expect(() => checkLabelDescription('d'.repeat(501))).toThrow('description of the label');
});
