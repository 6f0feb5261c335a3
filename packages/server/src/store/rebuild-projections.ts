import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type pg from 'pg';
import { copyRows } from './copy-rows.ts';
import { type IncomingProjected, isSampled, projectRecords } from './project-records.ts';
import { castOf, followedCount, type Projection, writeColumn } from './projection.ts';
import { everyProjection, projections } from './projections.ts';
import type { TenantTransaction } from './transaction.ts';
import { prepareWriteTables } from './write-tables.ts';

/** To be raised whenever the program makes something else of a record: of its columns, its terms, its folding. */
const projectionVersion = 2;
const batchSize = 5000;

/**
 * Makes what is derived in the searchable tables anew from the records and their versions where an older program made it. As
 * the owner, in one transaction. Rows stay where they are: which record stood for an asset, and since when, is told by them
 * alone, and readers see them as they were until the new ones are committed. Rows that are missing, as before there were
 * any, are added. It writes no events.
 */
export async function rebuildProjections(client: pg.ClientBase): Promise<void> {
	const { rows } = await client.query<{ version: number }>('select version from projection_state');
	// What a newer program made is left to it.
	if ((rows[0]?.version ?? 0) >= projectionVersion) return;
	await client.query('begin');
	try {
		const organizations = await client.query<{ id: string }>('select id from organization');
		// Nobody counts meanwhile: totals would be of counters that are gone.
		await client.query(
			`select pg_advisory_xact_lock(hashtextextended('rollcall facets ' || id::text, 0)) from organization order by id`,
		);
		await client.query('delete from scope_facet; delete from facet_total; delete from scope_facet_state');
		for (const { id } of organizations.rows) await rebuildOrganization(client, id);
		await client.query('update projection_state set version = $1', [projectionVersion]);
		await client.query('commit');
	} catch (error) {
		await client.query('rollback').catch(() => undefined);
		throw error;
	}
}

async function rebuildOrganization(client: pg.ClientBase, organizationId: string): Promise<void> {
	await client.query(`select set_config('rollcall.organization', $1, true)`, [organizationId]);
	// The owner is not held by row-level security: every statement here names the organization.
	const tx = { client, organizationId } as unknown as TenantTransaction;
	await prepareWriteTables(tx);
	for (let last = { is_other: false, id: '0' }; ; ) {
		const values = [organizationId, last.is_other, last.id, batchSize];
		const { rows } = await client.query<StoredRecord & StoredOrder>(recordSql, values);
		if (rows.length === 0) break;
		last = rows.at(-1) ?? last;
		await projectRecords(tx, rows.map(toIncoming));
		for (const { table } of everyProjection) await client.query(`delete from incoming_${table}`);
	}
	for (const { table } of everyProjection) {
		// Rows that were added begin with what their record is now; the record was seen before.
		await client.query(
			`update ${table} d set first_observed_at = r.first_observed_at from source_record r
			where r.id = d.record and r.organization = $1 and d.first_observed_at > r.first_observed_at`,
			[organizationId],
		);
	}
	for (const type of assetTypes) await rebuildVersions(tx, type);
}

/** Records that are no duplicates first: where there are no rows yet, they become the primaries. */
interface StoredOrder {
	readonly id: string;
	readonly is_other: boolean;
}

interface StoredRecord {
	readonly id: string;
	readonly type: AssetType;
	readonly asset_id: string;
	readonly integration: string;
	readonly kind: string;
	readonly scope: string;
	readonly valid_from: Date;
	readonly state: string;
	readonly native_id: string;
	readonly hash: Buffer;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly unknown: UnknownMask | null;
	/** Whether it has a row. */
	readonly is_there: boolean;
}

/** A record whose listing was never read is no asset. */
const recordSql = `
select r.id, r.type, r.asset_id, r.integration, i.kind, r.scope, r.changed_at as valid_from, r.state, r.native_id, r.hash,
	r.attributes, r.unknown, r.duplicate_of is not null as is_other,
	exists (select from device d where d.record = r.id) or exists (select from directory_user d where d.record = r.id) as is_there
from source_record r join integration i on i.id = r.integration
where r.organization = $1 and (r.duplicate_of is not null, r.id) > ($2, $3) and r.state <> 'insufficient'
	and substring(r.hash from 1 for 32) <> '\\x${'00'.repeat(32)}'
order by r.duplicate_of is not null, r.id limit $4`;

