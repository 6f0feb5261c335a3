import { copyRows } from './copy-rows.ts';
import { documentCodec } from './raw-document.ts';
import { type BatchRow, deviceLine, recordLine } from './record-lines.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export type ChangeAction = 'insert' | 'update' | 'none' | 'discard';

/** What became of one row of the batch. */
export interface RecordChange {
	readonly seq: number;
	readonly id: RecordId;
	readonly action: ChangeAction;
	readonly oldState: string | null;
}

export interface MergeInput {
	readonly integrationId: string;
	readonly executionId: string;
	/** At most one row per native id. */
	readonly rows: readonly BatchRow[];
}

/**
 * Merges rows into `source_record`, behind their hashes: a row that says nothing new writes nothing. What was is kept as
 * a closed version; membership events are left in `pending_event`. The caller holds the locks of all their scopes.
 */
export async function mergeRecords(tx: TenantTransaction, input: MergeInput): Promise<readonly RecordChange[]> {
	if (input.rows.length === 0) return [];
	await copyRows(
		tx,
		'incoming_record',
		input.rows.values().map((row) => recordLine(row, tx.organizationId)),
	);
	const devices = input.rows.flatMap((row) => deviceLine(row) ?? []);
	if (devices.length > 0) await copyRows(tx, 'incoming_device', devices);
	await tx.client.query(classifySql, [input.integrationId]);
	const changes = await readChanges(tx);
	const updates = changes.some(({ action }) => action === 'update');
	const inserts = changes.some(({ action }) => action === 'insert');
	if (updates) {
		await tx.client.query(closeVersionSql);
		await tx.client.query(updateSql);
		await tx.client.query(replaceRawSql);
	}
	if (inserts) {
		await tx.client.query(insertSql, [input.integrationId]);
		await tx.client.query(rawSql('insert'));
	}
	if (updates || inserts) {
		if (devices.length > 0) await mergeDevices(tx, input.integrationId, updates);
		await tx.client.query(eventSql, [input.integrationId, input.executionId]);
	}
	return changes;
}

async function readChanges(tx: TenantTransaction): Promise<readonly RecordChange[]> {
	const { rows } = await tx.client.query<[number, RecordId, ChangeAction, string | null]>({
		text: 'select seq, id, action, old_state from record_change order by seq',
		rowMode: 'array',
	});
	return rows.map(([seq, id, action, oldState]) => ({ seq, id, action, oldState }));
}

/**
 * Digests of parts that were not read come from the stored hash, zeros where there is none: the writer's own idea of
 * them may be older than the row. Ids of new records are drawn here, so that no later statement has to look them up.
 * OFFSET 0 keeps the planner, which has no statistics of a temporary table, from reading all records instead.
 */
const classifySql = `
insert into record_change (seq, id, action, old_state, hash)
select i.seq, coalesce(r.id, nextval('source_record_id_seq')),
	case
		when r.id is null then 'insert'
		when i.observed_at < r.changed_at then 'discard'
		when r.hash <> h.hash or r.state <> i.state or r.unknown is distinct from i.unknown then 'update'
		else 'none'
	end, r.state, h.hash
from incoming_record i
left join lateral (
	select * from source_record r where r.integration = $1 and r.native_id = i.native_id offset 0
) r on true
cross join lateral (
	select case when i.parts is null then i.hash else merge_hash(r.hash, i.hash, i.parts) end as hash
) h`;

const closeVersionSql = `
insert into record_version
	(record, valid_from, valid_to, integration, scope, asset_id, type, state, reason, attributes, unknown)
select r.id, r.changed_at, i.observed_at, r.integration, r.scope, r.asset_id, r.type, r.state, r.reason, r.attributes, r.unknown
from record_change c
join incoming_record i using (seq)
join source_record r on r.id = c.id
where c.action = 'update' and r.changed_at < i.observed_at`;

