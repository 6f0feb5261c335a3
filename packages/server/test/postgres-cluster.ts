import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type SocketConnection, withClient } from '#platform/postgres/database.ts';

interface TestDatabase {
	readonly connection: SocketConnection;
	/** Ends the sessions that are still open and deletes the database. */
	drop(): Promise<void>;
}

export interface TestCluster {
	/** A superuser's connection to the server's own database; tests work in databases of their own. */
	readonly connection: SocketConnection;
	/**
	 * Makes a template once per test run, whichever worker process comes first; the others wait for it.
	 * `prepare` migrates or fills the empty database and closes its connections before it resolves.
	 */
	prepareTemplate(name: string, prepare: (connection: SocketConnection) => Promise<void>): Promise<void>;
	/** A fresh database: a copy of the named template, or an empty one. */
	createDatabase(fromTemplate?: string): Promise<TestDatabase>;
}

/**
 * The cluster that `test/global-setup.ts` started for this run (list it under `globalSetup` of the Vitest project).
 * Any number of worker processes may use it at once.
 */
export async function openTestCluster(): Promise<TestCluster> {
	const connection: SocketConnection | undefined = inject('testClusterConnection');
	if (connection === undefined) throw new Error('add packages/server/test/global-setup.ts to globalSetup of Vitest');
	return createTestCluster(connection);
}

/** The same on any server, such as the one of `debian-postgres.ts`; the user must be a superuser. */
export function createTestCluster(connection: SocketConnection): TestCluster {
	return {
		connection,
		prepareTemplate: (name, prepare) => prepareTemplate(connection, name, prepare),
		createDatabase: (fromTemplate = 'template0') => createDatabase(connection, fromTemplate),
	};
}

async function prepareTemplate(
	connection: SocketConnection,
	name: string,
	prepare: (connection: SocketConnection) => Promise<void>,
): Promise<void> {
	await withClient(connection, async (client) => {
		await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`template ${name}`]);
		const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
		if (found.rowCount === 1) return;
		// The name appears only when the template is whole, so a failed preparation is seen by all who wait.
		const draft = pg.escapeIdentifier(`${name}_draft`);
		await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
		await client.query(`CREATE DATABASE ${draft} TEMPLATE template0`);
		await prepare({ ...connection, database: `${name}_draft` });
		await client.query(`ALTER DATABASE ${draft} RENAME TO ${pg.escapeIdentifier(name)}`);
	});
}

async function createDatabase(connection: SocketConnection, template: string): Promise<TestDatabase> {
	const name = `test_${randomBytes(6).toString('hex')}`;
	await withClient(connection, (client) =>
		client.query(`CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(template)} STRATEGY file_copy`),
	);
	return {
		connection: { ...connection, database: name },
		drop: () =>
			withClient(connection, async (client) => {
				await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
			}),
	};
}
