import pg from 'pg';

/** How to reach a server through its socket. There is no password: who may enter the 0700 directory may connect. */
export interface SocketConnection {
	/** The directory of the socket. */
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly database: string;
}

/** PostgreSQL's code for "that database does not exist". */
const INVALID_CATALOG_NAME = '3D000';

/** Creates the database if it is missing, as it is for sure in a new cluster. Call it only under the lock. */
export async function ensureDatabase(connection: SocketConnection, isNewCluster: boolean): Promise<void> {
	if (!isNewCluster && (await isReachable(connection))) return;
	await withClient({ ...connection, database: 'postgres' }, (client) =>
		client.query(`CREATE DATABASE ${pg.escapeIdentifier(connection.database)} TEMPLATE template0`),
	);
}

/** Whether the database is there. Throws what the driver throws when the server itself does not answer. */
export async function isReachable(connection: SocketConnection): Promise<boolean> {
	try {
		await withClient(connection, (client) => client.query('SELECT 1'));
		return true;
	} catch (error) {
		if (error instanceof pg.DatabaseError && error.code === INVALID_CATALOG_NAME) return false;
		throw error;
	}
}

/** Runs the work on a connection of its own and closes it. */
export async function withClient<Result>(
	connection: SocketConnection,
	work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
	const client = new pg.Client({ ...connection, ssl: false, application_name: 'rollcall supervisor' });
	// A server that stops says so on idle connections; unheard, the event would end the process.
	client.on('error', () => undefined);
	await client.connect();
	try {
		return await work(client);
	} finally {
		await Promise.allSettled([client.end()]);
	}
}
