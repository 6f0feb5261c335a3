import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import { copyRows } from './copy-rows.ts';
import { castOf, type Projection, writeColumn } from './projection.ts';
import { everyProjection, projections } from './projections.ts';
import { type ChosenRow, isWhole } from './record-lines.ts';
import type { RecordId, ScopeId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** A record as its projection takes it. */
interface ProjectedRecord {
	readonly id: RecordId;
	readonly assetId: string;
	readonly integrationId: string;
	readonly scopeId: ScopeId;
	readonly observedAt: Date;
	readonly state: string;
	readonly nativeId: string;
	/** Of the whole record, not only of the parts that were read. */
	readonly attributes: Attributes;
}

/**
 * Brings what assets are searched by after their records, which are merged before. A row with some parts of its record
 * only leaves what the others feed as it is.
 */
export async function projectRecords(
	tx: TenantTransaction,
	integrationId: string,
	chosen: readonly ChosenRow[],
): Promise<void> {
	for (const type of assetTypes) {
		const projection = projections[type];
		const rows = chosen.filter((each) => each.row.assetType === type && feeds(each, projection));
		if (rows.length === 0) continue;
		const stored = await readAttributes(
			tx,
			rows.filter((each) => !bringsAll(each, projection)).map(({ id }) => id),
		);
		await writeProjection(
			tx,
			projection,
			rows.map(({ id, assetId, scopeId, observedAt, state, row: { nativeId, attributes } }) => ({
				id,
				assetId,
				integrationId,
				scopeId,
				observedAt,
				state,
				nativeId,
				attributes: stored.get(id) ?? attributes,
			})),
		);
	}
}

/** Whether the row has anything that is searched by. */
function feeds({ row }: ChosenRow, { enriched }: Projection): boolean {
	if (row.insufficient) return false;
	return row.partsRead.includes(0) || enriched.some((name) => row.replacedKeys.includes(name));
}

/** Whether all that is searched by stands in the row itself. */
function bringsAll({ action, row }: ChosenRow, { enriched }: Projection): boolean {
	if (action === 'insert' || isWhole(row)) return true;
	return row.partsRead.includes(0) && enriched.every((name) => row.replacedKeys.includes(name));
}

async function readAttributes(
	tx: TenantTransaction,
	ids: readonly RecordId[],
): Promise<ReadonlyMap<RecordId, Attributes>> {
	if (ids.length === 0) return new Map();
	const { rows } = await tx.client.query<{ id: RecordId; attributes: Attributes }>(
		'select id, attributes from source_record where id = any ($1)',
		[ids],
	);
	return new Map(rows.map(({ id, attributes }) => [id, attributes]));
}

/** Columns of the temporary table that stand before those of the projection. */
const followedColumns = ['record', 'asset_id', 'integration', 'scope', 'observed_at', 'record_state'];

async function writeProjection(
	tx: TenantTransaction,
	projection: Projection,
	records: readonly ProjectedRecord[],
): Promise<void> {
	const { table, columns } = projection;
	await copyRows(tx, `incoming_${table}`, records, (rows, record) => {
		rows.row(followedColumns.length + columns.length);
		rows.bigint(record.id);
		rows.uuid(record.assetId);
		rows.uuid(record.integrationId);
		rows.bigint(record.scopeId);
		rows.timestamp(record.observedAt);
		rows.text(record.state);
		for (const column of columns) writeColumn(rows, column, column.value(record.attributes, record.nativeId));
	});
	await tx.client.query(upsertSql(projection), [tx.organizationId]);
}

/**
 * The row of an asset follows one record; another takes over only when that one is no longer active. The organization is
 * given: its default would be computed for each row, and row-level security checks it anyway.
 */
function upsertSql({ table, columns }: Projection): string {
	const names = columns.map(({ name }) => name);
	return `
insert into ${table}
	(organization, asset_id, record, integration, scope, first_observed_at, changed_at, record_state, ${names.join(', ')})
select $1::uuid, i.asset_id, i.record, i.integration, i.scope, i.observed_at, i.observed_at, i.record_state,
	${columns.map((column) => `i.${column.name}${castOf(column)}`).join(', ')}
from incoming_${table} i
on conflict (organization, asset_id) do update set
	record = excluded.record, integration = excluded.integration, scope = excluded.scope,
	changed_at = excluded.changed_at, record_state = excluded.record_state,
	${names.map((name) => `${name} = excluded.${name}`).join(', ')}
where ${table}.record = excluded.record or (${table}.record_state <> 'active' and excluded.record_state = 'active')`;
}

/** Assets among `assetIdsSql` whose record is no longer active follow another active record of theirs, if any. */
export async function followOtherRecords(tx: TenantTransaction, assetIdsSql: string): Promise<void> {
	for (const projection of everyProjection) {
		const { rows } = await tx.client.query<StoredFacts>(followSql(projection, assetIdsSql));
		if (rows.length === 0) continue;
		// What came with this transaction is written already.
		await tx.client.query(`delete from incoming_${projection.table}`);
		await writeProjection(
			tx,
			projection,
			rows.map(({ asset_id, integration, scope, changed_at, native_id, ...row }) => ({
				...row,
				assetId: asset_id,
				integrationId: integration,
				scopeId: scope,
				observedAt: changed_at,
				nativeId: native_id,
			})),
		);
	}
}

interface StoredFacts {
	readonly id: RecordId;
	readonly asset_id: string;
	readonly integration: string;
	readonly scope: ScopeId;
	readonly changed_at: Date;
	readonly state: string;
	readonly native_id: string;
	readonly attributes: Attributes;
}

function followSql({ table }: Projection, assetIdsSql: string): string {
	return `
select distinct on (r.asset_id) r.id, r.asset_id, r.integration, r.scope, r.changed_at, r.state, r.native_id, r.attributes
from source_record r
join ${table} p on p.organization = current_organization() and p.asset_id = r.asset_id and p.record_state <> 'active'
where r.asset_id in (${assetIdsSql}) and r.state = 'active'
order by r.asset_id, r.id`;
}

/** What follows one of the records in `retiring_record` is retired with it. */
export async function retireProjected(tx: TenantTransaction, at: Date): Promise<void> {
	for (const type of assetTypes) await tx.client.query(retireSql(type), [at]);
}

function retireSql(type: AssetType): string {
	return `
update ${projections[type].table} p set record_state = 'retired', changed_at = greatest(p.changed_at, $1::timestamptz(3))
from retiring_record t join source_record r on r.id = t.id and r.state <> 'retired' and r.type = '${type}'
where p.organization = current_organization() and p.asset_id = r.asset_id and p.record = r.id`;
}
