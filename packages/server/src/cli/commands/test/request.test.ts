import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import { describe, expect, test } from 'vitest';
import type { SourceDescription } from '#compose/ports.ts';
import { buildTestRequest, type TestOptions } from './request.ts';

const roleArn = 'arn:aws:iam::111122223333:role/RollcallCollector';
const findStore = { name: 'find-identity-store', permissions: ['sso:ListInstances'] };
const known: readonly SourceDescription[] = [
	{ kind: 'ec2.devices', permissions: [], extras: [] },
	{ kind: 'iam.users', permissions: [], extras: [{ name: 'credential-report', permissions: [] }] },
	{ kind: 'identity_center.users', permissions: [], extras: [findStore] },
];
const earlier: AccessTestResult = {
	version: 1,
	tested_at: '2026-11-16T12:00:00.000Z',
	retest_of: null,
	access: { schema: 'assume_role', role_arn: roleArn, external_id_digest: 'd1', organization_discovery: true },
	kinds: ['ec2.devices'],
	settings: {
		regions: ['eu-west-1'],
		accounts: null,
		extras: [],
		identity_store_id: null,
		identity_store_region: null,
	},
	result: 'partial',
	message: null,
	blocks_activation: null,
	warnings: [],
	accounts: [],
	counts: { accounts: 0, checks: 0, verdicts: {}, roles_proven: 0, roles_open: 0 },
	calls: {},
	calls_total: 0,
	seconds: 1,
};

function build(kinds: readonly string[], options: Partial<TestOptions> = {}, from: AccessTestResult | null = null) {
	return buildTestRequest(kinds, { organization: 'default', proof: true, patience: 120, ...options }, known, from);
}

test('without a role, keys; every region and account; two minutes of patience, and the proof', () => {
	expect(build(['ec2.devices', 'ec2.devices'])).toEqual({
		kinds: ['ec2.devices'],
		organization: 'default',
		access: { schema: 'access_key' },
		regions: null,
		accounts: null,
		extras: [],
		identityStoreId: null,
		identityStoreRegion: null,
		proof: true,
		patienceSeconds: 120,
		earlier: null,
	});
});

test('a retest takes from the earlier result what is not given', () => {
	const request = build([], { externalId: 'abc' }, earlier);
	expect(request).toMatchObject({
		kinds: ['ec2.devices'],
		access: { schema: 'assume_role', roleArn, externalId: 'abc', organizationDiscovery: true },
		regions: ['eu-west-1'],
		earlier: { tested_at: earlier.tested_at },
	});
	const same = { roleArn, organizationDiscovery: true, regions: ['eu-west-1'] };
	expect(build(['ec2.devices'], same, earlier)).toEqual(build([], {}, earlier));
});

describe('what differs from the earlier test is refused by its name: it was not asked there', () => {
	const single = { ...earlier, access: { ...earlier.access, organization_discovery: false } };
	const keys = { ...single, access: { ...single.access, schema: 'access_key', role_arn: null } } as const;
	test.each<[string, readonly string[], Partial<TestOptions>, AccessTestResult]>([
		['--role-arn', [], { roleArn: `${roleArn}2` }, earlier],
		['--role-arn', [], { roleArn }, keys],
		['--organization-discovery', [], { organizationDiscovery: true }, single],
		['--regions', [], { regions: ['us-east-1'] }, earlier],
		['--accounts', [], { accounts: ['111122223333'] }, earlier],
		['--extras', ['ec2.devices'], { extras: ['credential-report'] }, earlier],
		['--identity-store-id', [], { identityStoreId: 'd-1234567890' }, earlier],
		['--region', [], { region: 'eu-central-1' }, earlier],
		['kinds', ['iam.users'], {}, earlier],
		['kinds', ['ec2.devices', 'iam.users'], {}, earlier],
	])('%s %j %j', (name, kinds, options, from) => {
		expect(() => build(kinds, options, from)).toThrow(
			expect.objectContaining({ code: 'USAGE:0001', message: expect.stringContaining(name) }),
		);
	});
});

describe('what makes no sense is refused by its name', () => {
	test.each<[string, readonly string[], Partial<TestOptions>]>([
		['name what to test', [], {}],
		['ec2.device', ['ec2.device'], {}],
		['--external-id', ['ec2.devices'], { externalId: 'abc' }],
		['--organization-discovery', ['ec2.devices'], { organizationDiscovery: true }],
		['--extras', ['ec2.devices'], { extras: ['credential-report'] }],
		['--region', ['identity_center.users'], { identityStoreId: 'd-1234567890' }],
		['--identity-store-id', ['identity_center.users'], { region: 'eu-central-1' }],
		['one store', ['identity_center.users'], { roleArn, organizationDiscovery: true, region: 'eu-central-1' }],
	])('%s', (name, kinds, options) => {
		expect(() => build(kinds, options)).toThrow(
			expect.objectContaining({ code: 'USAGE:0001', message: expect.stringContaining(name) }),
		);
	});

	test('but a store may be found by its extra, and Identity Center may stand beside what fans out', () => {
		const options = { roleArn, organizationDiscovery: true, region: 'eu-central-1', extras: [findStore.name] };
		expect(build(['ec2.devices', 'identity_center.users'], options).kinds).toHaveLength(2);
	});
});
