import type { Config } from '#platform/config.ts';
import { migrate } from '#store/migrate.ts';
import { listMigrations } from '#store/schema-version.ts';
import { openDatabase } from './database.ts';
import type { MigrationReport } from './ports.ts';

/** Brings the schema up to this program's. */
export async function runMigrations(config: Config): Promise<MigrationReport> {
	const database = await openDatabase(config);
	try {
		const { applied } = await migrate(database.connection(), {
			ensureServer: () => database.ensureRunning(),
			retentionDays: config.retentionDays,
		});
		return { database: describeDatabase(config), applied, schema: listMigrations().at(-1)?.name ?? 'none' };
	} finally {
		await database.close();
	}
}

/** Where the inventory lies, for people; never with a password. */
export function describeDatabase(config: Pick<Config, 'databaseUrl' | 'dataDirectory'>): string {
	if (config.databaseUrl === undefined) return `embedded PostgreSQL in ${config.dataDirectory}`;
	const { host, pathname } = new URL(config.databaseUrl);
	return `PostgreSQL at ${host || 'its socket'}, database ${pathname.slice(1) || '(default)'}`;
}