function toIncoming(row: StoredRecord): IncomingProjected {
	return {
		id: row.id,
		type: row.type,
		assetId: row.asset_id,
		integrationId: row.integration,
		scopeId: row.scope,
		observedAt: row.valid_from,
		state: row.state,
		oldState: row.is_there ? row.state : null,
		nativeId: row.native_id,
		attributes: row.attributes,
		unknown: row.unknown ?? {},
		hash: row.hash,
		kind: row.kind,
	};
}

interface StoredVersion extends StoredRecord {
	readonly valid_to: Date;
}

const versionImagesSql = `
select v.record as id, v.type, v.asset_id, v.integration, i.kind, v.scope, v.valid_from, v.valid_to, v.state, r.native_id,
	r.hash, v.attributes, v.unknown, true as is_there
from record_version v
join source_record r on r.id = v.record
join integration i on i.id = v.integration
where v.organization = $1 and v.type = $2 and v.state <> 'insufficient' and (v.record, v.valid_to) > ($3, $4)
order by v.record, v.valid_to limit $5`;

async function rebuildVersions(tx: TenantTransaction, type: AssetType): Promise<void> {
	const projection = projections[type];
	await tx.client.query(followCurrentSql(projection), [tx.organizationId]);
	let last = { id: '0', valid_to: new Date(0) };
	for (;;) {
		const values = [tx.organizationId, type, last.id, last.valid_to, batchSize];
		const { rows } = await tx.client.query<StoredVersion>(versionImagesSql, values);
		if (rows.length === 0) return;
		last = rows.at(-1) ?? last;
		await copyVersions(tx, projection, rows);
	}
}

/**
 * The hash of a version is not kept, only that of the record today: a part of which a version holds nothing counts as not
 * read yet. So it may be unknown what was known to be none, and never the other way round.
 */
function withPartsThen(version: StoredVersion): StoredVersion {
	const hash = Buffer.from(version.hash);
	for (const { part, attributes } of enrichedPartsOf(version.kind)) {
		if (attributes.every((name) => version.attributes[name] === undefined)) hash.fill(0, part * 32, (part + 1) * 32);
	}
	return { ...version, hash };
}

/** Where an asset changed without its record, the image is that of the record as it still is. */
function followCurrentSql({ table, columns }: Projection): string {
	return `
update ${table}_version v set ${columns.map(({ name }) => `${name} = d.${name}`).join(', ')}
from ${table} d
where d.record = v.record and v.organization = $1 and v.valid_from >= d.changed_at`;
}

async function copyVersions(
	tx: TenantTransaction,
	projection: Projection,
	versions: readonly StoredVersion[],
): Promise<void> {
	const { table, columns } = projection;
	await copyRows(tx, `incoming_${table}`, versions.map(withPartsThen), (rows, version) => {
		rows.row(followedCount + columns.length);
		rows.bigint(version.id);
		rows.uuid(version.asset_id);
		rows.uuid(version.integration);
		rows.bigint(version.scope);
		rows.timestamp(version.valid_to);
		rows.text(version.state);
		rows.boolean(isSampled(version.asset_id));
		for (const column of columns) writeColumn(rows, column, column.value(toIncoming(version)));
	});
	await tx.client.query(renewVersionsSql(projection));
	await tx.client.query(addVersionsSql(projection), [tx.organizationId]);
	await tx.client.query(`delete from incoming_${table}`);
}

/** Several rows may be of one image: the asset changed in between. */
function renewVersionsSql({ table, columns }: Projection): string {
	return `
update ${table}_version d set ${columns.map((column) => `${column.name} = i.${column.name}${castOf(column)}`).join(', ')}
from incoming_${table} i join record_version v on v.record = i.record and v.valid_to = i.observed_at
where d.record = i.record and d.valid_from >= v.valid_from and d.valid_to <= v.valid_to`;
}

/** Where an image has no rows, it stood in the asset as its record does now. */
function addVersionsSql({ table, columns }: Projection): string {
	const names = columns.map(({ name }) => name).join(', ');
	return `
insert into ${table}_version (organization, record, asset_id, integration, scope, first_observed_at, changed_at, valid_from,
	valid_to, record_state, is_primary, is_duplicate, sampled, ${names})
select $1::uuid, i.record, i.asset_id, i.integration, i.scope, d.first_observed_at, v.valid_from, v.valid_from, v.valid_to,
	i.record_state, d.is_primary, d.is_duplicate, i.sampled,
	${columns.map((column) => `i.${column.name}${castOf(column)}`).join(', ')}
from incoming_${table} i
join ${table} d on d.record = i.record
join record_version v on v.record = i.record and v.valid_to = i.observed_at
where not exists (
	select from ${table}_version o where o.record = i.record and o.valid_from >= v.valid_from and o.valid_to <= v.valid_to)`;
}
