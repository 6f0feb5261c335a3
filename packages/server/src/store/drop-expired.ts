import type pg from 'pg';
import { partitionColumn, partitionedTables } from './partitions.ts';
import { withShortLocks } from './short-locks.ts';

const dayMs = 24 * 3_600_000;
/** Rows deleted in one transaction. */
const batchSize = 5000;

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
 * Drops the months of history that are older than the retention, as the owner. First they are detached from their tables, all
 * of them or none and nothing else with them, so that readers and writers hardly wait: from then on those moments are
 * refused. Only then goes what told of them elsewhere, in batches, and at last the tables that were months: as long as there
 * is one the work is not done, so what was interrupted is done again at the next start. While nothing expires this is one
 * look at the catalogue. Where a long query is in the way it is left to the next start. Returns the names of the partitions
 * that went.
 */
export async function dropExpired(client: pg.ClientBase, now: Date, retentionDays: number): Promise<readonly string[]> {
	const from = keptFrom(now, retentionDays);
	const expired = await listExpired(client, from);
	if (expired.length === 0) return [];
	const isDetached = await withShortLocks(client, async () => {
		for (const { name, parent } of expired) {
			if (parent !== null) await client.query(`alter table ${parent} detach partition ${name}`);
		}
	});
	if (!isDetached) return [];
	await deleteExpired(client, from);
	for (const { name } of expired) await client.query(`drop table ${name}`);
	return expired.map(({ name }) => name);
}

interface ExpiredMonth {
	readonly name: string;
	/** Null for one that is detached already. */
	readonly parent: string | null;
}

async function listExpired(client: pg.ClientBase, from: Date): Promise<readonly ExpiredMonth[]> {
	const { rows } = await client.query<ExpiredMonth>(
		`select c.relname as name, p.relname as parent
		from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
		where c.relkind = 'r' and c.relnamespace = (select relnamespace from pg_class where oid = 'record_version'::regclass)
			and substring(c.relname from '^(.*)_[0-9]{4}_[0-9]{2}$') = any ($1)
			and substring(c.relname from '[0-9]{4}_[0-9]{2}$') collate "C" < $2 order by 1`,
		[partitionedTables, from.toISOString().slice(0, 7).replace('-', '_')],
	);
	return rows;
}

/** What tells of moments before, outside of the months. */
async function deleteExpired(client: pg.ClientBase, from: Date): Promise<void> {
	const strays = partitionedTables.map((table) => ({
		table: `${table}_default`,
		condition: `t.${partitionColumn(table)} < $1`,
	}));
	const others = [
		{ table: 'scope_outcome', condition: isOldOutcome('scope_outcome', ['scope']) },
		{ table: 'enrichment_outcome', condition: isOldOutcome('enrichment_outcome', ['scope', 'action']) },
		{ table: 'account_version', condition: 't.valid_to <= $1' },
		{ table: 'asset_alias', condition: 't.valid_to <= $1' },
		{ table: 'execution', condition: isOldExecution },
	];
	for (const { table, condition } of [...strays, ...others]) {
		const batch = `select t.ctid from ${table} t where ${condition} limit ${batchSize}`;
		const sql = `delete from ${table} where ctid = any (array(${batch}))`;
		while (((await client.query(sql, [from])).rowCount ?? 0) > 0);
	}
}

/** Of what outcomes are kept of stays how it had ended by then, and when it was last complete: both are asked for of later moments. */
function isOldOutcome(table: string, keys: readonly string[]): string {
	const later = `select from ${table} l
		where ${keys.map((key) => `l.${key} = t.${key}`).join(' and ')} and l.from_at > t.from_at and l.from_at <= $1`;
	return `t.to_at < $1 and exists (${later}) and (t.outcome <> 'complete' or exists (${later} and l.outcome = 'complete'))`;
}

/** Their events went with the months. The last execution of each integration stays, whatever became of it. */
const isOldExecution = `
t.state = 'completed' and t.finished_at < $1
	and exists (select from execution l where l.integration = t.integration and l.created_at > t.created_at)
	and not exists (select from scope s where s.last_execution = t.id)
	and not exists (select from scope s where s.lease_execution = t.id)
	and not exists (select from scope_outcome o where o.first_execution = t.id)
	and not exists (select from scope_outcome o where o.last_execution = t.id)
	and not exists (select from scope_page p where p.execution = t.id)
	and not exists (select from source_record r where r.missed_in is not null and r.missed_in = t.id)
	and not exists (select from source_record r where r.missed_in is not null and r.held_in = t.id)
	and not exists (select from account a where a.absent_in = t.id)`;
