import type pg from 'pg';
import { withShortLocks } from './short-locks.ts';

export const partitionedTables = ['record_version', 'device_version', 'directory_user_version', 'event'] as const;
export type PartitionedTable = (typeof partitionedTables)[number];
const monthsAhead = 3;

/**
 * Makes the monthly partitions from last month to three months ahead, and those that another table has. As the owner. Rows outside of them (a clock far
 * off) land in the default partition, which is never made smaller here: a month whose rows are there already stays so.
 * Where a long query is in the way, the rest is left to the next start: months are made long before they are needed.
 */
export async function ensurePartitions(client: pg.ClientBase, now: Date): Promise<void> {
	const { rows } = await client.query<{ name: string }>(
		`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = any (select unnest($1::text[])::regclass)`,
		[partitionedTables],
	);
	const existing = new Set(rows.map(({ name }) => name));
	const around = Array.from({ length: monthsAhead + 2 }, (_, index) =>
		Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index - 1, 1),
	);
	// A table that came later than others holds the same months: its history may be made of theirs.
	const kept = [...existing].flatMap((name) => {
		const [, year, month] = /_(\d{4})_(\d{2})$/.exec(name) ?? [];
		return year === undefined ? [] : [Date.UTC(Number(year), Number(month) - 1, 1)];
	});
	const months = [...new Set([...kept, ...around])].sort((left, right) => left - right);
	for (const table of partitionedTables) {
		const column = partitionColumn(table);
		for (const month of months) {
			const from = new Date(month);
			const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
			const name = `${table}_${from.toISOString().slice(0, 7).replace('-', '_')}`;
			if (existing.has(name)) continue;
			if (!(await createPartition(client, { table, column, name, from, to }))) return;
		}
	}
}

/** The moment by which rows stand in their month: events when they were, versions when they ended. */
export function partitionColumn(table: PartitionedTable): 'at' | 'valid_to' {
	return table === 'event' ? 'at' : 'valid_to';
}

/**
 * The first moment that can be asked about: a month's partition holds what ended in it, so from the beginning of the first
 * month that is there nothing is missing.
 */
export async function readKeptSince(client: pg.ClientBase): Promise<Date | null> {
	const { rows } = await client.query<{ month: string | null }>(
		`select min(substring(c.relname from '_([0-9]{4}_[0-9]{2})$')) as month
		from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'record_version'::regclass`,
	);
	const month = rows[0]?.month;
	return month ? new Date(`${month.replace('_', '-')}-01T00:00:00.000Z`) : null;
}

export interface HistoryFacts {
	/** The first moment that can be asked about; null where there is no month yet. */
	readonly keptSince: Date | null;
	/** Months that have a partition of their own. */
	readonly months: number;
	/** Whether rows lie outside of all months, as a clock far off makes them. */
	readonly hasStrays: boolean;
}

export async function readHistoryFacts(client: pg.ClientBase): Promise<HistoryFacts> {
	const { rows } = await client.query<{ months: number; strays: boolean }>(
		`select count(*)::int - 1 as months, ${partitionedTables.map((table) => `exists (select from ${table}_default)`).join(' or ')} as strays
		from pg_inherits where inhparent = 'record_version'::regclass`,
	);
	return {
		keptSince: await readKeptSince(client),
		months: rows[0]?.months ?? 0,
		hasStrays: rows[0]?.strays ?? false,
	};
}

interface Partition {
	readonly table: string;
	readonly column: string;
	readonly name: string;
	readonly from: Date;
	readonly to: Date;
}

async function createPartition(client: pg.ClientBase, { table, column, name, from, to }: Partition): Promise<boolean> {
	const [lower, upper] = [from.toISOString(), to.toISOString()];
	const taken = await client.query(`select from ${table}_default where ${column} >= $1 and ${column} < $2 limit 1`, [
		lower,
		upper,
	]);
	if (taken.rowCount) return true;
	return await withShortLocks(client, async () => {
		await client.query(`create table if not exists ${name} partition of ${table} for values from ('${lower}') to ('${upper}');
			alter table ${name} enable row level security`);
		// Those of the partitioned table are not those of its parts: see `device_name_length`.
		if (table === 'device_version') {
			await client.query(`create statistics if not exists ${name}_length on char_length(name_folded) from ${name}`);
		}
	});
}
