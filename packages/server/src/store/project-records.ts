import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import { copyRows } from './copy-rows.ts';
import { electPrimaries } from './elect-primaries.ts';
import { markDuplicates } from './mark-duplicates.ts';
import { castOf, followedCount, type ProjectedRecord, type Projection, versionSql, writeColumn } from './projection.ts';
import { projections } from './projections.ts';
import type { RecordId, ScopeId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

/** A record on its way into its projection. */
export interface IncomingProjected extends ProjectedRecord {
	readonly id: RecordId;
	readonly type: AssetType;
	readonly assetId: string;
	readonly integrationId: string;
	readonly scopeId: ScopeId;
	readonly observedAt: Date;
	readonly state: string;
	/** Null for a record that is new. */
	readonly oldState: string | null;
}

/**
 * Brings what assets are searched by after their records, which are merged before: a row per record, whose past is kept.
 * An asset is listed by one of its rows, its primary. That is the first of them, until another is elected.
 */
export async function projectRecords(tx: TenantTransaction, records: readonly IncomingProjected[]): Promise<void> {
	for (const type of assetTypes) {
		const ofType = records.filter((record) => record.type === type);
		if (ofType.length > 0) await writeProjection(tx, type, ofType);
	}
}

async function writeProjection(
	tx: TenantTransaction,
	type: AssetType,
	records: readonly IncomingProjected[],
): Promise<void> {
	const projection = projections[type];
	await copyRows(tx, `incoming_${projection.table}`, records, (rows, record) => {
		rows.row(followedCount + projection.columns.length);
		rows.bigint(record.id);
		rows.uuid(record.assetId);
		rows.uuid(record.integrationId);
		rows.bigint(record.scopeId);
		rows.timestamp(record.observedAt);
		rows.text(record.state);
		rows.boolean(isSampled(record.assetId));
		for (const column of projection.columns) writeColumn(rows, column, column.value(record));
	});
	const known = records.filter(({ oldState }) => oldState !== null);
	if (known.length > 0) {
		await tx.client.query(versionSql(projection, `incoming_${projection.table} g`, 'g.observed_at'));
		await tx.client.query(updateSql(projection));
	}
	const left =
		known.length === 0 ? '' : `where not exists (select from ${projection.table} d where d.record = i.record)`;
	const inserted = await tx.client.query(insertSql(projection, true, left), [tx.organizationId]);
	// Whoever finds that its asset has a primary already stands beside that one.
	const stands = inserted.rowCount ?? 0;
	if (stands < records.length) await insertOthers(tx, projection);
	if (type === 'device') await writeAddresses(tx, known.length > 0);
	const moved = records.filter(({ oldState, state }) => oldState !== state);
	const mayBeShared = stands < records.length && moved.length > 0;
	if (mayBeShared) {
		await electPrimaries(
			tx,
			projection,
			moved.map(({ assetId }) => assetId),
		);
		await markDuplicates(tx, projection);
	}
	if (type === 'user' || mayBeShared) await tx.client.query(dueSql(type, `incoming_${projection.table} g`));
}

async function insertOthers(tx: TenantTransaction, projection: Projection): Promise<void> {
	const left = `where not exists (select from ${projection.table} d where d.record = i.record)`;
	await tx.client.query(insertSql(projection, false, left), [tx.organizationId]);
}

/**
 * Users may correlate with others; devices only with other records of theirs, and few have any.
 *
 * @param changing has an alias `g` with a column `record`
 */
function dueSql(type: AssetType, changing: string): string {
	const shared = `where exists (
		select from source_record r join source_record o on o.asset_id = r.asset_id and o.id <> r.id where r.id = g.record)`;
	return `insert into correlation_due (record) select g.record from ${changing} ${type === 'device' ? shared : ''}`;
}

/** One asset in fifty, whatever else is true of it. */
export function isSampled(assetId: string): boolean {
	return Number.parseInt(assetId.slice(0, 8), 16) % 50 === 0;
}

/** The organization is given: its default would be computed for each row, and row-level security checks it anyway. */
function insertSql({ table, columns }: Projection, isPrimary: boolean, where: string): string {
	const names = columns.map(({ name }) => name);
	return `
insert into ${table}
	(organization, record, asset_id, integration, scope, first_observed_at, changed_at, valid_from, record_state, is_primary, is_duplicate,
	sampled, ${names.join(', ')})
select $1::uuid, i.record, i.asset_id, i.integration, i.scope, i.observed_at, i.observed_at, i.observed_at, i.record_state, ${isPrimary},
	false, i.sampled, ${columns.map((column) => `i.${column.name}${castOf(column)}`).join(', ')}
from incoming_${table} i ${where}
on conflict ${isPrimary ? '(organization, asset_id) where is_primary' : ''} do nothing`;
}

function updateSql({ table, columns }: Projection): string {
	return `
update ${table} d set scope = i.scope, changed_at = i.observed_at, valid_from = greatest(d.valid_from, i.observed_at), record_state = i.record_state,
	${columns.map((column) => `${column.name} = i.${column.name}${castOf(column)}`).join(', ')}
from incoming_${table} i where d.record = i.record`;
}

/** Only what is otherwise: most changes of a device are none of its addresses. */
async function writeAddresses(tx: TenantTransaction, mayBeKnown: boolean): Promise<void> {
	if (mayBeKnown) await tx.client.query(lostAddressSql);
	await tx.client.query(addressSql, [tx.organizationId]);
}

const addressKinds = ['internal_ips', 'external_ips', 'ipv6'];

const lostAddressSql = `
delete from asset_ip a using incoming_device i
where a.record = i.record and not coalesce(
	a.ip = any (case a.kind ${addressKinds.map((kind) => `when '${kind}' then i.${kind}`).join(' ')} end::inet[]), false)`;

const addressSql = `
insert into asset_ip (organization, ip, record, kind)
select $1::uuid, a.ip::inet, i.record, a.kind
from incoming_device i
cross join lateral (
	${addressKinds.map((kind) => `select unnest(i.${kind}) as ip, '${kind}' as kind`).join(' union all ')}
) a
on conflict do nothing`;

/** What follows one of the records in `retiring_record` is retired with it. */
export async function retireProjected(tx: TenantTransaction, at: Date): Promise<void> {
	for (const type of assetTypes) {
		const projection = projections[type];
		const { table } = projection;
		const retiring = `(select t.id as record, $1::timestamptz(3) as at from retiring_record t
			join source_record r on r.id = t.id and r.state <> 'retired' and r.type = '${type}') g`;
		await tx.client.query(versionSql(projection, retiring, 'g.at'), [at]);
		const { rows } = await tx.client.query<{ asset_id: string }>(
			`update ${table} d set record_state = 'retired', changed_at = greatest(d.changed_at, g.at),
				valid_from = greatest(d.valid_from, g.at)
			from ${retiring} where d.record = g.record returning d.asset_id`,
			[at],
		);
		await electPrimaries(
			tx,
			projection,
			rows.map(({ asset_id }) => asset_id),
		);
		await tx.client.query(dueSql(type, retiring), [at]);
	}
}
