import { type CorrelateInput, type CorrelateResult, correlateDue } from './correlate-records.ts';
import type { Store } from './store.ts';

/** Correlates all records that are due, a batch a transaction, so that writers never wait long. */
export async function correlateOrganization(
	store: Store,
	organizationId: string,
	input: CorrelateInput,
): Promise<Omit<CorrelateResult, 'left'>> {
	const sum = { merged: 0, split: 0, changed: 0 };
	for (;;) {
		const { merged, split, changed, left } = await store.tenant(organizationId, (tx) => correlateDue(tx, input));
		sum.merged += merged;
		sum.split += split;
		sum.changed += changed;
		if (left === 0) return sum;
	}
}

/**
 * Correlates an organization anew, as after a change of what users correlate by: all users, and the devices with more than
 * one record. The others stand alone whatever is looked at.
 */
export async function correlateAll(
	store: Store,
	organizationId: string,
	input: CorrelateInput,
): Promise<Omit<CorrelateResult, 'left'>> {
	await store.tenant(organizationId, async (tx) => {
		await tx.client.query(dueUsersSql);
		await tx.client.query(dueDevicesSql);
	});
	return await correlateOrganization(store, organizationId, input);
}

const dueUsersSql = `
insert into correlation_due (record)
select record from directory_user where organization = current_organization() order by record`;

const dueDevicesSql = `
insert into correlation_due (record)
select r.record
from device s cross join lateral (
	select o.id as record from source_record o where o.asset_id = s.asset_id offset 0
) r
where not s.is_primary and s.organization = current_organization()`;
