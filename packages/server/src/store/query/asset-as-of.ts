import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import { sql } from 'kysely';
import {
	type EnrichmentStanding,
	enrichmentsOf,
	type RecordStanding,
	type StandingFacts,
	standingOf,
} from '../asset-standing.ts';
import { runSql } from '../compile-sql.ts';
import { type PastEnrichments, readEnrichmentsAt } from '../enrichment-outcomes.ts';
import { withLabels } from '../labels.ts';
import type { TenantTransaction } from '../transaction.ts';
import { aliases, mayMerge } from './alias-clause.ts';
import { listFormerIds } from './asset-names.ts';
import { toSql } from './clause.ts';
import { type FoundAsset, readAssets } from './read-assets.ts';
import { isThen, type Rows, source } from './rows.ts';

/** A record as it was, and what was known of its scope. */
export interface SourceThen {
	readonly kind: string;
	readonly nativeId: string;
	readonly accountId: string;
	readonly region: string;
	readonly standing: RecordStanding;
	readonly isDuplicate: boolean;
	readonly lastChangedAt: string;
	/** What the scope's reading had ended with, and since when; null: it was not read to its end by then. */
	readonly outcome: Outcome | null;
	readonly outcomeSince: string | null;
	readonly lastCompleteAt: string | null;
	readonly enrichments: readonly EnrichmentStanding[];
}

export interface AssetThen extends FoundAsset {
	readonly records: readonly SourceThen[];
}

/**
 * One asset as it was at a moment that is kept. Before its parts were merged it was several; before it was seen, none.
 *
 * @param at ISO 8601
 */
export async function readAssetAsOf(
	tx: TenantTransaction,
	type: AssetType,
	assetId: string,
	at: string,
): Promise<readonly AssetThen[]> {
	const ids = await listIdsThen(tx, type, assetId, at);
	const assets = await withLabels(tx, await readAssets(tx, { type, at }, ids));
	const records = await readRecords(tx, { type, alias: 'd', at }, at, ids);
	const scopes = records.map(({ scope }) => scope);
	const enrichments = await readEnrichmentsAt(tx, scopes, at);
	return assets.map((asset) => ({
		...asset,
		records: records.filter((record) => record.asset_id === asset.id).map((record) => toSource(record, enrichments)),
	}));
}

/** What it is called now and was called before merges, and the asset that any of those led to then. */
async function listIdsThen(
	tx: TenantTransaction,
	type: AssetType,
	assetId: string,
	at: string,
): Promise<readonly string[]> {
	const ids = await listFormerIds(tx, assetId);
	if (!mayMerge(type)) return ids;
	const led = await runSql<{ id: string }>(
		tx,
		sql`select a.merged_into as id from ${aliases(at)} where a.asset_id = any (${ids}::uuid[])`,
	);
	return [...new Set([...ids, ...led.map(({ id }) => id)])];
}

interface RecordThen extends StandingFacts {
	readonly asset_id: string;
	readonly scope: string;
	readonly kind: string;
	readonly native_id: string;
	readonly account_id: string;
	readonly region: string;
	readonly is_duplicate: boolean;
	readonly outcome_since: Date | null;
}

async function readRecords(
	tx: TenantTransaction,
	rows: Rows,
	moment: string,
	ids: readonly string[],
): Promise<readonly RecordThen[]> {
	const at = sql`${moment}::timestamptz`;
	return await runSql<RecordThen>(
		tx,
		sql`select d.asset_id, d.scope, i.kind, r.native_id, s.account_id, s.region, d.is_duplicate, d.record_state as state,
				case when v.record is null then r.reason else v.reason end as reason, d.changed_at, false as missed, false as held,
				null::timestamptz as held_since, o.outcome, o.cause, o.from_at as outcome_since, c.last_complete_at
			from ${source(rows)}
			join tenant_record r on r.id = d.record
			join tenant_scope s on s.id = d.scope
			join integration i on i.id = d.integration
			left join tenant_version v on v.record = d.record and v.valid_from <= ${at} and v.valid_to > ${at}
			left join lateral (select o.outcome, o.cause, o.from_at from scope_outcome o where o.scope = d.scope and o.from_at <= ${at}
				order by o.from_at desc limit 1) o on true
			left join lateral (select max(least(o.to_at, ${at})) as last_complete_at from scope_outcome o
				where o.scope = d.scope and o.from_at <= ${at} and o.outcome = 'complete') c on true
			where d.asset_id = any (${ids}::uuid[]) and ${toSql(isThen(rows))}
			order by not d.is_primary, d.is_duplicate, d.record`,
	);
}

function toSource(record: RecordThen, enrichments: PastEnrichments): SourceThen {
	return {
		kind: record.kind,
		nativeId: record.native_id,
		accountId: record.account_id,
		region: record.region,
		standing: record.is_duplicate && record.state === 'active' ? duplicate : standingOf(record),
		isDuplicate: record.is_duplicate,
		lastChangedAt: record.changed_at.toISOString(),
		outcome: record.outcome,
		outcomeSince: record.outcome_since?.toISOString() ?? null,
		lastCompleteAt: record.last_complete_at?.toISOString() ?? null,
		enrichments: enrichmentsOf(enrichments.get(record.scope) ?? {}),
	};
}

const duplicate: RecordStanding = { state: 'duplicate', reason: 'another record says the same', since: null };
