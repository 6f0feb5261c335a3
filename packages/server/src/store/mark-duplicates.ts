import type { Projection } from './projection.ts';
import type { TenantTransaction } from './transaction.ts';

/** Of one moment, these come behind what the records themselves brought. */
const lastSeq = '8000000000000000000';

/**
 * Whoever comes, or returns, and finds that a live record of the same thing stands for the asset already is its duplicate
 * from that moment on. What else is a duplicate of what, the correlator decides.
 */
export async function markDuplicates(tx: TenantTransaction, { table }: Projection): Promise<void> {
	await tx.client.query(`
with marked as (
	update ${table} d set is_duplicate = true
	from incoming_${table} i
	join ${table} p on p.asset_id = i.asset_id and p.is_primary and p.record <> i.record and p.record_state = 'active'
	join source_record o on o.id = p.record
	join source_record r on r.id = i.record and r.native_id = o.native_id
	where d.record = i.record and d.record_state = 'active' and not d.is_primary and not d.is_duplicate
	returning d.record, d.asset_id, d.integration, d.valid_from, p.record as of
), told as (
	insert into pending_event (seq, at, type, asset_id, record, integration, value)
	select ${lastSeq} + record, valid_from, 'RecordStateChange', asset_id, record, integration,
		jsonb_build_object('from', 'active', 'to', 'duplicate', 'of', of::text)
	from marked
)
update source_record r set duplicate_of = marked.of from marked where r.id = marked.record`);
}

/** The records in `changing` (with an alias `g`, columns `record` and `at`) are no duplicates any more from those moments on. */
export async function unmarkDuplicates(
	tx: TenantTransaction,
	{ table }: Projection,
	changing: string,
	values: readonly unknown[],
): Promise<void> {
	await tx.client.query(
		`
with told as (
	insert into pending_event (seq, at, type, asset_id, record, integration, value)
	select ${lastSeq} + d.record, greatest(d.valid_from, g.at), 'RecordStateChange', d.asset_id, d.record, d.integration,
		jsonb_build_object('from', 'duplicate', 'to', d.record_state)
	from ${changing} join ${table} d on d.record = g.record and d.is_duplicate
	returning record
)
update source_record r set duplicate_of = null from told where r.id = told.record`,
		[...values],
	);
}
