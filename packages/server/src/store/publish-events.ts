import type { TenantTransaction } from './transaction.ts';

/**
 * Moves `pending_event` into `event`. Must be the last thing a transaction does: the organization's lock is held until
 * the commit, so numbers become visible in their order and the watermark is their maximum.
 */
export async function publishEvents(tx: TenantTransaction): Promise<number> {
	const { rows } = await tx.client.query<{ count: number }>('select count(*)::int as count from pending_event');
	const count = rows[0]?.count ?? 0;
	if (count === 0) return 0;
	await tx.client.query(
		`select pg_advisory_xact_lock(hashtextextended('rollcall event ' || current_organization()::text, 0))`,
	);
	await tx.client.query(
		`with counter as (
			insert into event_counter (organization, last_number) values (current_organization(), $1)
			on conflict (organization) do update set last_number = event_counter.last_number + $1
			returning last_number - $1 as base
		)
		insert into event (number, at, type, asset_id, record, integration, execution)
		select counter.base + row_number() over (order by e.at, e.seq), e.at, e.type, e.asset_id, e.record, e.integration, e.execution
		from pending_event e cross join counter`,
		[count],
	);
	return count;
}
