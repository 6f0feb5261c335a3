import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';

/** A URL, or node-postgres's own settings (the embedded server is reached by the directory of its socket). */
export type Connection = string | pg.PoolConfig;

/** SQLSTATEs after which the same transaction may succeed on a new connection or at a second try. */
const repeatableStates = new Set(['57P01', '57P02', '57P03', '40001', '40P01', '25P03']);
const repeatableErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTCONN']);

/** Settings of node-postgres for a connection. bigints stay text: nobody calculates with ids. */
export function poolConfig(connection: Connection, maxConnections: number): pg.PoolConfig {
	const given = typeof connection === 'string' ? { connectionString: connection } : connection;
	return { application_name: 'rollcall', ...given, max: maxConnections };
}

/** Whether a fault means that the connection or the server was lost, or that the transaction lost a race. */
export function isRepeatable(error: unknown): boolean {
	if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
	return repeatableStates.has(error.code) || repeatableErrors.has(error.code) || error.code.startsWith('08');
}

/** Whether a fault came because nobody answers at the server's address. */
function isServerGone(error: unknown): boolean {
	return (
		isRepeatable(error) && error instanceof Error && 'code' in error && error.code !== '40001' && error.code !== '40P01'
	);
}

export interface RepeatOptions {
	/** Called before a repetition after the server was lost: brings the embedded server back. */
	readonly ensureServer?: (() => Promise<void>) | undefined;
	readonly attempts?: number;
}

/** Thrown inside a transaction whose connection ended; carries the driver's own error as its cause. */
class ConnectionLost extends Error {
	override readonly name = 'ConnectionLost';
	readonly code = '08006';
}

/**
 * Runs `work` again as long as it fails for a lost connection, at most `attempts` times over about 25 seconds: long
 * enough for a server that recovers after a kill.
 */
export async function repeatOnLoss<Result>(work: () => Promise<Result>, options: RepeatOptions): Promise<Result> {
	const attempts = options.attempts ?? 12;
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work();
		} catch (error) {
			if (attempt >= attempts || !isRepeatable(error)) throw error;
			if (isServerGone(error) && options.ensureServer) await options.ensureServer();
			await wait(Math.min(3000, 25 * 2 ** attempt));
		}
	}
}

/** Runs `work` on one connection of the pool and says for certain when that connection was lost meanwhile. */
export async function withClient<Result>(
	pool: pg.Pool,
	work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
	const client = await pool.connect();
	let lost: Error | undefined;
	const onLoss = (error?: Error) => {
		lost ??= error ?? new Error('the connection ended');
	};
	client.on('error', onLoss);
	client.on('end', onLoss);
	try {
		return await work(client);
	} catch (error) {
		// The driver rejects pending queries before it says that the connection ended.
		await new Promise((resolve) => setImmediate(resolve));
		if (lost && !isRepeatable(error)) throw new ConnectionLost('connection to PostgreSQL lost', { cause: error });
		throw error;
	} finally {
		client.off('error', onLoss);
		client.off('end', onLoss);
		client.release(lost);
	}
}
