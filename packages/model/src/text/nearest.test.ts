import { expect, test } from 'vitest';
import { suggest } from './nearest.ts';

const kinds = ['ec2.devices', 'iam.users', 'identity_center.users'];

test.each([
	['ec2.device', 'did you mean ec2.devices?'],
	['users', 'did you mean iam.users or identity_center.users?'],
	['identity', 'did you mean identity_center.users?'],
	['s3', 'known are: ec2.devices, iam.users, identity_center.users'],
	['groups', 'known are: ec2.devices, iam.users, identity_center.users'],
])('%s: %s', (typed, answer) => {
	expect(suggest(typed, kinds)).toBe(answer);
});
