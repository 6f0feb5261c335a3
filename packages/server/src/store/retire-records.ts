import type { RetirementReason } from '@rollcall/model/asset/record-state.ts';
import { retireProjected } from './project-records.ts';
import type { TenantTransaction } from './transaction.ts';
import { prepareWriteTables } from './write-tables.ts';

/** Makes `retiring_record` ready. Then fill it, then call `retireChosen`. */
export async function beginRetiring(tx: TenantTransaction): Promise<void> {
	await prepareWriteTables(tx);
}

export interface Retirement {
	readonly reason: RetirementReason;
	readonly at: Date;
	/** Absent where a person did it. */
	readonly executionId: string | null;
}

/**
 * Retires the records in `retiring_record` (id) that are not retired yet: the old image becomes a version, an active one
 * leaves a SourceMembershipRemove in `pending_event`. Returns how many. Idempotent.
 */
export async function retireChosen(tx: TenantTransaction, { reason, at, executionId }: Retirement): Promise<number> {
	await tx.client.query(versionSql, [at]);
	await tx.client.query(eventSql, [at, executionId]);
	await retireProjected(tx, at);
	const retired = await tx.client.query(recordSql, [at, reason]);
	await tx.client.query('delete from record_detail where record in (select id from retiring_record)');
	return retired.rowCount ?? 0;
}

const chosen = `retiring_record t join source_record r on r.id = t.id and r.state <> 'retired'`;

const versionSql = `
insert into record_version
	(record, valid_from, valid_to, integration, scope, asset_id, type, state, reason, attributes, unknown, duplicate_of)
select r.id, r.changed_at, $1::timestamptz(3), r.integration, r.scope, r.asset_id, r.type, r.state, r.reason, r.attributes, r.unknown,
	r.duplicate_of
from ${chosen}
where r.changed_at < $1::timestamptz(3)`;

const eventSql = `
insert into pending_event (seq, at, type, asset_id, record, integration, execution)
select r.id, greatest(r.changed_at, $1::timestamptz(3)), 'SourceMembershipRemove', r.asset_id, r.id, r.integration, $2::uuid
from ${chosen}
where r.state = 'active'`;

const recordSql = `
update source_record s set state = 'retired', reason = $2, changed_at = greatest(s.changed_at, $1::timestamptz(3)),
	missed_in = null, held_in = null
from retiring_record t
where s.id = t.id and s.state <> 'retired'`;
