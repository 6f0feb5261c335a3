import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '#platform/config.ts';
import { type Ground, openGround } from '#store/testing/ground.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { runCollect } from './collect.ts';

let ground: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(() => ground.close());

test('a role of another organization is refused before anything is asked of AWS or stored', async () => {
	const { host = '', port, user, database } = ground.database.connection;
	const config = loadConfig({
		ROLLCALL_DATABASE_URL: `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
		ROLLCALL_LOG_LEVEL: 'silent',
		// Nobody listens here: a call would end as another fault.
		AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
	});
	const roleArn = 'arn:aws:iam::111111111111:role/rollcall';
	const run = runCollect(
		config,
		{
			source: 'ec2.devices',
			organization: 'rival',
			configuration: null,
			access: { schema: 'assume_role', roleArn, externalId: 'x', organizationDiscovery: false },
			regions: null,
			accounts: null,
			excludedAccounts: [],
			ous: null,
			excludedOus: [],
			extras: [],
			identityCenter: null,
			enrich: 'none',
			destination: 'inventory',
			raw: false,
		},
		{ onStart: () => undefined, stopping: new AbortController().signal, aborting: new AbortController().signal },
	);
	await expect(run).rejects.toMatchObject({ code: 'STORE:0009' });
	expect(await ground.look('select count(*)::int as count from access_configuration')).toEqual([{ count: 1 }]);
	expect(await ground.look('select from execution')).toEqual([]);
});
