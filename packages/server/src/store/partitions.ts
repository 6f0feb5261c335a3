import type pg from 'pg';

const partitionedTables = ['record_version', 'device_version', 'directory_user_version', 'event'] as const;
const monthsAhead = 3;

/**
 * Makes the monthly partitions from last month to three months ahead. As the owner. Rows outside of them (a clock far
 * off) land in the default partition, which is never made smaller here: a month whose rows are there already stays so.
 */
export async function ensurePartitions(client: pg.ClientBase, now: Date): Promise<void> {
	const { rows } = await client.query<{ name: string }>(
		`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = any (select unnest($1::text[])::regclass)`,
		[partitionedTables],
	);
	const existing = new Set(rows.map(({ name }) => name));
	for (const table of partitionedTables) {
		const column = table === 'event' ? 'at' : 'valid_to';
		for (let month = -1; month <= monthsAhead; month += 1) {
			const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, 1));
			const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month + 1, 1));
			const name = `${table}_${from.toISOString().slice(0, 7).replace('-', '_')}`;
			if (!existing.has(name)) await createPartition(client, { table, column, name, from, to });
		}
	}
}

interface Partition {
	readonly table: string;
	readonly column: string;
	readonly name: string;
	readonly from: Date;
	readonly to: Date;
}

async function createPartition(client: pg.ClientBase, { table, column, name, from, to }: Partition): Promise<void> {
	const [lower, upper] = [from.toISOString(), to.toISOString()];
	const taken = await client.query(`select from ${table}_default where ${column} >= $1 and ${column} < $2 limit 1`, [
		lower,
		upper,
	]);
	if (taken.rowCount) return;
	await client.query(`begin;
		create table if not exists ${name} partition of ${table} for values from ('${lower}') to ('${upper}');
		alter table ${name} enable row level security;
		commit`);
}
