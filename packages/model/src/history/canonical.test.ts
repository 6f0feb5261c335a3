import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText } from './canonical.ts';

const names = ['b', 'a', 'c'];

test('attributes stand in schema order, absent ones left out', () => {
	expect(canonicalText({ c: [1], a: 'x', b: undefined }, names)).toBe('{"a":"x","c":[1]}');
	expect(canonicalText({ a: null }, names)).toBe('{}');
});

test('false, zero and empty values are values', () => {
	expect(canonicalText({ a: false, b: 0, c: '' }, names)).toBe('{"b":0,"a":false,"c":""}');
});

test('attributes of other feeders stay out', () => {
	expect(canonicalText({ a: 1, other: 2 }, names)).toBe('{"a":1}');
});

test('it is JSON of the named attributes, and the order they were put in never shows', () => {
	const attributes = fc.record({ a: fc.jsonValue(), b: fc.jsonValue(), c: fc.jsonValue() }, { requiredKeys: [] });
	fc.assert(
		fc.property(attributes, (given) => {
			const reversed = Object.fromEntries(Object.entries(given).reverse());
			expect(canonicalText(reversed, names)).toBe(canonicalText(given, names));
			const known = Object.entries(given).filter(([, value]) => value !== null);
			expect(JSON.parse(canonicalText(given, names))).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(known))));
		}),
	);
});
