import { afterEach, beforeEach, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { migrate } from './migrate.ts';
import { beginRun, type Ground, makeRow, minute, openGround, readScope } from './testing/ground.ts';

let ground: Ground;

beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(() => ground.close());

const everything = async (): Promise<unknown> => ({
	device: await ground.look('select * from device order by record'),
	versions: await ground.look('select * from device_version order by record, valid_to'),
	addresses: await ground.look('select * from asset_ip order by ip, record, kind'),
});

test('searchable tables that another program made are made anew from records and versions, and equal what was written', async () => {
	const attributes = { name: 'One', state: 'running', internal_ips: ['10.0.0.1'], account_id: '1', region: 'r' };
	const runs = [
		[makeRow('a', { attributes }), makeRow('b')],
		[makeRow('a', { version: 2, attributes: { ...attributes, name: 'Two' } }), makeRow('b')],
		[makeRow('a', { version: 2, attributes: { ...attributes, name: 'Two' } }), makeRow('b', { presence: 'gone' })],
	];
	for (const [at, rows] of runs.entries()) {
		const executionId = await beginRun(ground, minute(at));
		await readScope(ground, rows, { executionId, at: minute(at) });
	}
	const written = await everything();
	await withClient(ground.database.connection, async (client) => {
		await client.query('update projection_state set version = 0');
		await client.query(`delete from device; delete from asset_ip; update device_version set name_folded = 'stale'`);
	});
	expect(await everything()).not.toEqual(written);
	await migrate(ground.database.connection, { now: minute(0) });
	expect(await everything()).toEqual(written);
});
