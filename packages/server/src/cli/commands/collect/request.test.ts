import { describe, expect, test } from 'vitest';
import { buildCollectRequest, type CollectOptions } from './request.ts';

const roleArn = 'arn:aws:iam::111122223333:role/RollcallCollector';

function build(options: CollectOptions) {
	return buildCollectRequest('ec2.devices', { organization: 'default', ...options });
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

describe('contradictions are refused by the name of the option', () => {
	test.each([
		['--organization-discovery', { organizationDiscovery: true }],
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
