import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assetKinds, attributesOfKind } from '../asset/attribute-tables.ts';
import type { AttributeValues } from '../asset/derived.ts';
import { canonicalJson } from './canonical-json.ts';
import { applyChanges, diffAttributes, trackedAttributes } from './diff-attributes.ts';

const removed = (attribute: string, value: unknown) => ({ type: 'AttributeValueRemove', attribute, value });
const added = (attribute: string, value: unknown) => ({ type: 'AttributeValueAdd', attribute, value });

test.each([
	[
		'a changed scalar is one Remove and one Add',
		{ state: 'running' },
		{ state: 'stopped' },
		[removed('state', 'running'), added('state', 'stopped')],
	],
	['a value that comes up is an Add alone', {}, { public: false }, [added('public', false)]],
	['a value that goes is a Remove alone', { name: '' }, {}, [removed('name', '')]],
	[
		'a list differs by element',
		{ internal_ips: ['10.0.0.1', '10.0.0.2'] },
		{ internal_ips: ['10.0.0.2', '10.0.0.3'] },
		[removed('internal_ips', '10.0.0.1'), added('internal_ips', '10.0.0.3')],
	],
	[
		'a list of objects too',
		{ security_groups: [{ id: 'sg-1', name: 'a' }, { id: 'sg-2' }] },
		{ security_groups: [{ id: 'sg-1', name: 'b' }, { id: 'sg-2' }] },
		[removed('security_groups', { id: 'sg-1', name: 'a' }), added('security_groups', { id: 'sg-1', name: 'b' })],
	],
	[
		'a map differs by key',
		{ tags: { env: 'dev', team: 'a', __old: '' } },
		{ tags: { env: 'prod', team: 'a' } },
		[
			removed('tags', { name: '__old', value: '' }),
			removed('tags', { name: 'env', value: 'dev' }),
			added('tags', { name: 'env', value: 'prod' }),
		],
	],
	[
		'a single object changes as one value',
		{ launch_template: { id: 'lt-1', version: '1' } },
		{ launch_template: { id: 'lt-1', version: '2' } },
		[removed('launch_template', { id: 'lt-1', version: '1' }), added('launch_template', { id: 'lt-1', version: '2' })],
	],
	[
		'attributes stand in schema order',
		{ vpc_id: 'a', name: 'x' },
		{ vpc_id: 'b', name: 'y' },
		[removed('name', 'x'), added('name', 'y'), removed('vpc_id', 'a'), added('vpc_id', 'b')],
	],
])('%s', (_rule, before, after, changes) => {
	expect(diffAttributes('ec2.devices', before, after)).toEqual(changes);
});

test.each([
	[
		'volatile attributes and facts of the account',
		{ state_reason: 'a', account_name: 'b', ou_path: 'c', last_activity_at: 'd' },
		{},
	],
	['what the kind does not have', { colour: 'red' }, {}],
	['the order of a list', { fqdns: ['a', 'b'] }, { fqdns: ['b', 'a'] }],
	['an element that stands twice', { fqdns: ['a', 'a'] }, { fqdns: ['a'] }],
	['an empty list, an empty map and null instead of nothing', { fqdns: [], tags: {}, name: null }, {}],
	[
		'the order of keys, which jsonb changes',
		{
			network_interfaces: [{ id: 'a', type: 'b', tags: { y: '1', x: '2' } }],
			tags: { b: '', a: '' },
			launch_template: { id: 'l', version: '1' },
		},
		{
			network_interfaces: [{ id: 'a', tags: { x: '2', y: '1' }, type: 'b' }],
			tags: { a: '', b: '' },
			launch_template: { version: '1', id: 'l' },
		},
	],
])('no event comes of %s', (_what, before, after) => {
	expect(diffAttributes('ec2.devices', before, after)).toEqual([]);
	expect(diffAttributes('ec2.devices', after, before)).toEqual([]);
});

test('a tag may have any name', () => {
	const before = { tags: JSON.parse('{"__proto__":"a","constructor":"b"}') };
	const after = { tags: JSON.parse('{"__proto__":"c"}') };
	const changes = diffAttributes('iam.users', before, after);
	expect(changes).toEqual([
		removed('tags', { name: '__proto__', value: 'a' }),
		removed('tags', { name: 'constructor', value: 'b' }),
		added('tags', { name: '__proto__', value: 'c' }),
	]);
	expect(JSON.stringify(applyChanges('iam.users', before, changes))).toBe(JSON.stringify(after));
});

