import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SocketConnection, withClient } from '#platform/postgres/database.ts';
import { openEmbeddedServer } from '#platform/postgres/embedded-server.ts';
import { THROWAWAY_SETTINGS } from '#platform/postgres/settings.ts';
import { testRuntimeDirectory } from '../../test/data-directories.ts';
import { startDebianPostgres } from '../../test/debian-postgres.ts';
import { migrate } from './migrate.ts';
import { openStore } from './open-store.ts';
import { ensureOrganization } from './organizations.ts';

interface OwnServer {
	readonly connection: SocketConnection;
	close(): Promise<void>;
}

/** A server that no other test file shares: roles belong to the cluster, and here nobody has made ours yet. */
async function startEmbedded(): Promise<OwnServer> {
	const dataDirectory = await mkdtemp(join(tmpdir(), 'rollcall-roles-'));
	const server = await openEmbeddedServer({
		dataDirectory,
		runtimeDirectory: testRuntimeDirectory(),
		settings: THROWAWAY_SETTINGS,
	});
	return {
		connection: server.connection,
		close: async () => {
			await server.close();
			await rm(dataDirectory, { recursive: true, force: true });
		},
	};
}

describe.each([
	['the embedded PostgreSQL', startEmbedded],
	['Debian’s PostgreSQL 15', startDebianPostgres],
])('%s', (_, start) => {
	let server: OwnServer;
	beforeAll(async () => {
		server = await start();
	});
	afterAll(() => server?.close());

	/** A database of its own for a login without superuser; `rights` are the login's. */
	const createOwner = async (name: string, rights: string): Promise<SocketConnection> => {
		await withClient(server.connection, async (client) => {
			await client.query(`create role ${name} login nosuperuser ${rights}`);
			await client.query(`create database ${name} owner ${name}`);
		});
		return { ...server.connection, user: name, database: name };
	};

	const useAsTenant = async (connection: SocketConnection): Promise<unknown> => {
		const store = await openStore({ connection });
		try {
			const { id } = await ensureOrganization(store);
			const { rows } = await store.tenant(id, (tx) =>
				tx.client.query('select current_user as role, session_user as login, count(*)::int as devices from device'),
			);
			return rows[0];
		} finally {
			await store.close();
		}
	};

	test('a login that may create roles migrates and works with those it made itself, at the first and every later time', async () => {
		const connection = await createOwner('maker', 'createrole');
		await migrate(connection);
		await migrate(connection);
		expect(await useAsTenant(connection)).toEqual({ role: 'rollcall_app', login: 'maker', devices: 0 });
	});

	test('a login that may not create roles is told what an administrator must run, which lets it work', async () => {
		const connection = await createOwner('guest', 'nocreaterole');
		const refused = await migrate(connection).catch((error: unknown) => error);
		expect(refused).toMatchObject({ code: 'STORE:0004', fix: expect.stringContaining('TO "guest"') });
		await withClient(server.connection, (client) => client.query('grant rollcall_app, rollcall_system to "guest"'));
		await migrate(connection);
		expect(await useAsTenant(connection)).toEqual({ role: 'rollcall_app', login: 'guest', devices: 0 });
	});

	test('a login that may not create an extension is told which one, and what a superuser must run, which lets it work', async () => {
		const connection = await createOwner('visitor', 'nocreaterole');
		await withClient({ ...server.connection, database: 'visitor' }, async (client) => {
			await client.query('alter database visitor owner to current_user; grant create on schema public to visitor');
			for (const role of ['rollcall_app', 'rollcall_system']) {
				const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
				if (!rowCount) await client.query(`create role ${role} nologin`);
				await client.query(`grant ${role} to visitor`);
			}
		});
		const refused: unknown = await migrate(connection).catch((error: unknown) => error);
		expect(refused).toMatchObject({
			code: 'STORE:0011',
			message: expect.stringContaining('the PostgreSQL extension pg_trgm, which the database role may not create'),
			fix: expect.stringContaining('GRANT CREATE ON DATABASE "visitor" TO "visitor";'),
		});
		const statement = /^CREATE EXTENSION .*$/m.exec(String((refused as { fix: unknown }).fix))?.[0] ?? '';
		await withClient({ ...server.connection, database: 'visitor' }, (client) => client.query(statement));
		await migrate(connection);
		expect(await useAsTenant(connection)).toEqual({ role: 'rollcall_app', login: 'visitor', devices: 0 });
	});
});
