import { expect, test } from 'vitest';
import { attributeJsonSchema, attributeObject, attributesFedBy } from './attribute.ts';
import { addressesAction, deviceAttributes, interfacesAction } from './device.ts';

const device = attributeObject(deviceAttributes);

test('every attribute of a device belongs to exactly one feeder', () => {
	const feeders = ['primary', 'account', 'scope', addressesAction, interfacesAction];
	const fed = feeders.flatMap((feeder) => attributesFedBy(deviceAttributes, feeder));
	expect(fed.toSorted()).toEqual(Object.keys(deviceAttributes).sort());
});

test('volatile attributes and facts of the account are not tracked, all others are', () => {
	const untracked = Object.entries(deviceAttributes).filter(([, { tracked }]) => !tracked);
	expect(untracked.map(([name]) => name)).toEqual(['state_reason', 'account_name', 'ou_path', 'last_activity_at']);
});

test('every attribute has a one-line meaning, which its JSON Schema serves', () => {
	const properties = attributeJsonSchema(deviceAttributes)['properties'];
	for (const [name, { meaning }] of Object.entries(deviceAttributes)) {
		expect(meaning).toMatch(/^\S.+\S$/);
		expect(properties).toHaveProperty(`${name}.description`, meaning);
	}
});

test.each([
	['an attribute nobody defined', { colour: 'red' }],
	['null for an absent attribute', { name: null }],
	['a moment without milliseconds', { launched_at: '2026-01-02T03:04:05Z' }],
	['a moment in another zone', { launched_at: '2026-01-02T03:04:05.000+01:00' }],
	['a word outside its list', { os_platform: 'beos' }],
	['a tag that is no text', { tags: { a: 1 } }],
])('%s is refused', (_what, attributes) => {
	expect(device.safeParse(attributes).success).toBe(false);
});

test('an empty device is one of which nothing is known to exist', () => {
	expect(device.parse({})).toEqual({});
});
