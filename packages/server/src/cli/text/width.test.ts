import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, padEnd, padStart, toHarmless, truncate, wrap } from './width.ts';

describe('width of a text in a terminal', () => {
	test.each([
		['plain', 5],
		['', 0],
		['größe', 5],
		['gro\u0308ße', 5],
		['東京', 4],
		['ｆｕｌｌ', 8],
		['서울', 4],
		['😀', 2],
		['👩‍👩‍👧', 2],
		['🇩🇪', 2],
		['❤️', 2],
		['–✓…', 3],
		['zero\u200bwidth', 9],
		['\u001b[31mred\u001b[39m', 3],
	])('%j takes %i columns', (text, width) => {
		expect(displayWidth(text)).toBe(width);
	});
});

describe('a cut text', () => {
	test('is left alone where it fits', () => {
		expect(truncate('東京', 4)).toBe('東京');
	});
	test('ends in an ellipsis and never splits a character', () => {
		expect(truncate('東京タワー', 6)).toBe('東京…');
		expect(truncate('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
		expect(truncate('go\u0308ne', 3)).toBe('go\u0308…');
	});
	test('never takes more columns than it may', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, width) => {
				expect(displayWidth(truncate(toHarmless(text), width))).toBeLessThanOrEqual(width);
			}),
		);
	});
});

test('padding counts columns, not characters', () => {
	expect(padEnd('東京', 6)).toBe('東京  ');
	expect(padStart('é', 3)).toBe('  é');
	expect(padEnd('longer', 3)).toBe('longer');
});

const anyCharacter = fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCodePoint(code));

test('no text from outside can steer the terminal', () => {
	const hostile = '\u001b[2Jgone\u0007\r\n\u202Eabc\u0085\u2066';
	expect(toHarmless(hostile)).toBe('�[2Jgone����abc��');
	fc.assert(
		fc.property(fc.string({ unit: anyCharacter }), (text) => {
			expect(toHarmless(text)).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
		}),
	);
});

test('wrapped lines keep every word and fit, but for words that are longer', () => {
	expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
	expect(wrap('arn:aws:iam::1:role/x is long', 8)).toEqual(['arn:aws:iam::1:role/x', 'is long']);
	expect(wrap('', 8)).toEqual([]);
});
