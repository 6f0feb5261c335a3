import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig } from '#platform/config.ts';
import { type Ground, openGround } from '#store/testing/ground.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import type { AccessTestHooks, AccessTestRequest } from './ports.ts';
import { testAccess } from './test-access.ts';

let ground: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await ground.close();
});

function configOf(endpoint: string) {
	const { host = '', port, user, database } = ground.database.connection;
	return loadConfig({
		ROLLCALL_DATABASE_URL: `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
		ROLLCALL_LOG_LEVEL: 'silent',
		AWS_ENDPOINT_URL: endpoint,
	});
}

function requestOf(roleArn: string, organization: string): AccessTestRequest {
	return {
		kinds: ['ec2.devices'],
		organization,
		access: { schema: 'assume_role', roleArn, externalId: null, organizationDiscovery: false },
		regions: ['eu-west-1'],
		accounts: null,
		extras: [],
		identityStoreId: null,
		identityStoreRegion: null,
		proof: true,
		patienceSeconds: 0,
		earlier: null,
	};
}

const hooks: AccessTestHooks = {
	onStart: () => undefined,
	stopping: new AbortController().signal,
	aborting: new AbortController().signal,
};

test("without an external id the organization's own is sent, and nothing of the test is stored", async () => {
	const rows = await ground.look<{ externalId: string }>(
		`select external_id as "externalId" from organization where slug = 'default'`,
	);
	const externalId = rows[0]?.externalId ?? '';
	const simulator = await startSimulator({ accounts: 1, regions: 2, instances: 4, externalId });
	try {
		vi.stubEnv('AWS_ACCESS_KEY_ID', simulator.principals.base.accessKeyId);
		vi.stubEnv('AWS_SECRET_ACCESS_KEY', simulator.principals.base.secretAccessKey);
		const result = await testAccess(configOf(simulator.endpoint), requestOf(simulator.roleArn, 'default'), hooks);
		expect(result).toMatchObject({ result: 'success', blocks_activation: null });
		expect(JSON.stringify(result)).not.toContain(externalId);
	} finally {
		await simulator.close();
	}
	expect(await ground.look('select count(*)::int as count from access_configuration')).toEqual([{ count: 1 }]);
	expect(await ground.look('select from execution')).toEqual([]);
});

test('a role of another organization is refused before anything is asked of AWS', async () => {
	// Nobody listens there: a call would end as another fault.
	const run = testAccess(
		configOf('http://127.0.0.1:9'),
		requestOf('arn:aws:iam::111111111111:role/rollcall', 'rival'),
		hooks,
	);
	await expect(run).rejects.toMatchObject({ code: 'STORE:0009' });
});
