import { attributeObject, attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { iamUserAttributes } from '@rollcall/model/asset/user.ts';
import { toStorableText } from '@rollcall/model/history/text.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFields } from '#sources/kit/read-fields.ts';
import { convertUser } from './convert.ts';
import { convertReport } from './credential-report.ts';
import { readDetails } from './details.ts';
import { detailedUser, reportLine, reportOf, testScope, toItem } from './testing/documents.ts';

const schema = attributeObject(iamUserAttributes);
const hostile = fc.oneof(
	fc.jsonValue(),
	fc.string({ unit: 'binary' }),
	fc.constantFrom('\u0000', '\uD800', '__proto__'),
);

/** A user of which any fields hold anything. */
const spoiltUser = fc
	.dictionary(fc.constantFrom(...Object.keys(detailedUser())), hostile)
	.map((changes) => ({ ...detailedUser(), ...changes }));

test('convert never throws, whatever stands in its place, and gives the same each time', () => {
	fc.assert(
		fc.property(fc.oneof(fc.anything(), spoiltUser), (document) => {
			const item = { document, rawJson: '{}' };
			expect(convertUser(item, testScope)).toEqual(convertUser(item, testScope));
		}),
	);
});

test('attributes are of the schema, of the listing, never also unknown, and can be stored', () => {
	const names = attributesFedBy(iamUserAttributes, 'primary');
	fc.assert(
		fc.property(spoiltUser, (document) => {
			const { attributes, unknown, rawJson, notes } = convertUser(toItem(document), testScope);
			schema.parse(attributes);
			expect(names).toEqual(expect.arrayContaining(Object.keys(attributes)));
			for (const name of Object.keys(unknown)) expect(attributes).not.toHaveProperty(name);
			for (const text of textsOf([attributes, notes, JSON.parse(rawJson)])) expect(toStorableText(text)).toBe(text);
		}),
	);
});

test('details are of the schema and can be stored, whatever AWS answers', () => {
	fc.assert(
		fc.property(spoiltUser, (document) => {
			const details = readDetails(document);
			schema.parse(details);
			for (const text of textsOf(details)) expect(toStorableText(text)).toBe(text);
		}),
	);
});

test('the order of tags never shows', () => {
	const tag = fc.record({
		Key: fc.constantFrom('email', 'Email', 'mail', 'a', 'b'),
		Value: fc.constantFrom('', 'x@y.z', 'v@w.z'),
	});
	fc.assert(
		fc.property(fc.array(tag), (tags) => {
			expect(JSON.stringify(readDetails({ Tags: tags.toReversed() }))).toBe(
				JSON.stringify(readDetails({ Tags: tags })),
			);
		}),
	);
});

test('lines of a report are of the schema, whatever their words', async () => {
	const word = fc.oneof(
		fc.constantFrom('true', 'FALSE', 'N/A', 'no_information', '2024-01-02T03:04:05+00:00'),
		fc.string(),
	);
	const line = fc.dictionary(
		fc.constantFrom(
			'mfa_active',
			'password_enabled',
			'access_key_1_active',
			'access_key_1_last_rotated',
			'access_key_2_last_used_date',
			'arn',
			'user_creation_time',
		),
		word,
	);
	await fc.assert(
		fc.asyncProperty(fc.array(line), async (lines) => {
			// Quotes may join lines to one; whatever is left is of the schema.
			const report = reportOf(...lines.map((values) => reportLine(values).replaceAll('"', '')));
			for (const attributes of (await convertReport(report)).values()) schema.parse(attributes);
		}),
	);
});

function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (Array.isArray(value)) return value.flatMap(textsOf);
	return isFields(value) ? Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]) : [];
}
