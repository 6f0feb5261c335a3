import { correlate } from '@rollcall/model/asset/correlate.ts';
import type { Correlation, CorrelationRecord } from '@rollcall/model/asset/correlation.ts';
import { correlationIdentifiers, correlationStore } from '@rollcall/model/asset/correlation-identifiers.ts';
import type { AttributeValues } from '@rollcall/model/asset/derived.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { assetIdOf } from './asset-id.ts';
import { anyHistory, openHistory } from './testing/any-history.ts';
import { type Ground, openGround } from './testing/ground.ts';

interface Stored {
	readonly id: string;
	readonly kind: string;
	readonly native_id: string;
	readonly state: string;
	readonly attributes: AttributeValues;
	readonly asset_id: string;
	readonly row_asset_id: string;
	readonly is_primary: boolean;
	readonly is_duplicate: boolean;
	readonly duplicate_of: string | null;
	readonly link: unknown;
	readonly first_observed_at: Date;
	readonly shown_first_observed_at: Date;
	readonly last_complete_at: Date | null;
	readonly incomplete_runs: number;
}

const storedSql = `
select r.id, i.kind, r.native_id, r.state, r.attributes, r.asset_id, d.asset_id as row_asset_id, d.is_primary, d.is_duplicate,
	r.duplicate_of, r.link, r.first_observed_at, d.first_observed_at as shown_first_observed_at, s.last_complete_at, s.incomplete_runs
from source_record r join integration i on i.id = r.integration join scope s on s.id = r.scope
join (
	select record, asset_id, is_primary, is_duplicate, first_observed_at from device
	union all select record, asset_id, is_primary, is_duplicate, first_observed_at from directory_user
) d on d.record = r.id
where r.organization = $1 order by r.id`;

/** Everything there is, not only what a change may concern. */
function toCorrelation(organizationId: string, stored: Stored): CorrelationRecord {
	return {
		recordId: stored.id,
		kind: stored.kind,
		store: correlationStore(stored.attributes),
		identifiers: correlationIdentifiers(stored.kind, stored.attributes, { tagEmail: false }),
		isLive: stored.state === 'active',
		scopeCompleteAt: stored.last_complete_at?.toISOString() ?? null,
		incompleteRuns: stored.incomplete_runs,
		attributeCount: Object.values(stored.attributes).filter((value) => value !== null).length,
		firstObservedAt: stored.first_observed_at.toISOString(),
		ownAssetId: assetIdOf(organizationId, stored.native_id),
		assetId: stored.asset_id,
		isPrimary: stored.is_primary,
		duplicateOf: stored.duplicate_of,
	};
}

const byId = (left: { recordId: string }, right: { recordId: string }): number =>
	Number(left.recordId) - Number(right.recordId);

function expectedOf({ records }: Correlation): unknown {
	return [...records].sort(byId).map(({ recordId, assetId, isPrimary, duplicateOf, reason }) => ({
		recordId,
		assetId,
		isPrimary,
		duplicateOf,
		reason,
	}));
}

async function storedOf({ look, organizationId }: Ground): Promise<Stored[]> {
	return await look<Stored>(storedSql, [organizationId]);
}

interface StoredAlias {
	readonly asset_id: string;
	readonly record: string;
	readonly merged_into: string;
}

async function aliasesOf({ look, organizationId }: Ground): Promise<StoredAlias[]> {
	return await look<StoredAlias>(
		'select asset_id, record, merged_into from asset_alias where organization = $1 and valid_to is null order by asset_id',
		[organizationId],
	);
}

test('whatever happens to records in whatever order, the store says what the correlation of everything says', async () => {
	const ground = await openGround(openTestCluster);
	let number = 0;
	await fc.assert(
		fc.asyncProperty(anyHistory, async (steps) => {
			number += 1;
			const history = await openHistory(ground, `organization-${number}`);
			const { organizationId } = history.ground;
			const ever = new Set<string>();
			const leading = new Map<string, string>();
			for (const [index, step] of steps.entries()) {
				await history.run(step, index * 2);
				if (step.correlated === null) continue;
				const before = await storedOf(history.ground);
				await history.correlate(step, index * 2 + step.correlated);
				const after = await storedOf(history.ground);
				const whole = correlate(before.map((stored) => toCorrelation(organizationId, stored)));
				expect(
					after.map((stored) => ({
						recordId: stored.id,
						assetId: stored.asset_id,
						isPrimary: stored.is_primary,
						duplicateOf: stored.duplicate_of,
						reason: stored.link,
					})),
				).toEqual(expectedOf(whole));
				for (const stored of after) {
					const ofAsset = after.filter(({ asset_id }) => asset_id === stored.asset_id);
					const first = Math.min(...ofAsset.map(({ first_observed_at }) => first_observed_at.getTime()));
					expect(stored.row_asset_id).toBe(stored.asset_id);
					expect(stored.is_duplicate).toBe(stored.duplicate_of !== null);
					if (stored.is_primary) expect(stored.shown_first_observed_at.getTime()).toBe(first);
				}
				// Every id that ever stood for an asset is in use, or leads in one step to the asset that holds its record.
				for (const { assetId, recordId } of whole.aliases) leading.set(assetId, recordId);
				for (const { asset_id } of [...before, ...after]) ever.add(asset_id);
				for (const { asset_id } of after) leading.delete(asset_id);
				const aliases = await aliasesOf(history.ground);
				expect(aliases.map(({ asset_id, record }) => [asset_id, record])).toEqual([...leading].sort());
				const standing = new Map(after.map((stored) => [stored.id, stored.asset_id]));
				expect(aliases.map(({ merged_into }) => merged_into)).toEqual(
					aliases.map(({ record }) => standing.get(record)),
				);
				const inUse = new Set(standing.values());
				expect([...ever].filter((id) => !inUse.has(id)).sort()).toEqual(aliases.map(({ asset_id }) => asset_id));
			}
		}),
		{ numRuns: 40, interruptAfterTimeLimit: 120_000 },
	);
	await ground.close();
}, 180_000);
