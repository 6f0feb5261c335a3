import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type pg from 'pg';

export interface SchemaVersions {
	/** Number of the last migration the database has; 0 for an empty one. */
	readonly database: number;
	/** Number of the last migration this program brings. */
	readonly program: number;
}

export interface Migration {
	readonly version: number;
	readonly name: string;
	readonly path: string;
}

/** Where migrations lie: beside the sources in a checkout, beside the bundle's folder in the published package. */
export function findMigrationsDirectory(): string {
	const candidates = ['../../migrations', '../migrations'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
	const found = candidates.find((path) => existsSync(path));
	if (found === undefined) throw new Error(`no migrations at ${candidates.join(' or ')}`);
	return found;
}

/** The migrations this program brings, in order. Numbers must have no gap. */
export function listMigrations(directory = findMigrationsDirectory()): readonly Migration[] {
	const migrations = readdirSync(directory)
		.filter((name) => name.endsWith('.sql'))
		.sort()
		.map((name) => ({ version: Number.parseInt(name, 10), name, path: join(directory, name) }));
	migrations.forEach((migration, index) => {
		if (migration.version !== index + 1) throw new Error(`migration ${migration.name} should have number ${index + 1}`);
	});
	return migrations;
}

export async function readSchemaVersions(client: pg.ClientBase, directory?: string): Promise<SchemaVersions> {
	const program = listMigrations(directory).length;
	const table = await client.query<{ known: boolean }>(
		`select to_regclass('public.schema_migration') is not null as known`,
	);
	if (!table.rows[0]?.known) return { database: 0, program };
	const { rows } = await client.query<{ version: number }>(
		'select coalesce(max(version), 0)::int as version from schema_migration',
	);
	return { database: rows[0]?.version ?? 0, program };
}

/** Throws STORE:0001 when the database is ahead of the program, STORE:0002 when it waits for a migration. */
export function refuseOtherSchema(versions: SchemaVersions): void {
	refuseNewerSchema(versions);
	if (versions.database < versions.program) {
		throw new RollcallError({
			code: 'STORE:0002',
			actor: 'operator',
			retryable: false,
			message: `The database schema has version ${versions.database}; this program needs ${versions.program}.`,
			fix: 'Run: rollcall migrate',
		});
	}
}

export function refuseNewerSchema(versions: SchemaVersions): void {
	if (versions.database <= versions.program) return;
	throw new RollcallError({
		code: 'STORE:0001',
		actor: 'operator',
		retryable: false,
		message: `The database schema has version ${versions.database}, newer than this program, which knows ${versions.program}. Nothing was changed.`,
		fix: 'Use the release of Rollcall that last migrated this database, or a newer one.',
	});
}
