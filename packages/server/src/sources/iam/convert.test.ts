import { describe, expect, test } from 'vitest';
import { convertUser, userAlias } from './convert.ts';
import { testScope, toItem, typicalUser } from './testing/documents.ts';

const convert = (changes: Record<string, unknown> = {}) =>
	convertUser(toItem({ ...typicalUser(), ...changes }), testScope);

test('every attribute of a listed user', () => {
	const record = convert();
	expect(record).toEqual({
		nativeId: 'AIDAEXAMPLE1',
		attributes: {
			user_id: 'AIDAEXAMPLE1',
			usernames: ['Ada@Example.com'],
			emails: ['ada@example.com'],
			account_id: '012345678901',
			path: '/division/eng/',
			arn: 'arn:aws:iam::012345678901:user/division/eng/Ada@Example.com',
			created_at: '2020-01-02T03:04:05.000Z',
			password_last_used_at: '2026-11-01T10:00:00.000Z',
		},
		unknown: { enabled: 'not_supported' },
		aliases: ['arn:aws:iam::012345678901:user/division/eng/Ada@Example.com 2020-01-02T03:04:05Z'],
		presence: 'present',
		rawJson: JSON.stringify(typicalUser()),
		notes: [],
	});
});

test('whether a user may sign in is never told by IAM: it is unknown, not false', () => {
	expect(convert().attributes).not.toHaveProperty('enabled');
	expect(convert().unknown['enabled']).toBe('not_supported');
});

test('a user name that is no e-mail address gives none', () => {
	expect(convert({ UserName: 'svc@prod' }).attributes).not.toHaveProperty('emails');
	expect(convert({ UserName: 'svc@prod' }).unknown).not.toHaveProperty('emails');
});

test('a password never used is absent, not unknown', () => {
	const { attributes, unknown } = convert({ PasswordLastUsed: undefined });
	expect(attributes).not.toHaveProperty('password_last_used_at');
	expect(unknown).toEqual({ enabled: 'not_supported' });
});

test('what every user has and AWS did not give is unknown, never absent', () => {
	const { unknown, aliases } = convertUser(toItem({ UserId: 'AIDA1' }), testScope);
	expect(Object.keys(unknown).sort()).toEqual(['arn', 'created_at', 'enabled', 'path', 'usernames']);
	expect(aliases).toBeUndefined();
});

test('names of every character that IAM allows, and of those it does not, are kept', () => {
	expect(convert({ UserName: 'a+=,.@-_Z' }).attributes['usernames']).toEqual(['a+=,.@-_Z']);
	expect(convert({ UserName: '東京 🚀' }).attributes['usernames']).toEqual(['東京 🚀']);
});

describe('odd values', () => {
	test.each([[undefined], [null], [''], [7], ['a b'], ['x'.repeat(129)], [{}]])(
		'UserId %j is an insufficient record',
		(UserId) => {
			const record = convert({ UserId });
			expect(record.nativeId).toBeUndefined();
			expect(record.attributes).not.toHaveProperty('user_id');
			expect(record.notes).toContain('the item has no usable UserId');
		},
	);

	test.each([[null], [7], ['text'], [[]], [true]])('an item that is %j becomes an insufficient record', (item) => {
		expect(convertUser(toItem(item), testScope).nativeId).toBeUndefined();
	});

	test('times that are no ISO text are left out with a note, numbers of seconds too', () => {
		const { attributes, unknown, notes } = convert({ CreateDate: 1_577_934_245, PasswordLastUsed: 'yesterday' });
		expect(attributes).not.toHaveProperty('created_at');
		expect(attributes).not.toHaveProperty('password_last_used_at');
		expect(unknown['created_at']).toBe('not_supported');
		expect(notes).toEqual([
			'CreateDate is not a moment in ISO form and was left out',
			'PasswordLastUsed is not a moment in ISO form and was left out',
		]);
	});

	test('NUL and lone surrogates are mended in attributes and in the raw document', () => {
		const record = convert({ UserName: 'a\u0000b\uD800' });
		expect(record.attributes['usernames']).toEqual(['a\uFFFDb\uFFFD']);
		expect(JSON.parse(record.rawJson).UserName).toBe('a\uFFFDb\uFFFD');
		expect(record.notes).toEqual(['UserName held characters that cannot be stored; they became U+FFFD']);
	});

	test('an e-mail address with mended characters is none', () => {
		expect(convert({ UserName: 'a\u0000@example.com' }).attributes).not.toHaveProperty('emails');
	});
});

test('a user made again under the same name is another record with another alias', () => {
	const [first, second] = [convert(), convert({ UserId: 'AIDAEXAMPLE2', CreateDate: '2024-01-01T00:00:00.000Z' })];
	expect(second.nativeId).not.toBe(first.nativeId);
	expect(second.aliases).not.toEqual(first.aliases);
});

test('the alias counts to the second', () => {
	expect(userAlias('arn', '2020-01-02T03:04:05.678Z')).toBe('arn 2020-01-02T03:04:05Z');
});
