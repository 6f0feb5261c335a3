import type { Config } from '#platform/config.ts';
import { listAccounts } from '#store/account-list.ts';
import { correlateOrganization } from '#store/correlate-organization.ts';
import { findDevices, listDevices, sliceDevices } from '#store/devices.ts';
import { listExecutions, readExecution } from '#store/executions.ts';
import { confirmRemovals, listHeldRemovals } from '#store/removals.ts';
import { findUsers, listUsers, sliceUsers } from '#store/users.ts';
import { openCorrelation } from './correlation.ts';
import { openMigratedStore } from './database.ts';
import { openLabels } from './labels.ts';
import { requireOrganization } from './organization.ts';
import type { Inventory } from './ports.ts';
import { openQueries } from './queries.ts';
import { openQuestions } from './questions.ts';

/** Opens the inventory of one organization for reading, and for what people change in it. */
export async function openInventory(config: Config, slug: string): Promise<Inventory> {
	const { store, close } = await openMigratedStore(config, 2);
	try {
		const { id } = await requireOrganization(store, slug);
		return {
			...openQuestions(store, id),
			listDevices: (query) => store.tenant(id, (tx) => listDevices(tx, query)),
			sliceDevices: (query) => store.tenant(id, (tx) => sliceDevices(tx, query)),
			findDevices: (device) => store.tenant(id, (tx) => findDevices(tx, device)),
			listUsers: (query) => store.tenant(id, (tx) => listUsers(tx, query)),
			sliceUsers: (query) => store.tenant(id, (tx) => sliceUsers(tx, query)),
			findUsers: (user) => store.tenant(id, (tx) => findUsers(tx, user)),
			listAccounts: () => store.tenant(id, (tx) => listAccounts(tx)),
			listExecutions: (limit) => store.tenant(id, (tx) => listExecutions(tx, { limit })),
			readExecution: (execution) => store.tenant(id, async (tx) => (await readExecution(tx, execution)) ?? null),
			listHeldRemovals: () => store.tenant(id, (tx) => listHeldRemovals(tx)),
			confirmRemovals: async (which) => {
				const at = new Date();
				const { removed } = await store.tenant(id, (tx) => confirmRemovals(tx, which, at));
				await correlateOrganization(store, id, { now: () => new Date() });
				return removed;
			},
			...openCorrelation(store, id),
			...openLabels(store, id),
			...openQueries(store, id),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}
