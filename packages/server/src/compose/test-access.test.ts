import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '#platform/config.ts';
import { upsertConfiguration } from '#store/configurations.ts';
import { ensureOrganization } from '#store/organizations.ts';
import { type Ground, openGround } from '#store/testing/ground.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { openMigratedStore } from './database.ts';
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

function requestOf(roleArn: string, organization: string, externalId: string | null = null): AccessTestRequest {
	return {
		kinds: ['ec2.devices'],
		organization,
		access: { schema: 'assume_role', roleArn, externalId, organizationDiscovery: false },
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

// Nobody listens there: a call would end as another fault.
const nowhere = 'http://127.0.0.1:9';
const registered = 'arn:aws:iam::111111111111:role/rollcall';

test.each([[null], ['its-external-id']])(
	'a role of another organization is refused before anything is asked of AWS, with the external id %s',
	async (externalId) => {
		await ensureOrganization(ground.store, 'rival');
		const run = testAccess(configOf(nowhere), requestOf(registered, 'rival', externalId), hooks);
		await expect(run).rejects.toMatchObject({ code: 'STORE:0009' });
	},
);

test('an organization that does not exist is refused, and not made', async () => {
	const requests: readonly AccessTestRequest[] = [
		requestOf(registered, 'defualt'),
		requestOf(registered, 'defualt', 'its-external-id'),
		{ ...requestOf(registered, 'defualt'), access: { schema: 'access_key' } },
	];
	for (const request of requests) {
		await expect(testAccess(configOf(nowhere), request, hooks)).rejects.toMatchObject({ code: 'INVENTORY:0003' });
	}
	expect(await ground.look('select slug from organization')).toEqual([{ slug: 'default' }]);
});

describe('with an external id that is given, and the database of the data directory', () => {
	let directory: string;
	beforeEach(async () => {
		directory = await mkdtemp(join(tmpdir(), 'rollcall-access-'));
	});
	afterEach(() => rm(directory, { recursive: true, force: true }));

	const embedded = (endpoint: string) =>
		loadConfig({
			ROLLCALL_DATA_DIR: join(directory, 'data'),
			ROLLCALL_LOG_LEVEL: 'silent',
			AWS_ENDPOINT_URL: endpoint,
		});

	test('none is made where there is none', async () => {
		const simulator = await startSimulator({ accounts: 1, regions: 2, instances: 4 });
		try {
			vi.stubEnv('AWS_ACCESS_KEY_ID', simulator.principals.base.accessKeyId);
			vi.stubEnv('AWS_SECRET_ACCESS_KEY', simulator.principals.base.secretAccessKey);
			const config = embedded(simulator.endpoint);
			const request = requestOf(simulator.roleArn, 'default', simulator.externalId);
			expect(await testAccess(config, request, hooks)).toMatchObject({ result: 'success' });
			for (const externalId of [null, simulator.externalId]) {
				const stranger = requestOf(simulator.roleArn, 'defualt', externalId);
				await expect(testAccess(config, stranger, hooks)).rejects.toMatchObject({ code: 'INVENTORY:0003' });
			}
		} finally {
			await simulator.close();
		}
		expect(await readdir(directory)).toEqual([]);
	});

	test('where there is one, a role that another organization registered is refused', async () => {
		const config = embedded(nowhere);
		const { store, close } = await openMigratedStore(config, 2);
		const rival = await ensureOrganization(store, 'rival');
		await store.tenant(rival.id, (tx) =>
			upsertConfiguration(tx, { schema: 'assume_role', key: registered, settings: {} }),
		);
		await close();
		const run = testAccess(config, requestOf(registered, 'default', 'its-external-id'), hooks);
		await expect(run).rejects.toMatchObject({ code: 'STORE:0009' });
	}, 120_000);
});
