import type pg from 'pg';
import { partitionColumn, partitionedTables } from './partitions.ts';
import { withShortLocks } from './short-locks.ts';

const dayMs = 24 * 3_600_000;

/**
 * From when on everything stays: the beginning of the month that the retention reaches back to. The month before this one
 * always stays, because its partitions are made again at every start.
 */
export function keptFrom(now: Date, retentionDays: number): Date {
	const reached = new Date(now.getTime() - retentionDays * dayMs);
	const month = Date.UTC(reached.getUTCFullYear(), reached.getUTCMonth(), 1);
	return new Date(Math.min(month, Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)));
}

/**
 * Drops the months of history that are older than the retention, all of them or none, as the owner. While nothing expires
 * this is one look at the catalogue. Where a long query is in the way it is left to the next start. Returns the names of the
 * partitions that went.
 */
export async function dropExpired(client: pg.ClientBase, now: Date, retentionDays: number): Promise<readonly string[]> {
	const from = keptFrom(now, retentionDays);
	const { rows } = await client.query<{ name: string }>(
		`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = any (select unnest($1::text[])::regclass)
			and substring(c.relname from '_([0-9]{4}_[0-9]{2})$') collate "C" < $2 order by 1`,
		[partitionedTables, from.toISOString().slice(0, 7).replace('-', '_')],
	);
	const names = rows.map(({ name }) => name);
	if (names.length === 0) return [];
	const isDone = await withShortLocks(client, async () => {
		await client.query(`drop table ${names.join(', ')}`);
		for (const table of partitionedTables) {
			await client.query(`delete from ${table}_default where ${partitionColumn(table)} < $1`, [from]);
		}
		for (const sql of [outcomeSql, accountSql, aliasSql, executionSql]) await client.query(sql, [from]);
	});
	return isDone ? names : [];
}

/** Of each scope stays what it had ended with by then, and when it was last complete: both are asked for of later moments. */
const outcomeSql = `
delete from scope_outcome o
where o.to_at < $1
	and exists (select from scope_outcome l where l.scope = o.scope and l.from_at > o.from_at and l.from_at <= $1)
	and (o.outcome <> 'complete' or exists (select from scope_outcome l
		where l.scope = o.scope and l.from_at > o.from_at and l.from_at <= $1 and l.outcome = 'complete'))`;

const accountSql = 'delete from account_version where valid_to <= $1';

const aliasSql = 'delete from asset_alias where valid_to <= $1';

/** Their events went with the months. The last execution of each integration stays, whatever became of it. */
const executionSql = `
delete from execution e
where e.state = 'completed' and e.finished_at < $1
	and exists (select from execution l where l.integration = e.integration and l.created_at > e.created_at)
	and not exists (select from scope s where s.last_execution = e.id)
	and not exists (select from scope s where s.lease_execution = e.id)
	and not exists (select from scope_outcome o where o.first_execution = e.id)
	and not exists (select from scope_outcome o where o.last_execution = e.id)
	and not exists (select from scope_page p where p.execution = e.id)
	and not exists (select from source_record r where r.missed_in is not null and r.missed_in = e.id)
	and not exists (select from source_record r where r.missed_in is not null and r.held_in = e.id)
	and not exists (select from account a where a.absent_in = e.id)`;
