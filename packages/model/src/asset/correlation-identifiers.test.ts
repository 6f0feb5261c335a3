import { expect, test } from 'vitest';
import { correlationIdentifiers, correlationStore } from './correlation-identifiers.ts';

const user = {
	emails: ['ada@x.io', 'a.l@x.io', 'ada@x.io'],
	tag_email: 'root@x.io',
	usernames: ['ada'],
	tags: { mail: 'b@x.io' },
};

test('users correlate by the e-mail addresses their source vouches for, each once', () => {
	expect(correlationIdentifiers('identity_center.users', user, { tagEmail: false })).toEqual(['ada@x.io', 'a.l@x.io']);
	expect(correlationIdentifiers('iam.users', { usernames: ['ada'] }, { tagEmail: false })).toEqual([]);
});

test('an e-mail address in a tag counts by setting alone', () => {
	expect(correlationIdentifiers('iam.users', user, { tagEmail: false })).not.toContain('root@x.io');
	expect(correlationIdentifiers('iam.users', user, { tagEmail: true })).toEqual(['ada@x.io', 'a.l@x.io', 'root@x.io']);
	expect(
		correlationIdentifiers('iam.users', { tag_email: 'ada@x.io', emails: ['ada@x.io'] }, { tagEmail: true }),
	).toEqual(['ada@x.io']);
});

test('devices correlate by nothing', () => {
	expect(correlationIdentifiers('ec2.devices', user, { tagEmail: true })).toEqual([]);
});

test('a user lives in its identity store, one of IAM in its account', () => {
	expect(correlationStore({ account_id: '111122223333', identity_store_id: 'd-1' })).toBe('d-1');
	expect(correlationStore({ account_id: '111122223333' })).toBe('111122223333');
});
