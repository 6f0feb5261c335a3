import { afterEach, beforeEach, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { migrate } from './migrate.ts';
import { tagNameTerm, untoldTerm } from './terms.ts';
import { correlateAt, listOnly, userRow, withIntegration } from './testing/correlated-world.ts';
import { beginRun, type Ground, makeRow, minute, openGround, readScope } from './testing/ground.ts';
import { makeUserRow } from './testing/user-rows.ts';

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

const person = { id: 'anna', store: '111', emails: ['anna@x.io'] };
const inStore = { id: 'a-1', store: 'd-1', emails: ['anna@x.io'] };

test('which record stood for an asset, and since when, stays as it was: of merged users, of duplicates, of who took over', async () => {
	const iam = await withIntegration(ground, 'iam.users', 'one');
	const center = await withIntegration(ground, 'identity_center.users', 'one');
	const twin = await withIntegration(ground, 'ec2.devices', 'two');
	await listOnly(iam, 1, [userRow('iam.users', person)]);
	await listOnly(center, 2, [userRow('identity_center.users', inStore)]);
	await correlateAt(ground, 3);
	await listOnly(center, 4, [userRow('identity_center.users', inStore, { title: 'Head' })]);
	await listOnly(iam, 5, []);
	await listOnly(ground, 1, [makeRow('a')]);
	await listOnly(twin, 2, [makeRow('a')]);
	await listOnly(ground, 6, []);
	await correlateAt(ground, 7);
	const tables = ['device', 'device_version', 'directory_user', 'directory_user_version'];
	const rows = async () =>
		await Promise.all(
			tables.map((table) =>
				ground.look(`select * from ${table} order by record, ${table.endsWith('version') ? 'valid_to' : 'valid_from'}`),
			),
		);
	const events = await ground.look('select * from event order by number');
	const written = await rows();
	expect(written.map((each) => each.length)).toEqual([2, 2, 2, 4]);
	await withClient(ground.database.connection, async (client) => {
		await client.query('update projection_state set version = 0');
		for (const table of tables) await client.query(`update ${table} set name_folded = 'stale', terms = '{}'`);
	});
	await migrate(ground.database.connection, { now: minute(0) });
	expect(await rows()).toEqual(written);
	expect(await ground.look('select * from event order by number')).toEqual(events);
});

test('what a record was before a part of it was ever read tells nothing of that part, and never that there was none', async () => {
	const iam = await withIntegration(ground, 'iam.users', 'one');
	await listOnly(iam, 1, [userRow('iam.users', person)]);
	const { attributes, nativeId } = userRow('iam.users', person);
	const tagged = makeUserRow('iam.users', nativeId, {
		partsRead: [0, 1, 2, 3],
		attributes: { ...attributes, tags: { Owner: 'x' } },
	});
	await listOnly(iam, 2, [tagged]);
	await withClient(ground.database.connection, async (client) => {
		await client.query('update projection_state set version = 0; delete from directory_user_version');
	});
	await migrate(ground.database.connection, { now: minute(0) });
	const [then] = await ground.look<{ terms: string[] }>('select terms from directory_user_version');
	expect(then?.terms).toContain(untoldTerm('tags'));
	const [today] = await ground.look<{ terms: string[] }>('select terms from directory_user');
	expect(today?.terms).toContain(tagNameTerm('owner'));
	expect(today?.terms).not.toContain(untoldTerm('tags'));
});

test('what a newer program made is left to it', async () => {
	await listOnly(ground, 1, [makeRow('a')]);
	await withClient(ground.database.connection, async (client) => {
		await client.query(`update projection_state set version = 999; update device set name_folded = 'newer'`);
	});
	await migrate(ground.database.connection, { now: minute(0) });
	expect(await ground.look('select name_folded from device')).toEqual([{ name_folded: 'newer' }]);
});

test('a table that came later has the months that the history before it has', async () => {
	await withClient(ground.database.connection, (client) =>
		client.query(`create table record_version_2025_06 partition of record_version
			for values from ('2025-06-01T00:00:00Z') to ('2025-07-01T00:00:00Z')`),
	);
	await migrate(ground.database.connection, { now: minute(0) });
	const made = `select relname from pg_class where relkind = 'r' and relname like '%version_2025_06' order by 1`;
	expect((await ground.look<{ relname: string }>(made)).map(({ relname }) => relname)).toEqual([
		'device_version_2025_06',
		'directory_user_version_2025_06',
		'record_version_2025_06',
	]);
});
