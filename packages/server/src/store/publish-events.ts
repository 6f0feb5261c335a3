import type { TenantTransaction } from './transaction.ts';

/** Who wrote the rows in `incoming_record`; absent where a transaction has none. */
export interface Writer {
	readonly integrationId: string;
	readonly executionId: string;
}

/**
 * Moves `pending_event`, and the events of the rows in `incoming_record`, into `event`. Must be the last thing a
 * transaction does: the organization's lock is held until the commit, so numbers become visible in their order and the
 * watermark is their maximum.
 */
export async function publishEvents(tx: TenantTransaction, writer?: Writer): Promise<number> {
	const { rows } = await tx.client.query<{ count: number }>(
		`select ((select count(*) from pending_event)
			+ (select count(*) from incoming_record where event is not null))::int as count`,
	);
	const count = rows[0]?.count ?? 0;
	if (count === 0) return 0;
	await tx.client.query(
		`select pg_advisory_xact_lock(hashtextextended('rollcall event ' || current_organization()::text, 0))`,
	);
	await tx.client.query(publishSql, [
		count,
		tx.organizationId,
		writer?.integrationId ?? null,
		writer?.executionId ?? null,
	]);
	return count;
}

/** Room for the changes of a record behind the event of its membership, in the order of one page. */
export const eventsPerRow = 1_000_000;

const publishSql = `
with counter as (
	insert into event_counter (organization, last_number) values ($2::uuid, $1)
	on conflict (organization) do update set last_number = event_counter.last_number + $1
	returning last_number - $1 as base
), pending as (
	select at, seq, type, asset_id, record, integration, coalesce(execution, $4::uuid) as execution, attribute, value, value_folded
	from pending_event
	union all
	select observed_at, seq::bigint * ${eventsPerRow}, event, asset_id, id, $3::uuid, $4::uuid, null, null, null from incoming_record where event is not null
)
insert into event (organization, number, at, type, asset_id, record, integration, execution, attribute, value,
	value_folded)
select $2::uuid, counter.base + row_number() over (order by e.at, e.seq), e.at, e.type, e.asset_id, e.record, e.integration,
	e.execution, e.attribute, e.value, e.value_folded
from pending e cross join counter`;
