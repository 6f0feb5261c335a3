import { hasCluster, openEmbeddedServer } from '#platform/postgres/embedded-server.ts';
import type { Connection } from '#store/connection.ts';
import { migrate, schemaStatus } from '#store/migrate.ts';
import { openStore } from '#store/open-store.ts';
import { reachServer } from '#store/reach-server.ts';
import type { Store } from '#store/store.ts';

/** Where the inventory lives: a server by URL, or our own in the data directory. */
export interface DatabaseSettings {
	readonly databaseUrl: string | undefined;
	readonly dataDirectory: string;
	/** Parent of the embedded server's socket directory, where the system gives one. */
	readonly socketParent?: string | undefined;
}

/** With how long its history is kept. */
export interface StoreSettings extends DatabaseSettings {}

/** A server that takes connections, and what brings it back when it was lost. */
export interface Database {
	connection(): Connection;
	ensureRunning(): Promise<void>;
	close(): Promise<void>;
}

/** Starts or adopts the embedded server, unless a URL names another. */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
	const { databaseUrl } = settings;
	if (databaseUrl !== undefined) {
		await reachServer(databaseUrl);
		return { connection: () => databaseUrl, ensureRunning: async () => undefined, close: async () => undefined };
	}
	const server = await openEmbeddedServer({
		dataDirectory: settings.dataDirectory,
		...(settings.socketParent === undefined ? {} : { socketParent: settings.socketParent }),
	});
	return {
		connection: () => ({ ...server.connection }),
		ensureRunning: () => server.ensureRunning(),
		close: () => server.close(),
	};
}

/** A store on a database with this program's schema. Both end with `close`. */
export interface MigratedStore {
	readonly store: Store;
	readonly database: Database;
	readonly close: () => Promise<void>;
}

export interface OpenOptions {
	/**
	 * Older history is dropped. Only whoever writes history says so: a command that reads must not drop what the process
	 * that collects was told to keep, because another environment lacks that setting.
	 */
	readonly retentionDays?: number;
}

/** The database, made where there is none. */
export async function openMigratedStore(
	settings: StoreSettings,
	maxConnections: number,
	options: OpenOptions = {},
): Promise<MigratedStore> {
	return await openStoreOn(await openDatabase(settings), maxConnections, options.retentionDays);
}

/** The database where there is one that ever held an inventory; undefined where there is none, and none is made. */
export async function openExistingStore(
	settings: StoreSettings,
	maxConnections: number,
): Promise<MigratedStore | undefined> {
	if (settings.databaseUrl === undefined && !(await hasCluster(settings.dataDirectory))) return undefined;
	const database = await openDatabase(settings);
	try {
		if ((await schemaStatus(database.connection())).database > 0)
			return await openStoreOn(database, maxConnections, undefined);
	} catch (error) {
		await database.close();
		throw error;
	}
	await database.close();
	return undefined;
}

async function openStoreOn(
	database: Database,
	maxConnections: number,
	retentionDays: number | undefined,
): Promise<MigratedStore> {
	try {
		await migrate(database.connection(), { retentionDays });
		const store = await openStore({
			connection: database.connection(),
			ensureServer: () => database.ensureRunning(),
			maxConnections,
		});
		return {
			store,
			database,
			close: async () => {
				await store.close();
				await database.close();
			},
		};
	} catch (error) {
		await database.close();
		throw error;
	}
}
