import { attributeObject, attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { deviceAttributes } from '@rollcall/model/asset/device.ts';
import { canonicalText } from '@rollcall/model/history/canonical.ts';
import { toStorableText } from '@rollcall/model/history/text.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convertInstance } from './convert.ts';
import { defaultDeviceSettings } from './settings.ts';
import { anyInstance, shuffleDeep } from './testing/arbitraries.ts';
import { testScope, toItem, typicalInstance } from './testing/documents.ts';

const schema = attributeObject(deviceAttributes);
const names = attributesFedBy(deviceAttributes, 'primary');
const convert = (document: Record<string, unknown>) =>
	convertInstance(toItem(document), testScope, defaultDeviceSettings);

/** A typical instance of which some fields, at the top or one level down, hold anything JSON can. */
const spoiltInstance = fc
	.tuple(
		fc.dictionary(fc.constantFrom(...Object.keys(typicalInstance())), fc.jsonValue()),
		fc.array(
			fc.tuple(fc.constantFrom('Tags', 'NetworkInterfaces', 'SecurityGroups', 'BlockDeviceMappings'), fc.jsonValue()),
		),
	)
	.map(([changes, elements]) => {
		const document: Record<string, unknown> = { ...typicalInstance(), ...changes };
		for (const [name, element] of elements) {
			const list = document[name];
			if (Array.isArray(list)) document[name] = [...list, element];
		}
		return document;
	});

test('the order of any nested list never shows: same attributes, same canonical text, same notes', () => {
	fc.assert(
		fc.property(anyInstance, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (document, stream) => {
			const shuffled = shuffleDeep(document, () => stream.next().value ?? 0) as Record<string, unknown>;
			const [one, other] = [convert(document), convert(shuffled)];
			expect({ ...other, rawJson: '' }).toEqual({ ...one, rawJson: '' });
			expect(canonicalText(other.attributes, names)).toBe(canonicalText(one.attributes, names));
		}),
		{ numRuns: 300 },
	);
});

test('convert never throws, whatever JSON stands in its place', () => {
	fc.assert(
		fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (document) => {
			const record = convertInstance(
				{ document: document as Record<string, unknown>, rawJson: '{}' },
				testScope,
				defaultDeviceSettings,
			);
			expect(record.presence).toBe('present');
		}),
		{ numRuns: 300 },
	);
});

test('every attributes object validates against the schema of a device', () => {
	fc.assert(
		fc.property(fc.oneof(anyInstance, spoiltInstance), (document) => {
			schema.parse(convert(document).attributes);
		}),
		{ numRuns: 500 },
	);
});

test('only attributes of the primary listing are produced', () => {
	fc.assert(
		fc.property(anyInstance, (document) => {
			expect(names).toEqual(expect.arrayContaining(Object.keys(convert(document).attributes)));
		}),
	);
});

test('no attribute is both given and unknown', () => {
	fc.assert(
		fc.property(fc.oneof(anyInstance, spoiltInstance), (document) => {
			const { attributes, unknown } = convert(document);
			for (const name of Object.keys(unknown)) expect(attributes).not.toHaveProperty(name);
		}),
	);
});

test('every text of a record, keys of tags included, can be stored', () => {
	fc.assert(
		fc.property(anyInstance, (document) => {
			const { attributes, notes, rawJson } = convert(document);
			for (const text of textsOf([attributes, notes, JSON.parse(rawJson)])) expect(toStorableText(text)).toBe(text);
		}),
		{ numRuns: 300 },
	);
});

test('tags keep every key and value of AWS', () => {
	const tags = fc.uniqueArray(
		fc.record({ Key: fc.string({ unit: 'grapheme' }), Value: fc.string({ unit: 'grapheme' }) }),
		{
			selector: (tag) => tag.Key,
			minLength: 1,
			maxLength: 50,
		},
	);
	fc.assert(
		fc.property(tags, (list) => {
			const kept = convert({ ...typicalInstance(), Tags: list }).attributes['tags'];
			const pairs = Object.entries(kept as Record<string, string>);
			const expected = list.map(({ Key, Value }) => [toStorableText(Key), toStorableText(Value)]);
			expect(new Map(pairs)).toEqual(new Map(expected as [string, string][]));
		}),
	);
});

function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]);
}
