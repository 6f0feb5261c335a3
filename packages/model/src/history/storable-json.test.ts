import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toStorableJson } from './storable-json.ts';

/** Any UTF-16 text, with what is hard to store more often than chance gives it. */
const anyText = fc.string({
	unit: fc.oneof(
		fc.constantFrom('\\', '"', 'u', '0', '\u0000', '\ud800', '\udc00', '🚀'),
		fc.string({ unit: 'binary', maxLength: 1 }),
	),
});

test('strings within JSON hold neither NUL nor lone surrogates, and nothing else changes', () => {
	fc.assert(
		fc.property(anyText, (text) => {
			const mended = JSON.parse(toStorableJson(JSON.stringify([text])));
			expect(mended).toEqual([text.toWellFormed().replaceAll('\u0000', '\ufffd')]);
		}),
		{ numRuns: 500 },
	);
});

test('a lone surrogate that stands unescaped is mended too', () => {
	expect(toStorableJson('["a\ud800b"]')).toBe('["a\ufffdb"]');
});

test('an escaped backslash before u is no escape of a character', () => {
	const json = JSON.stringify(['\\u0000', '\\\\ud800']);
	expect(toStorableJson(json)).toBe(json);
});

test('numbers beyond 2^53 keep every digit', () => {
	expect(toStorableJson('{"a":12345678901234567890,"b":"\\u0000"}')).toBe('{"a":12345678901234567890,"b":"\\ufffd"}');
});
