import pg from 'pg';
import { type Connection, poolConfig, repeatOnLoss, withClient } from './connection.ts';
import { checkEffectiveRole } from './roles.ts';
import { readSchemaVersions, refuseOtherSchema } from './schema-version.ts';
import type { Store } from './store.ts';
import { runSystem, runTenant } from './transaction.ts';

export type { Connection as StoreConnection } from './connection.ts';
export type { Store } from './store.ts';

export interface StoreOptions {
	readonly connection: Connection;
	/** Brings the embedded server back after it was lost; absent for a server by URL. */
	readonly ensureServer?: () => Promise<void>;
	readonly maxConnections?: number;
	readonly migrationsDirectory?: string;
}

/**
 * Opens the database and checks that it can be trusted: its schema is this program's (STORE:0001 newer, STORE:0002
 * older) and transactions really run without power over row-level security (STORE:0003).
 */
export async function openStore(options: StoreOptions): Promise<Store> {
	const pool = new pg.Pool(poolConfig(options.connection, options.maxConnections ?? 4));
	// An idle connection that breaks is replaced at its next use; without a listener it would end the process.
	pool.on('error', () => undefined);
	// So does one that breaks while it is being closed: the pool has let go of it by then.
	pool.on('connect', (client) => client.on('error', () => undefined));
	const repeat = { ensureServer: options.ensureServer };
	const store: Store = {
		tenant: (organizationId, work, settings = {}) =>
			repeatOnLoss(() => runTenant(pool, organizationId, work, settings), repeat),
		system: (work, settings = {}) => repeatOnLoss(() => runSystem(pool, work, settings), repeat),
		close: () => pool.end(),
	};
	try {
		const versions = await repeatOnLoss(
			() => withClient(pool, (client) => readSchemaVersions(client, options.migrationsDirectory)),
			repeat,
		);
		refuseOtherSchema(versions);
		await store.system(checkEffectiveRole);
	} catch (error) {
		await pool.end();
		throw error;
	}
	return store;
}
