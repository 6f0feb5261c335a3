import { expect, test } from 'vitest';
import { suggest } from './nearest.ts';

const kinds = ['ec2.devices', 'iam.users', 'identity_center.users'];

test('a word of which no letter would be left is not meant', () => {
	expect(suggest('x', ['in'])).toBe('known are: in');
	expect(suggest('im', ['in'])).toBe('did you mean in?');
});

test.each([
	['ec2.device', 'did you mean ec2.devices?'],
	['users', 'did you mean iam.users or identity_center.users?'],
	['identity', 'did you mean identity_center.users?'],
	['s3', 'known are: ec2.devices, iam.users, identity_center.users'],
	['groups', 'known are: ec2.devices, iam.users, identity_center.users'],
])('%s: %s', (typed, answer) => {
	expect(suggest(typed, kinds)).toBe(answer);
});
