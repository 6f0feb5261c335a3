import { copyRows } from './copy-rows.ts';
import { followRecords, readAttributes } from './follow-records.ts';
import { type ChangeAction, judgeRows, type RecordChange } from './judge-rows.ts';
import { documentCodec } from './raw-document.ts';
import { type BatchRow, type ChosenRow, writeRecord } from './record-lines.ts';
import type { TenantTransaction } from './transaction.ts';

export type { RecordChange } from './judge-rows.ts';

export interface MergeInput {
	readonly integrationId: string;
	readonly executionId: string;
	/** At most one row per native id. */
	readonly rows: readonly BatchRow[];
}

/**
 * Merges rows into `source_record`, behind their hashes: a row that says nothing new is not even sent. What was is kept
 * as a closed version; membership events wait in `incoming_record` for `publishEvents`. The caller holds the locks of all
 * their scopes, so what is compared here is what is written over.
 */
export async function mergeRecords(tx: TenantTransaction, input: MergeInput): Promise<readonly RecordChange[]> {
	if (input.rows.length === 0) return [];
	const judged = await judgeRows(tx, input.integrationId, input.rows);
	const chosen = judged.flatMap(({ chosen }) => chosen ?? []);
	if (chosen.length > 0) await writeChosen(tx, input, chosen);
	return judged.map(({ change }) => change);
}

async function writeChosen(tx: TenantTransaction, input: MergeInput, chosen: readonly ChosenRow[]): Promise<void> {
	const { organizationId } = tx;
	const before = await readAttributes(
		tx,
		chosen.filter(({ action }) => action === 'update').map(({ id }) => id),
	);
	await copyRows(tx, 'incoming_record', chosen, writeRecord);
	if (chosen.some(({ action }) => action === 'update')) {
		await tx.client.query(closeVersionSql);
		await tx.client.query(updateSql);
		await tx.client.query(replaceRawSql, [organizationId]);
	}
	if (chosen.some(({ action }) => action === 'insert')) {
		await tx.client.query(insertSql, [organizationId, input.integrationId]);
		await tx.client.query(rawSql('insert'), [organizationId]);
	}
	await followRecords(tx, input, chosen, before);
}

const closeVersionSql = `
insert into record_version
	(record, valid_from, valid_to, integration, scope, asset_id, type, state, reason, attributes, unknown, duplicate_of)
select r.id, r.changed_at, i.observed_at, r.integration, r.scope, r.asset_id, r.type, r.state, r.reason, r.attributes, r.unknown,
	r.duplicate_of
from incoming_record i
join source_record r on r.id = i.id
where i.action = 'update' and r.changed_at < i.observed_at`;

const updateSql = `
update source_record r set
	scope = i.scope, changed_at = i.observed_at, missed_in = null, held_in = null,
	state = i.record_state,
	reason = case when i.record_state <> 'retired' then null when r.state = 'retired' then r.reason else 'terminated' end,
	hash = i.hash,
	attributes = case when i.replaced is null then i.attributes else (r.attributes - i.replaced) || i.attributes end,
	unknown = i.unknown, notes = i.notes
from incoming_record i
where i.action = 'update' and r.id = i.id`;

/** The organization is given: its default would be computed for each row, and row-level security checks it anyway. */
const insertSql = `
insert into source_record
	(organization, id, integration, scope, asset_id, first_observed_at, changed_at, type, state, reason, native_id, hash, attributes,
	unknown, notes)
select $1::uuid, i.id, $2::uuid, i.scope, i.asset_id, i.observed_at, i.observed_at, i.type, i.record_state,
	case when i.record_state = 'retired' then 'terminated' end, i.native_id, i.hash, i.attributes, i.unknown, i.notes
from incoming_record i
where i.action = 'insert'`;

const rawSql = (action: ChangeAction): string => `
insert into record_raw (organization, record, as_of, codec, document)
select $1::uuid, i.id, i.observed_at, ${documentCodec}, i.raw
from incoming_record i
where i.action = '${action}'`;

const replaceRawSql = `${rawSql('update')}
on conflict (record) do update set as_of = excluded.as_of, codec = excluded.codec, document = excluded.document`;
