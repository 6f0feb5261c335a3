import { describe, expect, test } from 'vitest';
import { convertUser } from './convert.ts';
import { testScope, testStore, toItem, typicalUser } from './testing/documents.ts';

const convert = (changes: Record<string, unknown> = {}) =>
	convertUser(toItem({ ...typicalUser(), ...changes }), testScope);

test('every attribute of a user', () => {
	const record = convert();
	expect(record.nativeId).toBe(`${testStore}/0123456789-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee`);
	expect(record.attributes).toEqual({
		user_id: '0123456789-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
		usernames: ['ada'],
		display_name: 'Ada Łovelace 🚀',
		given_name: 'Ada',
		family_name: 'Łovelace',
		emails: ['ada@example.com', 'countess@example.com', 'zada@example.com'],
		enabled: true,
		identity_store_id: testStore,
		account_id: '111122223333',
		created_at: '2023-11-14T22:13:20.123Z',
		updated_at: '2024-01-01T00:00:00.000Z',
		title: 'Analyst',
		user_type: 'Employee',
		locale: 'en-GB',
		external_ids: [
			{ issuer: 'https://scim.example.com/1', id: '8' },
			{ issuer: 'https://scim.example.com/2', id: '7' },
		],
	});
	expect(record.unknown).toEqual({});
	expect(record.presence).toBe('present');
	expect(record.notes).toEqual([]);
});

test('nothing outside the allow-list is collected, neither as an attribute nor in the raw document', () => {
	expect(JSON.stringify(typicalUser())).toContain('private');
	expect(JSON.stringify(convert())).not.toContain('private');
});

test('the raw document keeps every field of the allow-list as AWS gave it', () => {
	expect(JSON.parse(convert().rawJson)).toEqual({
		IdentityStoreId: testStore,
		UserId: '0123456789-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
		UserName: 'ada',
		DisplayName: 'Ada Łovelace 🚀',
		Name: { GivenName: 'Ada', FamilyName: 'Łovelace' },
		Emails: [
			{ Value: 'zada@example.com', Type: 'home', Primary: false },
			{ Value: ' ADA@Example.com', Type: 'work', Primary: true },
			{ Value: 'countess@example.com' },
		],
		ExternalIds: [
			{ Issuer: 'https://scim.example.com/2', Id: '7' },
			{ Issuer: 'https://scim.example.com/1', Id: '8' },
		],
		UserStatus: 'ENABLED',
		UserType: 'Employee',
		Title: 'Analyst',
		Locale: 'en-GB',
		CreatedAt: '2023-11-14T22:13:20.123Z',
		UpdatedAt: '2024-01-01T00:00:00.000Z',
	});
});

test('what hides inside a field of the allow-list does not pass either', () => {
	const hidden = { Birthdate: 'private' };
	const changes = Object.fromEntries(
		['UserName', 'Title', 'Name', 'Locale', 'UserStatus', 'CreatedAt'].map((name) => [name, hidden]),
	);
	const record = convert({ ...changes, Emails: [hidden, [hidden]], ExternalIds: { hidden } });
	expect(JSON.stringify(record)).not.toContain('private');
});

describe('whether a user may sign in', () => {
	test.each([
		['ENABLED', true],
		['DISABLED', false],
	])('%s is %s', (UserStatus, enabled) => {
		expect(convert({ UserStatus }).attributes['enabled']).toBe(enabled);
	});

	test.each([[undefined], [null], ['SLEEPING'], [true]])('%j is unknown, never disabled', (UserStatus) => {
		const { attributes, unknown } = convert({ UserStatus });
		expect(attributes).not.toHaveProperty('enabled');
		expect(unknown).toEqual({ enabled: 'not_supported' });
	});
});

test('a user may have next to nothing', () => {
	const { attributes, unknown, nativeId } = convertUser(
		toItem({ UserId: 'u', UserName: 'u', UserStatus: 'ENABLED' }),
		testScope,
	);
	expect(nativeId).toBe(`${testStore}/u`);
	expect(attributes).toEqual({
		user_id: 'u',
		usernames: ['u'],
		enabled: true,
		identity_store_id: testStore,
		account_id: '111122223333',
	});
	expect(unknown).toEqual({});
});

test('e-mail addresses that are malformed or stand twice are left out, the first with a note', () => {
	const { attributes, notes } = convert({
		Emails: [
			{ Value: 'no address' },
			{ Value: 'B@x.org' },
			{ Value: 'b@x.org', Primary: true },
			{ Value: null },
			'text',
		],
	});
	expect(attributes['emails']).toEqual(['b@x.org']);
	expect(notes).toEqual([
		'Emails held elements that are no documents; they were left out',
		'an e-mail address is malformed and was left out',
	]);
});

describe('odd values', () => {
	test.each([[undefined], [null], [''], [7], ['a/b'], ['x'.repeat(129)]])(
		'UserId %j is an insufficient record',
		(UserId) => {
			expect(convert({ UserId })).toMatchObject({ nativeId: undefined, notes: ['the item has no usable UserId'] });
		},
	);

	test.each([[null], [7], ['text'], [[]]])('an item that is %j becomes an insufficient record', (item) => {
		expect(convertUser(toItem(item), testScope).nativeId).toBeUndefined();
	});

	test('times that are no ISO text are left out with a note', () => {
		const { attributes, notes } = convert({ CreatedAt: 1_700_000_000, UpdatedAt: '1700000000' });
		expect(attributes).not.toHaveProperty('created_at');
		expect(attributes).not.toHaveProperty('updated_at');
		expect(notes).toHaveLength(2);
	});

	test('NUL and lone surrogates are mended in attributes and in the raw document', () => {
		const record = convert({ DisplayName: 'a\u0000b\uD800' });
		expect(record.attributes['display_name']).toBe('a\uFFFDb\uFFFD');
		expect(JSON.parse(record.rawJson).DisplayName).toBe('a\uFFFDb\uFFFD');
	});

	test('a user of another store is noted; it stays a record of the store that was asked', () => {
		const record = convert({ IdentityStoreId: 'd-9999999999' });
		expect(record.nativeId).toMatch(testStore);
		expect(record.notes).toEqual(['the user names another identity store as its own']);
	});
});
