import { type CorrelateInput, type CorrelateResult, correlateDue } from './correlate-records.ts';
import { makeAllDue } from './correlation-due.ts';
import type { Store } from './store.ts';
import type { TenantTransaction } from './transaction.ts';

export interface OrganizationInput extends Omit<CorrelateInput, 'at' | 'upTo'> {
	/** Of each transaction: what it changes is so from its moment on. */
	readonly now: () => Date;
	/** Called after each transaction. */
	readonly onProgress?: (progress: Pick<CorrelateResult, 'left'>) => void;
}

/**
 * Correlates all records that are due, a batch a transaction, so that writers never wait long. What becomes due meanwhile is
 * left to whoever made it so: else a run would not end while another one writes.
 */
export async function correlateOrganization(
	store: Store,
	organizationId: string,
	{ now, onProgress, ...input }: OrganizationInput,
): Promise<Omit<CorrelateResult, 'left'>> {
	const sum = { merged: 0, split: 0, changed: 0 };
	// The first transaction also finds who else is due because of what is: only then is it known up to where.
	for (let upTo: string | undefined; ; upTo ??= await store.tenant(organizationId, readLatestDue)) {
		const { merged, split, changed, left } = await store.tenant(organizationId, (tx) =>
			correlateDue(tx, { ...input, at: now(), ...(upTo === undefined ? {} : { upTo }) }),
		);
		sum.merged += merged;
		sum.split += split;
		sum.changed += changed;
		onProgress?.({ left });
		if (left === 0) return sum;
	}
}

async function readLatestDue(tx: TenantTransaction): Promise<string> {
	const { rows } = await tx.client.query<{ latest: string }>(
		'select coalesce(max(id), 0) as latest from correlation_due',
	);
	return rows[0]?.latest ?? '0';
}

/** Correlates an organization anew, whatever changed or not. */
export async function correlateAll(
	store: Store,
	organizationId: string,
	input: OrganizationInput,
): Promise<Omit<CorrelateResult, 'left'>> {
	await store.tenant(organizationId, ({ client }) => makeAllDue(client, organizationId));
	return await correlateOrganization(store, organizationId, input);
}
