import { readFileSync } from 'node:fs';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import pg from 'pg';
import { type Connection, poolConfig, repeatOnLoss } from './connection.ts';
import { createExtensions } from './create-extensions.ts';
import { dropExpired } from './drop-expired.ts';
import { ensurePartitions, type HistoryFacts, readHistoryFacts } from './partitions.ts';
import { rebuildProjections } from './rebuild-projections.ts';
import { rolesSql } from './roles.ts';
import {
	listMigrations,
	type Migration,
	readSchemaVersions,
	refuseNewerSchema,
	type SchemaVersions,
} from './schema-version.ts';

export interface MigrateOptions {
	readonly migrationsDirectory?: string;
	/** Partitions are made for the months around it. */
	readonly now?: Date;
	/** Months of history before that are dropped; absent: none are. */
	readonly retentionDays?: number | undefined;
	readonly ensureServer?: () => Promise<void>;
}

export interface MigrateResult extends SchemaVersions {
	/** Names of the migrations that were applied now. */
	readonly applied: readonly string[];
}

/** Held while migrating, so that of two processes that start at once one waits for the other. */
const migrationLock = 7_265_110_441;

/**
 * Brings the schema up to this program's, forward only, each migration in its own transaction, as the login role, which
 * becomes the owner. Safe to run at any time by any number of processes. A newer schema is refused: STORE:0001.
 */
export async function migrate(connection: Connection, options: MigrateOptions = {}): Promise<MigrateResult> {
	return await repeatOnLoss(() => withOwner(connection, (client) => migrateLocked(client, options)), {
		ensureServer: options.ensureServer,
	});
}

/** Versions of database and program, without changing anything. */
export async function schemaStatus(connection: Connection, migrationsDirectory?: string): Promise<SchemaVersions> {
	return await withOwner(connection, (client) => readSchemaVersions(client, migrationsDirectory));
}

/** Version of the server, as it says it itself. */
export async function readServerVersion(
	connection: Connection,
): Promise<{ readonly major: number; readonly text: string }> {
	return await withOwner(connection, async (client) => {
		const { rows } = await client.query<{ number: number; text: string }>(
			`select current_setting('server_version_num')::int as number, current_setting('server_version') as text`,
		);
		return { major: Math.floor((rows[0]?.number ?? 0) / 10_000), text: rows[0]?.text ?? 'unknown' };
	});
}

/** What is kept of history. */
export async function readHistory(connection: Connection): Promise<HistoryFacts> {
	return await withOwner(connection, readHistoryFacts);
}

async function migrateLocked(client: pg.Client, options: MigrateOptions): Promise<MigrateResult> {
	await client.query('select pg_advisory_lock($1)', [migrationLock]);
	const before = await readSchemaVersions(client, options.migrationsDirectory);
	refuseNewerSchema(before);
	await client.query(`create table if not exists schema_migration (
		version integer primary key, name text not null, applied_at timestamptz not null default now())`);
	const pending = listMigrations(options.migrationsDirectory).filter(({ version }) => version > before.database);
	for (const migration of pending) await applyMigration(client, migration);
	const now = options.now ?? new Date();
	await ensurePartitions(client, now);
	if (options.retentionDays !== undefined) await dropExpired(client, now, options.retentionDays);
	await rebuildProjections(client);
	await client.query('select pg_advisory_unlock($1)', [migrationLock]);
	return { database: before.program, program: before.program, applied: pending.map(({ name }) => name) };
}

async function applyMigration(client: pg.Client, migration: Migration): Promise<void> {
	try {
		const sql = readFileSync(migration.path, 'utf8');
		await client.query('begin');
		await createExtensions(client, sql);
		await client.query(sql);
		await client.query('insert into schema_migration (version, name) values ($1, $2)', [
			migration.version,
			migration.name,
		]);
		await client.query('commit');
	} catch (error) {
		await client.query('rollback').catch(() => undefined);
		throw explain(error, migration, client.user);
	}
}

/** Faults of permission are the operator's to mend; a lost connection stays what it is, so that it is repeated. */
function explain(error: unknown, migration: Migration, login: string | undefined): unknown {
	if (!(error instanceof pg.DatabaseError) || error.code !== '42501') return error;
	return new RollcallError({
		code: 'STORE:0004',
		actor: 'operator',
		retryable: false,
		message: `The database role may not run the migration ${migration.name}: ${error.message}.`,
		fix: `Let the role create tables in the schema public. Where it may not create roles, run as an administrator:\n${rolesSql(login)}`,
		cause: error,
	});
}

async function withOwner<Result>(
	connection: Connection,
	work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
	const client = new pg.Client(poolConfig(connection, 1));
	client.on('error', () => undefined);
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end().catch(() => undefined);
	}
}
