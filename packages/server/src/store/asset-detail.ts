import type { LinkReason } from '@rollcall/model/asset/correlation.ts';
import type { AttributeValues } from '@rollcall/model/asset/derived.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import { type RawBuilder, sql } from 'kysely';
import type { AssetRow } from './asset-listing.ts';
import {
	type EnrichmentStanding,
	enrichmentsOf,
	lastConfirmedAt,
	type RecordStanding,
	type StandingFacts,
	standingOf,
} from './asset-standing.ts';
import { runSql } from './compile-sql.ts';
import { withLabels } from './labels.ts';
import { projections } from './projections.ts';
import { listFormerIds } from './query/asset-names.ts';
import { readAssets } from './query/read-assets.ts';
import { expandDocument } from './raw-document.ts';
import type { EnrichmentState, RecordId } from './scope-write.ts';
import { readSharedIdentifiers, type SharedIdentifier } from './shared-identifiers.ts';
import type { TenantTransaction } from './transaction.ts';

export interface AssetDetail<Attributes = AttributeValues> extends AssetRow<Attributes> {
	readonly sources: readonly AssetSource[];
	/** Latest first. */
	readonly events: readonly AssetEvent[];
}

/** A source record of the asset. */
export interface AssetSource {
	readonly kind: string;
	readonly configuration: string | null;
	readonly nativeId: string;
	readonly accountId: string;
	readonly region: string;
	readonly standing: RecordStanding;
	/** Why it is in the asset beside the record that the asset began with; null for that one. */
	readonly link: SourceLink | null;
	/** E-mail addresses that make it one with nobody, because they are ambiguous. */
	readonly shared: readonly SharedIdentifier[];
	readonly firstObservedAt: string;
	readonly lastConfirmedAt: string | null;
	readonly lastChangedAt: string;
	readonly unknown: UnknownMask;
	readonly notes: readonly string[];
	readonly enrichments: readonly EnrichmentStanding[];
}

export interface SourceLink {
	readonly by: LinkReason['by'];
	/** The e-mail address that they share. */
	readonly value: string | null;
	/** Native id of the record that it is linked with. */
	readonly with: string | null;
}

