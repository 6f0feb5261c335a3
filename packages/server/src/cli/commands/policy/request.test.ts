import { describe, expect, test } from 'vitest';
import { buildPolicyRequest, type PolicyOptions } from './request.ts';

const known = [
	{ kind: 'ec2.devices', extras: [] },
	{ kind: 'iam.users', extras: ['credential-report'] },
];
const options: PolicyOptions = { integrations: ['ec2.devices'], format: 'trust', roleName: 'Rollcall' };

test('what is left out is left to the organization and the configuration', () => {
	expect(buildPolicyRequest(options, known)).toEqual({
		format: 'trust',
		integrations: ['ec2.devices'],
		extras: [],
		organizationDiscovery: false,
		principals: [],
		externalId: null,
		roleName: 'Rollcall',
		s3Bucket: null,
		s3Prefix: null,
		kmsKeys: [],
	});
});

test('what is given arrives', () => {
	const given: PolicyOptions = {
		...options,
		integrations: ['iam.users'],
		extras: ['credential-report'],
		organizationDiscovery: true,
		principal: ['a', 'b'],
		externalId: 'c',
		s3Bucket: 'd',
		s3Prefix: 'e',
		kmsKey: ['f'],
	};
	expect(buildPolicyRequest(given, known)).toMatchObject({
		integrations: ['iam.users'],
		extras: ['credential-report'],
		organizationDiscovery: true,
		principals: ['a', 'b'],
		externalId: 'c',
		s3Bucket: 'd',
		s3Prefix: 'e',
		kmsKeys: ['f'],
	});
});

describe('a name that nothing has is answered with the nearest', () => {
	test.each<[string, Partial<PolicyOptions>, string]>([
		['--integrations', { integrations: ['ec2.devices', 'iam.user'] }, 'iam.users'],
		['--integrations', { integrations: ['quantum'] }, 'ec2.devices, iam.users'],
		['--extras', { extras: ['credentials-report'] }, 'credential-report'],
	])('%s in %j', (name, changes, nearest) => {
		expect(() => buildPolicyRequest({ ...options, ...changes }, known)).toThrow(
			expect.objectContaining({
				code: 'USAGE:0001',
				message: expect.stringContaining(name),
				fix: expect.stringContaining(nearest),
			}),
		);
	});
});
