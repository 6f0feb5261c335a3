import { correlate } from '@rollcall/model/asset/correlate.ts';
import { applyCorrelation, findResettled } from '../apply-correlation.ts';
import { readStandingRecords } from '../correlation-facts.ts';
import { publishEvents } from '../publish-events.ts';
import { prepareWriteTables } from '../write-tables.ts';
import type { PlannedStanding } from './any-inventory.ts';
import type { Ground } from './ground.ts';

/**
 * Makes live user records one asset each group, whatever they say of themselves, as the correlator would: with versions of
 * what was, with aliases and events. Records are counted in the order of their ids; those of no group stand alone.
 */
export async function regroupUsers(ground: Ground, planned: readonly PlannedStanding[], at: Date): Promise<void> {
	await ground.store.tenant(ground.organizationId, async (tx) => {
		await prepareWriteTables(tx);
		const { rows } = await tx.client.query<{ id: string }>(
			`select id from source_record where type = 'user' and organization = current_organization() order by id`,
		);
		const plans = new Map(planned.map((plan) => [rows[plan.record]?.id, plan]));
		const records = await readStandingRecords(
			tx,
			'user',
			rows.map(({ id }) => id),
			{ tagEmail: false },
		);
		const correlation = correlate(
			records.map((record) => {
				const group = plans.get(record.recordId)?.group;
				const identifiers = group === undefined ? [] : [`group-${group}`];
				// Nobody is of the same kind or store as another, for nothing is to be ambiguous.
				return { ...record, identifiers, kind: record.recordId, store: record.recordId };
			}),
		);
		const primaries = new Map(
			correlation.records.filter(({ isPrimary }) => isPrimary).map(({ assetId, recordId }) => [assetId, recordId]),
		);
		const live = new Set(records.filter(({ isLive }) => isLive).map(({ recordId }) => recordId));
		const results = correlation.records.map((result) => {
			const isDuplicate = plans.get(result.recordId)?.isDuplicate === true && live.has(result.recordId);
			return isDuplicate && !result.isPrimary
				? { ...result, duplicateOf: primaries.get(result.assetId) ?? null }
				: result;
		});
		const changed = { ...correlation, records: results };
		await applyCorrelation(tx, 'user', changed, findResettled(records, changed), { at, executionId: null });
		await publishEvents(tx);
	});
}