export interface AssetEvent {
	readonly at: string;
	readonly type: string;
	readonly executionId: string | null;
	readonly attribute: string | null;
	readonly value: unknown;
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const eventLimit = 200;

/** What an asset of a type may be asked for by, beside asset id and native id. */
export interface AssetLookup {
	readonly type: AssetType;
	/** On rows `d` of the projection. */
	identifiers(id: string): RawBuilder<unknown>;
}

/**
 * Assets by asset id, also one it had before it was merged, native id, or what else their type is asked for by, of any of
 * their records: all that have it.
 */
export async function findAssets<Attributes extends AttributeValues>(
	tx: TenantTransaction,
	{ type, identifiers }: AssetLookup,
	id: string,
): Promise<readonly AssetDetail<Attributes>[]> {
	const assetId = uuidPattern.test(id) ? id : null;
	const rows = sql`${sql.raw(`tenant_${projections[type].table}`)} d`;
	const found = await runSql<{ id: string }>(
		tx,
		sql`with found as (
				select ${assetId}::uuid as asset_id
				union select a.merged_into from tenant_asset_alias a where a.asset_id = ${assetId}::uuid
				union select r.asset_id from integration i
					join tenant_record r on r.integration = i.id and r.native_id = ${id}
				union select d.asset_id from ${rows} where ${identifiers(id)}
			)
			select d.asset_id as id from ${rows}
			where d.is_primary and d.asset_id = any (array(select asset_id from found)) order by d.record`,
	);
	const assets = await readAssets(
		tx,
		{ type, at: null },
		found.map((row) => row.id),
	);
	const details: AssetDetail[] = [];
	for (const asset of assets) {
		details.push({ ...asset, sources: await readSources(tx, asset.id), events: await readEvents(tx, asset.id) });
	}
	// The attributes of an asset are those of its type, which whoever asks for the type knows.
	return (await withLabels(tx, details)) as readonly AssetDetail<Attributes>[];
}

interface SourceFacts extends StandingFacts {
	readonly id: RecordId;
	readonly kind: string;
	readonly configuration: string | null;
	readonly native_id: string;
	readonly account_id: string;
	readonly region: string;
	readonly first_observed_at: Date;
	readonly unknown: UnknownMask | null;
	readonly notes: readonly string[] | null;
	readonly enrichments: Readonly<Record<string, EnrichmentState>>;
	readonly link: LinkReason | null;
	readonly linked_native_id: string | null;
}

async function readSources(tx: TenantTransaction, assetId: string): Promise<readonly AssetSource[]> {
	const rows = await runSql<SourceFacts>(
		tx,
		sql`select r.id, i.kind, coalesce(c.name, c.key) as configuration, r.native_id, s.account_id, s.region, r.state, r.reason,
				r.first_observed_at, r.changed_at, r.missed_in is not null as missed, r.held_in is not null as held,
				h.swept_at as held_since, s.outcome, s.cause, s.last_complete_at, s.enrichments, r.unknown, r.notes, r.link,
				(select w.native_id from tenant_record w where w.id = (r.link ->> 'with')::bigint) as linked_native_id,
				(select concat(oi.kind, ' through ', coalesce(oc.name, oc.key)) from tenant_record o
					join integration oi on oi.id = o.integration join access_configuration oc on oc.id = oi.configuration
					where o.id = r.duplicate_of) as duplicate_of
			from tenant_record r
			join tenant_scope s on s.id = r.scope
			join integration i on i.id = r.integration
			join access_configuration c on c.id = i.configuration
			left join execution h on h.id = r.held_in
			where r.asset_id = ${assetId}::uuid order by r.id`,
	);
	const shared = await readSharedIdentifiers(tx, assetId);
	return rows.map((row) => ({
		kind: row.kind,
		configuration: row.configuration,
		nativeId: row.native_id,
		accountId: row.account_id,
		region: row.region,
		standing: standingOf(row),
		link: row.link && {
			by: row.link.by,
			value: row.link.by === 'email' ? row.link.value : null,
			with: row.linked_native_id,
		},
		shared: shared.get(row.id) ?? [],
		firstObservedAt: row.first_observed_at.toISOString(),
		lastConfirmedAt: lastConfirmedAt(row),
		lastChangedAt: row.changed_at.toISOString(),
		unknown: row.unknown ?? {},
		notes: row.notes ?? [],
		enrichments: enrichmentsOf(row.enrichments),
	}));
}

/** Of what was merged into it, too: those before stand under the ids of then. */
async function readEvents(tx: TenantTransaction, assetId: string): Promise<readonly AssetEvent[]> {
	const ids = await listFormerIds(tx, assetId);
	const rows = await runSql<{
		at: Date;
		type: string;
		execution: string | null;
		attribute: string | null;
		value: unknown;
	}>(
		tx,
		sql`select at, type, execution, attribute, value from tenant_event
			where asset_id = any (${ids}::uuid[])
			order by at desc, number desc limit ${eventLimit}`,
	);
	return rows.map((row) => ({
		at: row.at.toISOString(),
		type: row.type,
		executionId: row.execution,
		attribute: row.attribute,
		value: row.value,
	}));
}

/** The raw document of the newest record of an asset, and since when it is what it is. */
export async function readRawDocument(
	tx: TenantTransaction,
	assetId: string,
): Promise<{ readonly asOf: string; readonly json: string } | undefined> {
	const [row] = await runSql<{ codec: number; document: Buffer; as_of: Date }>(
		tx,
		sql`select w.codec, w.document, w.as_of from tenant_record r join record_raw w on w.record = r.id
			where r.asset_id = ${assetId}::uuid order by w.as_of desc, r.id limit 1`,
	);
	return row && { asOf: row.as_of.toISOString(), json: expandDocument(row.codec, row.document) };
}
