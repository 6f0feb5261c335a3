import type pg from 'pg';

const lockNotAvailable = '55P03';
/** Whoever reads a partition keeps it from being changed, and whoever waits to change it keeps others from reading. */
const longestWait = '2s';

/** Runs `work` in a transaction that is given up where a long query is in the way of its locks. Returns whether it was done. */
export async function withShortLocks(client: pg.ClientBase, work: () => Promise<void>): Promise<boolean> {
	try {
		await client.query(`begin; set local lock_timeout = '${longestWait}'`);
		await work();
		await client.query('commit');
		return true;
	} catch (error) {
		await client.query('rollback').catch(() => undefined);
		if (!(error instanceof Error && Reflect.get(error, 'code') === lockNotAvailable)) throw error;
		return false;
	}
}
