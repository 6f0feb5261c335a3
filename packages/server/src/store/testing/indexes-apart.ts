import type pg from 'pg';
import { type SocketConnection, withClient } from '#platform/postgres/database.ts';

/** An index is made in half the time that it takes to be kept up row by row. Returns what makes them again as they were. */
export async function dropIndexes(client: pg.ClientBase, tables: readonly string[]): Promise<readonly string[]> {
	const { rows } = await client.query<{ name: string; definition: string }>(
		`select i.indexrelid::regclass::text as name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as definition
		from pg_index i join pg_class c on c.oid = i.indexrelid
		where i.indrelid = any (select unnest($1::text[])::regclass) and not c.relispartition
			and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`,
		[tables],
	);
	await client.query(`drop index ${rows.map(({ name }) => name).join(', ')}`);
	return rows.map(({ definition }) => definition);
}

/** Runs statements that depend on nothing of each other, one for each of two cores at a time. */
export async function runAll(connection: SocketConnection, statements: readonly string[]): Promise<void> {
	const left = [...statements];
	const work = () =>
		withClient(connection, async (client) => {
			await client.query(`set jit = off; set maintenance_work_mem = '256MB'; set max_parallel_maintenance_workers = 0`);
			for (let next = left.shift(); next !== undefined; next = left.shift()) await client.query(next);
		});
	await Promise.all([work(), work()]);
}
