import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import {
	type AttributeValues,
	completeAttributes,
	deriveUnknown,
	type EnrichmentOutcomes,
} from '@rollcall/model/asset/derived.ts';
import { mergeAttributes } from '@rollcall/model/asset/merge-attributes.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import { type RawBuilder, sql } from 'kysely';
import type { AssetRow } from '../asset-listing.ts';
import { lastConfirmedAt, type StandingFacts, standingOf } from '../asset-standing.ts';
import { runSql } from '../compile-sql.ts';
import { readEnrichmentsAt } from '../enrichment-outcomes.ts';
import { untoldTerm } from '../terms.ts';
import type { TenantTransaction } from '../transaction.ts';
import { notTrue, toSql } from './clause.ts';
import { isDuplicate, isThen, type Rows, source } from './rows.ts';

/** An asset of a page: its primary's envelope, with what all its live records tell of it. */
export type FoundAsset = AssetRow;

interface RecordRow extends StandingFacts {
	readonly asset_id: string;
	readonly scope: string;
	readonly is_primary: boolean;
	readonly kind: string;
	readonly native_id: string;
	readonly first_observed_at: Date;
	readonly attributes: AttributeValues;
	readonly unknown: UnknownMask | null;
	/** Its terms tell what it did not tell (`untoldTerm`). */
	readonly terms: readonly string[];
	readonly enrichments: EnrichmentOutcomes;
	readonly account_name: string | null;
	readonly ou_path: string | null;
	readonly listed: boolean;
}

/** Assets as they are shown, in the order of their ids as given; those that are not there are left out. */
export async function readAssets(
	tx: TenantTransaction,
	{ type, at }: Pick<Rows, 'type' | 'at'>,
	assetIds: readonly string[],
): Promise<readonly FoundAsset[]> {
	if (assetIds.length === 0) return [];
	const rows = await readRecords(tx, { type, alias: 'd', at }, assetIds);
	const recordsOf = Map.groupBy(rows, ({ asset_id: id }) => id);
	return assetIds.flatMap((id) => {
		const records = recordsOf.get(id) ?? [];
		const [primary] = records;
		return primary === undefined ? [] : [toAsset(type, primary, records)];
	});
}

async function readRecords(
	tx: TenantTransaction,
	rows: Rows,
	assetIds: readonly string[],
): Promise<readonly RecordRow[]> {
	const select = selectRecords(rows, assetIds);
	if (rows.at === null) return await runSql<RecordRow>(tx, select);
	const records = await runSql<Omit<RecordRow, 'enrichments'>>(tx, select);
	// Once for each scope: the records of a page are of few.
	const scopes = records.map(({ scope }) => scope);
	const enrichments = await readEnrichmentsAt(tx, scopes, rows.at);
	return records.map((record) => ({ ...record, enrichments: enrichments.get(record.scope) ?? {} }));
}

/** The primary of each asset comes first. */
function selectRecords(rows: Rows, assetIds: readonly string[]): RawBuilder<unknown> {
	const { columns, joins } = rows.at === null ? joinsNow : joinsAt(rows.at);
	const ids = sql`d.asset_id = any (${assetIds}::uuid[])`;
	// Each side of the `or` has an index.
	return sql`select d.asset_id, d.scope, d.is_primary, i.kind, r.native_id, d.record_state as state, d.changed_at, d.first_observed_at,
			d.terms, a.name as account_name, a.ou_path, ${columns}
		from ${source(rows)}
		join tenant_record r on r.id = d.record
		join tenant_scope s on s.id = d.scope
		join integration i on i.id = d.integration
		${joins}
		where ((d.is_primary and ${ids})
			or (not d.is_primary and ${ids} and d.record_state = 'active' and ${toSql(notTrue(isDuplicate(rows)))})) and ${toSql(isThen(rows))}
		order by not d.is_primary, d.record`;
}

const joinsNow = {
	columns: sql`r.attributes, r.unknown, r.reason, r.missed_in is not null as missed, r.held_in is not null as held,
		h.swept_at as held_since, s.outcome, s.cause, s.last_complete_at, s.enrichments,
		coalesce(a.aws_organization_id is not null, false) as listed`,
	joins: sql`left join tenant_account a on a.configuration = i.configuration and a.account_id = d.account_id
		left join execution h on h.id = r.held_in`,
};

/** Marks of removals are not kept. */
function joinsAt(moment: string) {
	const at = sql`${moment}::timestamptz`;
	return {
		columns: sql`coalesce(v.attributes, r.attributes) as attributes, case when v.record is null then r.unknown else v.unknown end as unknown,
			case when v.record is null then r.reason else v.reason end as reason, false as missed, false as held,
			null::timestamptz as held_since, o.outcome, o.cause, c.last_complete_at, a.name is not null as listed`,
		joins: sql`left join tenant_version v on v.record = d.record and v.valid_from <= ${at} and v.valid_to > ${at}
			left join account_version a on a.configuration = i.configuration and a.account_id = d.account_id
				and a.valid_from <= ${at} and coalesce(a.valid_to > ${at}, true)
			left join lateral (select o.outcome, o.cause from scope_outcome o where o.scope = d.scope and o.from_at <= ${at}
				order by o.from_at desc limit 1) o on true
			left join lateral (select max(least(o.to_at, ${at})) as last_complete_at from scope_outcome o
				where o.scope = d.scope and o.from_at <= ${at} and o.outcome = 'complete') c on true`,
	};
}

function toAsset(type: AssetType, primary: RecordRow, records: readonly RecordRow[]): FoundAsset {
	const { attributes, unknown } = mergeAttributes(records.map((record) => toTold(type, record)));
	return {
		id: primary.asset_id,
		source: primary.kind,
		kinds: [...new Set(records.map(({ kind }) => kind))],
		members: records.map((record) => ({
			kind: record.kind,
			nativeId: record.native_id,
			standing: standingOf(record),
		})),
		nativeId: primary.native_id,
		standing: standingOf(primary),
		firstObservedAt: primary.first_observed_at.toISOString(),
		lastConfirmedAt: latest(records.map(lastConfirmedAt)),
		lastChangedAt: primary.changed_at.toISOString(),
		attributes,
		unknown,
	};
}

function toTold(type: AssetType, record: RecordRow) {
	const terms = new Set(record.terms);
	const parts = enrichedPartsOf(record.kind);
	return {
		kind: record.kind,
		attributes: completeAttributes(type, record.attributes, record, lastConfirmedAt(record)),
		unknown: deriveUnknown({
			...record,
			wasRead: (number) =>
				parts.find(({ part }) => part === number)?.attributes.some((name) => !terms.has(untoldTerm(name))) ?? true,
		}),
	};
}

function latest(times: readonly (string | null)[]): string | null {
	return times.reduce((last, time) => (last === null || (time !== null && time > last) ? time : last), null);
}