const updateSql = `
update source_record r set
	scope = i.scope, changed_at = i.observed_at, missed_in = null, held_in = null,
	state = i.state,
	reason = case when i.state <> 'retired' then null when r.state = 'retired' then r.reason else 'terminated' end,
	hash = c.hash,
	attributes = case when i.parts is null then i.attributes else (r.attributes - i.replaced) || i.attributes end,
	unknown = i.unknown, notes = i.notes
from record_change c
join incoming_record i using (seq)
where c.action = 'update' and r.id = c.id`;

const insertSql = `
insert into source_record
	(id, integration, scope, asset_id, first_observed_at, changed_at, type, state, reason, native_id, hash, attributes, unknown, notes)
select c.id, $1, i.scope, i.asset_id, i.observed_at, i.observed_at, i.type, i.state,
	case when i.state = 'retired' then 'terminated' end, i.native_id, c.hash, i.attributes, i.unknown, i.notes
from record_change c
join incoming_record i using (seq)
where c.action = 'insert'
order by c.seq`;

const rawSql = (action: ChangeAction): string => `
insert into record_raw (record, as_of, codec, document)
select c.id, i.observed_at, ${documentCodec}, i.raw
from record_change c
join incoming_record i using (seq)
where c.action = '${action}'
order by c.seq`;

const replaceRawSql = `${rawSql('update')}
on conflict (record) do update set as_of = excluded.as_of, codec = excluded.codec, document = excluded.document`;

/** A record first seen already gone never was a member: no event. */
const eventSql = `
insert into pending_event (seq, at, type, asset_id, record, integration, execution)
select c.seq, i.observed_at, case when i.state = 'active' then 'SourceMembershipAdd' else 'SourceMembershipRemove' end,
	i.asset_id, c.id, $1, $2
from record_change c
join incoming_record i using (seq)
where c.action in ('insert', 'update')
	and (i.state = 'active') <> coalesce(c.old_state = 'active', false)`;

const deviceColumns = [
	'account_id',
	'region',
	'instance_id',
	'name',
	'name_folded',
	'state',
	'os_platform',
	'os',
	'model',
	'vpc_id',
	'image_id',
	'owner_folded',
	'launched_at',
	'public',
	'internal_ips',
	'external_ips',
	'tags',
];

/** The row of an asset follows one record; another takes over only when that one is no longer active. */
const deviceSql = `
insert into device
	(asset_id, record, integration, scope, first_observed_at, changed_at, record_state, ${deviceColumns.join(', ')})
select i.asset_id, c.id, $1, i.scope, i.observed_at, i.observed_at, i.state, ${deviceColumns.map((name) => `d.${name}`).join(', ')}
from record_change c
join incoming_record i using (seq)
join incoming_device d using (seq)
where c.action in ('insert', 'update')
on conflict (organization, asset_id) do update set
	record = excluded.record, integration = excluded.integration, scope = excluded.scope,
	changed_at = excluded.changed_at, record_state = excluded.record_state,
	${deviceColumns.map((name) => `${name} = excluded.${name}`).join(', ')}
where device.record = excluded.record or (device.record_state <> 'active' and excluded.record_state = 'active')`;

async function mergeDevices(tx: TenantTransaction, integrationId: string, updates: boolean): Promise<void> {
	await tx.client.query(deviceSql, [integrationId]);
	if (!updates) return;
	await followOtherRecords(
		tx,
		`select i.asset_id from record_change c join incoming_record i using (seq)
		where c.action = 'update' and i.state <> 'active' and c.old_state = 'active'`,
	);
}

/** Devices among `assetIdsSql` whose record is no longer active follow another active record of the asset, if any. */
export async function followOtherRecords(tx: TenantTransaction, assetIdsSql: string): Promise<void> {
	await tx.client.query(`
		update device d set record = o.id, integration = o.integration, scope = o.scope, record_state = o.state
		from (
			select distinct on (r.asset_id) r.asset_id, r.id, r.integration, r.scope, r.state
			from source_record r
			where r.asset_id in (${assetIdsSql}) and r.state = 'active'
			order by r.asset_id, r.id
		) o
		where d.asset_id = o.asset_id and d.organization = current_organization() and d.record_state <> 'active'`);
}
