import type pg from 'pg';
import { withClient } from './connection.ts';

/** A transaction as `rollcall_system`: work across tenants. */
export interface SystemTransaction {
	readonly client: pg.PoolClient;
}

/** A transaction as `rollcall_app` for one organization; row-level security holds it there. */
export interface TenantTransaction {
	readonly client: pg.PoolClient;
	readonly organizationId: string;
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface TransactionOptions {
	/** Further statements right after BEGIN, without parameters (`set local …`). */
	readonly settings?: string;
	/** One snapshot for all statements; for reads that must agree with one another. */
	readonly snapshot?: boolean;
}

/** One transaction as the tenant's role. An id that is no UUID never reaches SQL. */
export async function runTenant<Result>(
	pool: pg.Pool,
	organizationId: string,
	work: (tx: TenantTransaction) => Promise<Result>,
	options: TransactionOptions,
): Promise<Result> {
	if (!uuidPattern.test(organizationId)) throw new TypeError('organization id must be a UUID in lower case');
	const begin = `set local role rollcall_app; set local rollcall.organization = '${organizationId}'`;
	return await withClient(pool, (client) =>
		runTransaction(client, begin, options, () => work({ client, organizationId })),
	);
}

/** One transaction as the role that sees all tenants. */
export async function runSystem<Result>(
	pool: pg.Pool,
	work: (tx: SystemTransaction) => Promise<Result>,
	options: TransactionOptions,
): Promise<Result> {
	return await withClient(pool, (client) =>
		runTransaction(client, 'set local role rollcall_system', options, () => work({ client })),
	);
}

async function runTransaction<Result>(
	client: pg.PoolClient,
	begin: string,
	options: TransactionOptions,
	work: () => Promise<Result>,
): Promise<Result> {
	const isolation = options.snapshot ? 'begin isolation level repeatable read read only' : 'begin';
	await client.query(`${isolation}; ${begin}; set local jit = off; ${options.settings ?? ''}`);
	let result: Result;
	try {
		result = await work();
	} catch (error) {
		// A lost connection cannot roll back; the server does it. The first error is the one to tell.
		await client.query('rollback').catch(() => undefined);
		throw error;
	}
	await client.query('commit');
	return result;
}
