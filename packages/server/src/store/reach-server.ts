import { describeError, RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import pg from 'pg';
import { poolConfig } from './connection.ts';

const connectTimeoutMs = 10_000;

/** What to do about the faults PostgreSQL, or the way to it, names by a code. */
const fixes: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'start that server, or correct host and port in ROLLCALL_DATABASE_URL',
	ENOTFOUND: 'correct the host in ROLLCALL_DATABASE_URL',
	EAI_AGAIN: 'check name resolution on this machine, or the host in ROLLCALL_DATABASE_URL',
	'28P01': 'correct user and password in ROLLCALL_DATABASE_URL',
	'28000': 'let that user in (pg_hba.conf of the server), or correct ROLLCALL_DATABASE_URL',
	'3D000': 'create that database, or correct its name in ROLLCALL_DATABASE_URL',
};
const otherFix = 'check ROLLCALL_DATABASE_URL and the way to that server, or unset it to use the embedded PostgreSQL';

/**
 * Proves that a server by URL takes our connections, at once: later a lost connection is repeated for a while, but a
 * command that starts with a wrong URL must not wait for that.
 *
 * @throws RollcallError `STORE:0008`. Its text never holds the URL, which may carry a password.
 */
export async function reachServer(databaseUrl: string): Promise<void> {
	const { max: _max, ...config } = poolConfig(databaseUrl, 1);
	const client = new pg.Client({ ...config, connectionTimeoutMillis: connectTimeoutMs });
	client.on('error', () => undefined);
	try {
		await client.connect();
	} catch (error) {
		throw unreachable(error);
	} finally {
		await client.end().catch(() => undefined);
	}
}

function unreachable(error: unknown): RollcallError {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	return new RollcallError({
		code: 'STORE:0008',
		actor: 'operator',
		retryable: true,
		message: `the PostgreSQL server of ROLLCALL_DATABASE_URL does not let us in: ${describeError(error)}`,
		fix: fixes[code] ?? otherFix,
		cause: error,
	});
}
