import { attributeObject, attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { identityCenterUserAttributes } from '@rollcall/model/asset/user.ts';
import { toStorableText } from '@rollcall/model/history/text.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFields } from '#sources/kit/read-fields.ts';
import { allowUser } from './allow-list.ts';
import { convertUser } from './convert.ts';
import { testScope, toItem, typicalUser } from './testing/documents.ts';

const schema = attributeObject(identityCenterUserAttributes);
const hostile = fc.oneof(
	fc.jsonValue(),
	fc.string({ unit: 'binary' }),
	fc.constantFrom('\u0000', '\uD800', '__proto__'),
);

/** A user of which any fields hold anything. */
const spoiltUser = fc
	.dictionary(fc.constantFrom(...Object.keys(typicalUser())), hostile)
	.map((changes) => ({ ...typicalUser(), ...changes }));

test('convert never throws, whatever stands in its place, and gives the same each time', () => {
	fc.assert(
		fc.property(fc.oneof(fc.anything(), spoiltUser), (document) => {
			const item = { document, rawJson: '{}' };
			expect(convertUser(item, testScope)).toEqual(convertUser(item, testScope));
		}),
	);
});

test('attributes are of the schema, of the listing, never also unknown, and can be stored', () => {
	const names = attributesFedBy(identityCenterUserAttributes, 'primary');
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

test('the order of e-mail addresses and external ids never shows', () => {
	const email = fc.record({
		Value: fc.constantFrom('a@x.org', 'A@X.org', 'b@x.org', 'c@x.org'),
		Primary: fc.boolean(),
	});
	const externalId = fc.record({ Issuer: fc.constantFrom('1', '2'), Id: fc.constantFrom('1', '2') });
	fc.assert(
		fc.property(fc.array(email), fc.array(externalId), (Emails, ExternalIds) => {
			const one = convertUser(toItem({ ...typicalUser(), Emails, ExternalIds }), testScope);
			const reversed = { Emails: Emails.toReversed(), ExternalIds: ExternalIds.toReversed() };
			const other = convertUser(toItem({ ...typicalUser(), ...reversed }), testScope);
			expect(other.attributes).toEqual(one.attributes);
		}),
	);
});

test('the raw document has the allowed fields only, whatever else there is', () => {
	const allowed = new Set(Object.keys(allowUser(typicalUser())));
	fc.assert(
		fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
			for (const name of Object.keys(allowUser({ ...typicalUser(), ...more }))) expect(allowed).toContain(name);
		}),
	);
});

function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (Array.isArray(value)) return value.flatMap(textsOf);
	return isFields(value) ? Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]) : [];
}
