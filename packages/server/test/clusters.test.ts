import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { type DebianPostgres, startDebianPostgres } from './debian-postgres.ts';
import { createTestCluster, openTestCluster } from './postgres-cluster.ts';

let debian: DebianPostgres;

beforeAll(async () => {
	debian = await startDebianPostgres();
});
afterAll(() => debian?.close());

test('a template is prepared once, whoever asks, and every copy of it is its own', async () => {
	const cluster = await openTestCluster();
	let prepared = 0;
	const prepare = () =>
		cluster.prepareTemplate('template_of_clusters_test', async (connection) => {
			prepared += 1;
			await withClient(connection, (client) => client.query('CREATE TABLE seat AS SELECT 1 AS number'));
		});
	await Promise.all([prepare(), prepare(), prepare()]);
	expect(prepared).toBe(1);
	const copy = () => cluster.createDatabase('template_of_clusters_test');
	const [one, two] = await Promise.all([copy(), copy()]);
	await withClient(one.connection, (client) => client.query('DELETE FROM seat'));
	const left = await withClient(two.connection, (client) => client.query('SELECT number FROM seat'));
	expect(left.rows).toEqual([{ number: 1 }]);
	await Promise.all([one.drop(), two.drop()]);
});

test('a preparation that failed is not taken for a template', async () => {
	const cluster = await openTestCluster();
	const failing = cluster.prepareTemplate('template_failing', () => Promise.reject(new Error('no')));
	await expect(failing).rejects.toThrow('no');
	await expect(cluster.createDatabase('template_failing')).rejects.toThrow(/does not exist/);
	await cluster.prepareTemplate('template_failing', () => Promise.resolve());
	await (await cluster.createDatabase('template_failing')).drop();
});

test('Debian’s server is a PostgreSQL 15 whose en_US.UTF-8 databases do not sort by code points', async () => {
	const database = await createTestCluster(debian.connection).createDatabase();
	const { rows } = await withClient(database.connection, (client) =>
		client.query(`SELECT current_setting('server_version_num')::int / 10000 AS major, 'a' < 'B' AS linguistic`),
	);
	expect(rows).toEqual([{ major: 15, linguistic: true }]);
	await database.drop();
});
