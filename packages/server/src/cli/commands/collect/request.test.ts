import { describe, expect, test } from 'vitest';
import type { CollectOptions } from './options.ts';
import { buildCollectRequest } from './request.ts';

const roleArn = 'arn:aws:iam::111122223333:role/RollcallCollector';

/** Extras as a source may have them. */
const extras = {
	'ec2.devices': [],
	'iam.users': [{ name: 'credential-report', permissions: ['iam:GetCredentialReport'] }],
	'identity_center.users': [{ name: 'find-store', permissions: ['sso:ListInstances'] }],
};

function build(options: CollectOptions, kind: keyof typeof extras = 'ec2.devices') {
	return buildCollectRequest({ kind, extras: extras[kind] }, { organization: 'default', ...options });
}

describe('defaults', () => {
	test('what is stored reads the enrichments that are due, what is written out reads all', () => {
		expect(build({}).enrich).toBe('due');
		expect(build({ out: '-' }).enrich).toBe('all');
		expect(build({ out: '-', enrich: 'none' }).enrich).toBe('none');
	});
	test('without a role, keys; every region and account', () => {
		expect(build({})).toMatchObject({ access: { schema: 'access_key' }, regions: null, accounts: null });
	});
	test("a stored run without an external id leaves it to the organization's own", () => {
		expect(build({ roleArn }).access).toMatchObject({ externalId: null, organizationDiscovery: false });
	});
	test('--out stores nothing', () => {
		expect(build({ out: 'x.ndjson' }).destination).toBe('lines');
		expect(build({}).destination).toBe('inventory');
	});
});

describe('what only some sources take', () => {
	const store = { identityStoreId: 'd-1234567890', region: 'eu-central-1' };
	test('Identity Center is read in the store and region that are named, or in one an extra finds', () => {
		expect(build(store, 'identity_center.users').identityCenter).toEqual(store);
		expect(build({ region: 'eu-central-1', extras: ['find-store'] }, 'identity_center.users')).toMatchObject({
			identityCenter: { identityStoreId: null, region: 'eu-central-1' },
			extras: ['find-store'],
		});
		expect(build({}, 'iam.users').identityCenter).toBe(null);
	});
	test('accounts and organizational units that are left out reach the run', () => {
		const discovery = { roleArn, organizationDiscovery: true };
		expect(
			build({ ...discovery, excludeAccounts: ['111122223333'], ou: ['ou-ab12-11111111'], excludeOu: ['r-ab12'] }),
		).toMatchObject({ excludedAccounts: ['111122223333'], ous: ['ou-ab12-11111111'], excludedOus: ['r-ab12'] });
		expect(build(discovery)).toMatchObject({ excludedAccounts: [], ous: null, excludedOus: [], extras: [] });
	});
	test.each([
		['--identity-store-id', 'ec2.devices', store],
		['--region', 'iam.users', { region: 'eu-central-1' }],
		['--regions', 'iam.users', { regions: ['eu-central-1'] }],
		['--regions', 'identity_center.users', { ...store, regions: ['eu-central-1'] }],
		['--region', 'identity_center.users', { identityStoreId: store.identityStoreId }],
		['--identity-store-id', 'identity_center.users', { region: 'eu-central-1' }],
		['once per store', 'identity_center.users', { ...store, roleArn, organizationDiscovery: true }],
		['--extras', 'ec2.devices', { extras: ['credential-report'] }],
		['--extras', 'iam.users', { extras: ['credential-reports'] }],
	] as const)('%s is said of %s with %j', (said, kind, options) => {
		expect(() => build(options, kind)).toThrow(
			expect.objectContaining({ code: 'USAGE:0001', message: expect.stringContaining(said) }),
		);
	});
	test('an extra that is misspelt is named', () => {
		expect(() => build({ extras: ['credential-reports'] }, 'iam.users')).toThrow(
			expect.objectContaining({ fix: 'did you mean credential-report?' }),
		);
	});
});

describe('contradictions are refused by the name of the option', () => {
	test.each([
		['--organization-discovery', { organizationDiscovery: true }],
		['--ou', { roleArn, ou: ['ou-ab12-11111111'] }],
		['--exclude-ou', { roleArn, excludeOu: ['ou-ab12-11111111'] }],
		['--exclude-accounts', { accounts: ['111122223333'], excludeAccounts: ['111122223333'] }],
		['--exclude-ou', { roleArn, organizationDiscovery: true, ou: ['r-ab12'], excludeOu: ['r-ab12'] }],
		['--external-id', { externalId: 'abc' }],
		['--external-id', { roleArn, out: '-' }],
		['--raw', { raw: true }],
		['--config', { config: 'mine', out: '-' }],
		['--summary', { summary: '-' }],
		['--summary', { summary: './a/../x', out: 'x' }],
	])('%s in %j', (name, options) => {
		expect(() => build(options)).toThrow(
			expect.objectContaining({ code: 'USAGE:0001', message: expect.stringContaining(name) }),
		);
	});
});
