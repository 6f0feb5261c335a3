import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareCodePoints, fold, toStorableText } from './text.ts';

/** Any UTF-16 text, lone surrogates and NUL more often than chance gives them. */
const anyText = fc.string({
	unit: fc.oneof(
		fc.constantFrom('\u0000', '\ud800', '\udfff', '\uffff', '\ue000', '🚀', 'a'),
		fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
	),
});
const validText = fc.string({
	unit: fc.oneof(
		fc.constantFrom('\uffff', '\ue000', '\ud7ff', '𐀀', 'a'),
		fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
	),
});

test('order is that of the UTF-8 bytes, as COLLATE "C" has it', () => {
	fc.assert(
		fc.property(validText, validText, (left, right) => {
			const expected = Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
			expect(Math.sign(compareCodePoints(left, right))).toBe(expected);
		}),
		{ numRuns: 2000 },
	);
});

test('what is above U+FFFF sorts after U+FFFF, other than in UTF-16', () => {
	expect(compareCodePoints('\uffff', '🚀')).toBeLessThan(0);
	expect('\uffff' < '🚀').toBe(false);
});

test('storable text holds neither NUL nor lone surrogates, and survives UTF-8', () => {
	fc.assert(
		fc.property(anyText, (text) => {
			const storable = toStorableText(text);
			expect(storable).not.toContain('\u0000');
			expect(Buffer.from(storable, 'utf8').toString('utf8')).toBe(storable);
			expect(storable).toHaveLength(text.length);
			expect(toStorableText(storable)).toBe(storable);
		}),
	);
});

test.each([
	['a\u0000b', 'a\ufffdb'],
	['\ud800', '\ufffd'],
	['🚀', '🚀'],
	['', ''],
])('%j is stored as %j', (text, storable) => {
	expect(toStorableText(text)).toBe(storable);
});

test.each([
	['STRASSE', 'strasse'],
	['e\u0301', 'é'],
	['ÀÉ', 'àé'],
	['İ', 'i\u0307'],
	['J\u030c', 'ǰ'],
])('%j folds to %j', (text, folded) => {
	expect(fold(text)).toBe(folded);
});

test('composed and decomposed text fold alike', () => {
	fc.assert(
		fc.property(validText, (text) => {
			expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')));
		}),
	);
});

test('folding twice changes nothing', () => {
	fc.assert(
		fc.property(validText, (text) => {
			expect(fold(fold(text))).toBe(fold(text));
		}),
	);
});
