import type { CorrelationRecord, LinkReason } from '@rollcall/model/asset/correlation.ts';
import {
	type CorrelationSetting,
	correlationIdentifiers,
	correlationStore,
} from '@rollcall/model/asset/correlation-identifiers.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { assetIdOf } from './asset-id.ts';
import { projections } from './projections.ts';
import { readIdentifiers } from './record-identifiers.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

/** A record as it stands, with what its correlation may change beside the record itself. */
export interface StandingRecord extends CorrelationRecord {
	readonly integrationId: string;
	readonly link: LinkReason | null;
	/** Of its searchable row. */
	readonly row: {
		readonly isDuplicate: boolean;
		readonly firstObservedAt: Date;
		readonly validFrom: Date;
	};
}

interface Facts {
	readonly id: RecordId;
	readonly integration: string;
	readonly kind: string;
	readonly native_id: string;
	readonly state: string;
	readonly asset_id: string;
	readonly link: LinkReason | null;
	readonly duplicate_of: RecordId | null;
	readonly first_observed_at: Date;
	readonly telling: Readonly<Record<string, unknown>>;
	readonly attribute_count: number;
	readonly last_complete_at: Date | null;
	readonly incomplete_runs: number;
	readonly is_primary: boolean;
	readonly is_duplicate: boolean;
	readonly row_first_observed_at: Date;
	readonly valid_from: Date;
}

export async function readStandingRecords(
	tx: TenantTransaction,
	type: AssetType,
	records: readonly RecordId[],
	setting: CorrelationSetting,
): Promise<readonly StandingRecord[]> {
	const { rows } = await tx.client.query<Facts>(factsSql(projections[type].table), [records]);
	const held = await readIdentifiers(tx, records);
	return rows.map((facts) => ({
		recordId: facts.id,
		integrationId: facts.integration,
		kind: facts.kind,
		store: correlationStore(facts.telling),
		identifiers:
			facts.state === 'active'
				? (held.get(facts.id) ?? [])
				: correlationIdentifiers(facts.kind, facts.telling, setting),
		isLive: facts.state === 'active',
		firstObservedAt: facts.first_observed_at.toISOString(),
		scopeCompleteAt: facts.last_complete_at?.toISOString() ?? null,
		incompleteRuns: facts.incomplete_runs,
		attributeCount: facts.attribute_count,
		ownAssetId: assetIdOf(tx.organizationId, facts.native_id),
		assetId: facts.asset_id,
		isPrimary: facts.is_primary,
		duplicateOf: facts.duplicate_of,
		link: facts.link,
		row: {
			isDuplicate: facts.is_duplicate,
			firstObservedAt: facts.row_first_observed_at,
			validFrom: facts.valid_from,
		},
	}));
}

/** What a live record correlates by is what `record_identifier` says, for that is what its neighbours were found by. */
const factsSql = (table: string): string => `
select r.id, r.integration, i.kind, r.native_id, r.state, r.asset_id, r.link, r.duplicate_of, r.first_observed_at,
	jsonb_build_object('identity_store_id', r.attributes -> 'identity_store_id', 'account_id', r.attributes -> 'account_id',
		'emails', r.attributes -> 'emails', 'tag_email', r.attributes -> 'tag_email') as telling,
	(select count(*)::int from jsonb_each(r.attributes) e where e.value <> 'null') as attribute_count,
	s.last_complete_at, s.incomplete_runs, d.is_primary, d.is_duplicate, d.first_observed_at as row_first_observed_at, d.valid_from
from ${table} d join source_record r on r.id = d.record
join integration i on i.id = r.integration join scope s on s.id = r.scope
where d.record = any ($1) and r.state <> 'insufficient' order by r.id`;
