import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { migrate, schemaStatus } from './migrate.ts';
import { openStore } from './open-store.ts';
import { ensureOrganization } from './organizations.ts';
import { ensurePartitions } from './partitions.ts';
import { findMigrationsDirectory, listMigrations } from './schema-version.ts';
import { minute } from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';

onEveryServer((openCluster) => {
	let database: Awaited<ReturnType<Awaited<ReturnType<typeof openCluster>>['createDatabase']>>;
	beforeEach(async () => {
		database = await (await openCluster()).createDatabase();
	});
	afterEach(() => database.drop());
	const program = listMigrations().length;

	test('two processes that migrate at once apply every migration once', async () => {
		const results = await Promise.all([1, 2, 3].map(() => migrate(database.connection)));
		expect(results.flatMap(({ applied }) => applied)).toEqual(listMigrations().map(({ name }) => name));
		expect(await schemaStatus(database.connection)).toEqual({ database: program, program });
	});

	test('a schema newer than the program is refused by migrate and by open, and stays as it is', async () => {
		await migrate(database.connection);
		await withClient(database.connection, (client) =>
			client.query(`insert into schema_migration (version, name) values (${program + 1}, 'from the future')`),
		);
		await expect(migrate(database.connection)).rejects.toMatchObject({
			code: 'STORE:0001',
			actor: 'operator',
			retryable: false,
		});
		await expect(openStore({ connection: database.connection })).rejects.toMatchObject({ code: 'STORE:0001' });
	});

	test('a schema that waits for a migration is refused by open, with what to do', async () => {
		await expect(openStore({ connection: database.connection })).rejects.toMatchObject({
			code: 'STORE:0002',
			fix: expect.stringContaining('rollcall migrate'),
		});
	});

	test('a migration that fails leaves nothing of itself, and those before it stay', async () => {
		const directory = mkdtempSync(join(tmpdir(), 'migrations-'));
		try {
			cpSync(findMigrationsDirectory(), directory, { recursive: true });
			const next = String(program + 1).padStart(4, '0');
			writeFileSync(join(directory, `${next}_broken.sql`), 'create table half (id integer); select 1 / 0;');
			await expect(migrate(database.connection, { migrationsDirectory: directory })).rejects.toThrow(
				/division by zero/,
			);
			expect(await schemaStatus(database.connection)).toEqual({ database: program, program });
			const { rows } = await withClient(database.connection, (client) =>
				client.query("select to_regclass('half') is null as gone"),
			);
			expect(rows).toEqual([{ gone: true }]);
		} finally {
			rmSync(directory, { recursive: true });
		}
	});

	test('an extension that the server does not have is named, with how it comes there', async () => {
		const directory = mkdtempSync(join(tmpdir(), 'migrations-'));
		try {
			cpSync(findMigrationsDirectory(), directory, { recursive: true });
			const next = String(program + 1).padStart(4, '0');
			writeFileSync(
				join(directory, `${next}_more.sql`),
				'create extension if not exists not_there with schema public;',
			);
			await expect(migrate(database.connection, { migrationsDirectory: directory })).rejects.toMatchObject({
				code: 'STORE:0011',
				actor: 'operator',
				message: expect.stringContaining('the PostgreSQL extension not_there, which the server does not give'),
				fix: expect.stringContaining('postgresql-contrib'),
			});
			expect(await schemaStatus(database.connection)).toEqual({ database: program, program });
		} finally {
			rmSync(directory, { recursive: true });
		}
	});

	test('a login role without power over the server can migrate and work, and the roles are granted to it', async () => {
		const name = `login_${database.connection.database}`;
		await withClient(database.connection, async (client) => {
			await client.query(`create role ${name} login createrole`);
			await client.query(`alter database ${database.connection.database} owner to ${name}`);
			// Roles made by another login of the cluster are granted by whoever administers them.
			await client.query(`do $$ begin
				if exists (select from pg_roles where rolname = 'rollcall_app') then
					grant rollcall_app, rollcall_system to ${name};
				end if; end $$`);
		});
		const connection = { ...database.connection, user: name };
		try {
			await migrate(connection);
			const store = await openStore({ connection });
			const { id } = await ensureOrganization(store);
			const role = await store.tenant(id, (tx) =>
				tx.client.query('select current_user as role, session_user as login'),
			);
			expect(role.rows).toEqual([{ role: 'rollcall_app', login: name }]);
			await store.close();
		} finally {
			await withClient(database.connection, (client) =>
				client.query(`alter database ${database.connection.database} owner to current_user;
					reassign owned by ${name} to current_user; drop owned by ${name}; drop role ${name}`),
			);
		}
	});

	test('partitions are made ahead, once, and leave alone a month whose rows lie in the default one', async () => {
		await migrate(database.connection, { now: minute(0) });
		await withClient(database.connection, async (client) => {
			await client.query(`insert into event (organization, number, at, type, asset_id)
				values (gen_random_uuid(), 1, '2027-02-03', 'SourceMembershipAdd', gen_random_uuid())`);
			await ensurePartitions(client, new Date('2027-01-15'));
			await ensurePartitions(client, new Date('2027-01-15'));
			const { rows } =
				await client.query(`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
				where i.inhparent = 'event'::regclass and c.relname ~ '2027' order by 1`);
			expect(rows.map(({ name }) => name)).toEqual(['event_2027_01', 'event_2027_03', 'event_2027_04']);
		});
	});
});