test('a kind that does not exist has no changes to tell', () => {
	expect(() => diffAttributes('toString', {}, {})).toThrow(/toString/);
});

/** Values that meet often, of any JSON shape: the rules do not rest on what a schema allows. */
const word = fc.constantFrom('a', 'b', 'B', '', '"', 'a!', 'é', '🚀', '\uffff', '__proto__');
const scalar = fc.oneof(word, fc.integer({ min: 0, max: 2 }), fc.boolean());
const object = fc.dictionary(word, fc.oneof(scalar, fc.dictionary(word, word, { maxKeys: 2 })), { maxKeys: 3 });
const values = {
	set: fc.array(fc.oneof(scalar, object), { maxLength: 4 }),
	map: fc.dictionary(word, word, { maxKeys: 4 }),
	single: fc.oneof(scalar, object),
};
const maps = ['tags'];

function attributesArbitrary(kind: string): fc.Arbitrary<AttributeValues> {
	const arbitraries = Object.entries(attributesOfKind(kind)).map(([name, { schema }]) => {
		const isSet = schema.type === 'array';
		return [name, isSet ? values.set : maps.includes(name) ? values.map : values.single];
	});
	return fc.record(Object.fromEntries(arbitraries), { requiredKeys: [] });
}

/** Attributes and what became of them: mostly the same, as in life. */
const change = fc.constantFrom(...assetKinds).chain((kind) => {
	const attributes = attributesArbitrary(kind);
	return fc.record({
		kind: fc.constant(kind),
		before: attributes,
		after: fc
			.tuple(attributes, attributes, fc.boolean())
			.map(([one, other, all]) => (all ? one : { ...one, ...other })),
	});
});

/** The same as `jsonb` might give it back. */
function reordered(value: unknown): unknown {
	if (Array.isArray(value)) return value.toReversed().map(reordered);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.reverse()
			.map(([key, inner]) => [key, reordered(inner)]),
	);
}

test('what was before and the changes make what is after', () => {
	fc.assert(
		fc.property(change, ({ kind, before, after }) => {
			const changes = diffAttributes(kind, before, after);
			expect(applyChanges(kind, before, changes)).toEqual(trackedAttributes(kind, after));
		}),
		{ numRuns: 500 },
	);
});

test('only what changed is a change: nothing is both lost and gained, lost without having been, or gained twice', () => {
	fc.assert(
		fc.property(change, ({ kind, before, after }) => {
			const changes = diffAttributes(kind, before, after);
			const keys = changes.map(({ attribute, value }) => canonicalJson([attribute, value]));
			expect(new Set(keys).size).toBe(keys.length);
			const backwards = diffAttributes(kind, after, before);
			expect(backwards.length).toBe(changes.length);
			const attributes = new Set(changes.map(({ attribute }) => attribute));
			expect([...attributes].every((name) => attributesOfKind(kind)[name]?.tracked)).toBe(true);
		}),
	);
});

test('the same attributes, however they come back from the database, have no change', () => {
	fc.assert(
		fc.property(change, ({ kind, before }) => {
			expect(diffAttributes(kind, before, before)).toEqual([]);
			// The order of the elements of a nested list counts, so only the outermost are turned.
			const stored = Object.fromEntries(Object.entries(before).map(([name, value]) => [name, reordered(value)]));
			expect(diffAttributes(kind, before, stored)).toEqual([]);
		}),
	);
});

test('the changes are the same however lists and keys are ordered', () => {
	fc.assert(
		fc.property(change, ({ kind, before, after }) => {
			const turn = (attributes: AttributeValues) =>
				Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, reordered(value)]));
			const changes = diffAttributes(kind, before, after).map((one) => canonicalJson(one));
			expect(diffAttributes(kind, turn(before), turn(after)).map((one) => canonicalJson(one))).toEqual(changes);
		}),
	);
});

test('in their tracked form two images are equal exactly when there is no event between them', () => {
	fc.assert(
		fc.property(change, ({ kind, before, after }) => {
			const same = canonicalJson(trackedAttributes(kind, before)) === canonicalJson(trackedAttributes(kind, after));
			expect(diffAttributes(kind, before, after).length === 0).toBe(same);
		}),
	);
});
