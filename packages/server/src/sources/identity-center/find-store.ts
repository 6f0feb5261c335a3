import { listInstances } from '#aws/operations/sso.ts';
import { pageThrough } from '#aws/paging.ts';
import type { ReadContext } from '#sources/kit/collection.ts';
import { checkIdentityStoreId, type IdentityCenterSettings, settingsFault } from './settings.ts';

export const findStoreExtra = 'find-identity-store';

/**
 * The id of the identity store: as it was given, else with the extra by asking for the instances of the region. Throws
 * `SOURCE:0003` where it was not given and may not be asked for, or where there is not exactly one.
 */
export async function findIdentityStore(
	context: Pick<ReadContext, 'call'>,
	settings: IdentityCenterSettings,
	mayAsk: boolean,
): Promise<string> {
	const { identityStoreId, region } = settings;
	if (identityStoreId !== null) return checkIdentityStoreId(identityStoreId);
	if (!mayAsk) {
		throw settingsFault('identity_store_id', 'identity_center.users needs the id of the identity store', {
			fix: `give it, as d-0123456789, or allow the extra ${findStoreExtra}, which asks AWS for it`,
		});
	}
	const stores = await listStores(context);
	const [store, ...others] = stores;
	if (store === undefined) {
		throw settingsFault('region', `there is no Identity Center in ${region}`, {
			fix: 'give the region that it was enabled in, and the account that owns it or administers it by delegation',
		});
	}
	if (others.length === 0) return checkIdentityStoreId(store);
	throw settingsFault('identity_store_id', `there are several identity stores in ${region}: ${stores.join(', ')}`, {
		fix: 'give the one to read',
	});
}

async function listStores(context: Pick<ReadContext, 'call'>): Promise<readonly string[]> {
	const stores = new Set<string>();
	const ask = (nextToken: string | null) => context.call(listInstances, nextToken === null ? {} : { nextToken });
	for await (const { page } of pageThrough(listInstances.action, ask)) {
		for (const { identityStoreId, status } of page.items) {
			const isActive = status === null || status === 'ACTIVE';
			if (identityStoreId !== null && isActive) stores.add(identityStoreId);
		}
	}
	return [...stores].sort();
}
