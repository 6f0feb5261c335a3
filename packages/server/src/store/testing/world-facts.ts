import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import { completeAttributes, deriveUnknown, type EnrichmentOutcomes } from '@rollcall/model/asset/derived.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type { AssetFacts, EventFacts, RecordFacts, World } from '@rollcall/model/query/asset-facts.ts';
import { lastConfirmedAt, type StandingFacts, standingOf } from '../asset-standing.ts';
import { untoldTerm } from '../terms.ts';
import type { Ground } from './ground.ts';

interface StoredRecord extends StandingFacts {
	readonly id: string;
	readonly type: AssetType;
	readonly asset_id: string;
	readonly kind: string;
	readonly integration: string;
	readonly native_id: string;
	readonly is_primary: boolean;
	readonly is_duplicate: boolean;
	readonly first_observed_at: Date;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly unknown: UnknownMask | null;
	/** They tell what was never read by then, the record's own unknowns included. */
	readonly terms: readonly string[];
	readonly enrichments: EnrichmentOutcomes;
	readonly account_name: string | null;
	readonly ou_path: string | null;
}

/**
 * What the oracle is told of an organization's inventory at a moment: read plainly, and derived by the model. Events are in
 * the order of their numbers, and the first of their ids is the one that they were written under.
 */
export async function readWorld(ground: Ground, at: Date | null): Promise<World> {
	const { organizationId } = ground;
	const [records, events] = await ground.store.system(async ({ client }) => {
		const stored = await client.query<StoredRecord>(
			at === null ? currentSql : pastSql,
			at === null ? [organizationId] : [organizationId, at],
		);
		return [stored.rows, (await client.query<StoredEvent>(eventSql, [organizationId, at])).rows];
	});
	return {
		assets: [...Map.groupBy(records, ({ asset_id: id }) => id)].map(([id, own]) => toAsset(id, own)),
		events: events.map((event) => ({ ...event, at: event.at.toISOString() })),
	};
}

type StoredEvent = Omit<EventFacts, 'at'> & { readonly at: Date };

const rows = `(select record, asset_id, valid_from, 'infinity'::timestamptz as valid_to, is_primary, is_duplicate, first_observed_at, terms from device
	union all select record, asset_id, valid_from, valid_to, is_primary, is_duplicate, first_observed_at, terms from device_version
	union all select record, asset_id, valid_from, 'infinity', is_primary, is_duplicate, first_observed_at, terms from directory_user
	union all select record, asset_id, valid_from, valid_to, is_primary, is_duplicate, first_observed_at, terms from directory_user_version)`;

/** What an id leads to is told by the record it stayed with: where that one stood at the moment. */
const eventSql = `
select e.type, e.at, i.kind as source, e.integration as "integrationId", e.execution as "executionId", e.attribute, e.value,
	array[e.asset_id] || array(select d.asset_id from asset_alias a join ${rows} d on d.record = a.record
		where a.organization = e.organization and a.asset_id = e.asset_id and (
			$2::timestamptz is null and a.valid_to is null and d.valid_to = 'infinity'
			or a.valid_from <= $2 and coalesce(a.valid_to, 'infinity') > $2 and d.valid_from <= $2 and d.valid_to > $2
		)) as "assetIds"
from event e left join integration i on i.id = e.integration
where e.organization = $1 and ($2::timestamptz is null or e.at <= $2) order by e.number`;

const currentSql = `
select r.id, r.type, r.asset_id, i.kind, r.integration, r.native_id, d.is_primary, d.is_duplicate, d.first_observed_at, r.state, r.reason,
	r.changed_at, r.missed_in is not null as missed, r.held_in is not null as held, null as held_since, s.outcome, s.cause,
	s.last_complete_at, s.enrichments, r.attributes, r.unknown, d.terms, a.name as account_name, a.ou_path
from source_record r
join integration i on i.id = r.integration
join scope s on s.id = r.scope
join ${rows} d on d.record = r.id and d.valid_to = 'infinity'
left join account a on a.configuration = i.configuration and a.account_id = r.attributes ->> 'account_id'
where r.organization = $1`;

const pastSql = `
select r.id, r.type, d.asset_id, i.kind, r.integration, r.native_id, d.is_primary, d.is_duplicate, d.first_observed_at, v.state, v.reason,
	v.valid_from as changed_at, false as missed, false as held, null as held_since, o.outcome, null as cause,
	(select max(least(o.to_at, $2)) from scope_outcome o where o.scope = v.scope and o.from_at <= $2 and o.outcome = 'complete') as last_complete_at,
	coalesce((
		select jsonb_object_agg(e.action, jsonb_strip_nulls(jsonb_build_object('outcome', e.outcome,
			'as_of', to_char(e.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))))
		from enrichment_outcome e
		where e.scope = v.scope and e.from_at <= $2 and not exists (select from enrichment_outcome l
			where l.scope = e.scope and l.action = e.action and l.from_at > e.from_at and l.from_at <= $2)
	), '{}') as enrichments,
	v.attributes, v.unknown, d.terms, a.name as account_name, a.ou_path
from source_record r
join integration i on i.id = r.integration
join lateral (
	select r.state, r.reason, r.changed_at as valid_from, r.scope, r.attributes, r.unknown where r.changed_at <= $2
	union all
	select v.state, v.reason, v.valid_from, v.scope, v.attributes, v.unknown from record_version v
	where v.record = r.id and v.valid_from <= $2 and v.valid_to > $2
) v on true
join scope s on s.id = v.scope
join ${rows} d on d.record = r.id and d.valid_from <= $2 and d.valid_to > $2
left join lateral (select o.outcome from scope_outcome o where o.scope = v.scope and o.from_at <= $2 order by o.from_at desc limit 1) o on true
left join account_version a on a.configuration = i.configuration and a.account_id = v.attributes ->> 'account_id'
	and a.valid_from <= $2 and (a.valid_to is null or a.valid_to > $2)
where r.organization = $1`;

function toAsset(id: string, records: readonly StoredRecord[]): AssetFacts {
	const primary = records.find((record) => record.is_primary);
	if (primary === undefined) throw new Error(`asset ${id} has no primary`);
	return {
		id,
		type: primary.type,
		firstObservedAt: primary.first_observed_at.toISOString(),
		labels: {},
		records: records.map(toRecord),
	};
}

function toRecord(record: StoredRecord): RecordFacts {
	const confirmedAt = lastConfirmedAt(record);
	const facts = {
		kind: record.kind,
		account_name: record.account_name,
		ou_path: record.ou_path,
		listed: false,
		enrichments: record.enrichments,
	};
	const terms = new Set(record.terms);
	const parts = enrichedPartsOf(record.kind);
	const standing = standingOf(record).state;
	const isLive = standing === 'active' || standing === 'unconfirmed';
	// Records of one device are each other's duplicates, also while nobody has looked at them since.
	const isDuplicate = record.is_duplicate || (record.type === 'device' && !record.is_primary);
	return {
		isPrimary: record.is_primary,
		kind: record.kind,
		integrationId: record.integration,
		nativeId: record.native_id,
		state: isLive && isDuplicate ? 'duplicate' : standing,
		lastChangedAt: record.changed_at.toISOString(),
		lastConfirmedAt: confirmedAt,
		attributes: completeAttributes(record.type, record.attributes, facts, confirmedAt),
		unknown: deriveUnknown({
			...facts,
			unknown: record.unknown,
			wasRead: (number) =>
				!parts.find(({ part }) => part === number)?.attributes.every((name) => terms.has(untoldTerm(name))),
		}),
	};
}
