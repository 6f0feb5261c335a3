import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { ensureOrganization, findOrganization, type Organization } from '#store/organizations.ts';
import type { Store } from '#store/store.ts';

/** The organization every installation starts with. */
export const firstOrganization = 'default';

/**
 * The organization of that slug. A slip of the pen makes no tenant: only the first is made where there is none.
 *
 * @throws RollcallError `INVENTORY:0003` for any other that does not exist.
 */
export async function requireOrganization(store: Store, slug: string): Promise<Organization> {
	if (slug === firstOrganization) return await ensureOrganization(store, slug);
	const found = await findOrganization(store, slug);
	if (found) return found;
	throw unknownOrganization(slug);
}

export function unknownOrganization(slug: string): RollcallError {
	return new RollcallError({
		code: 'INVENTORY:0003',
		actor: 'you',
		retryable: false,
		message: `There is no organization named ${slug}.`,
		fix: 'check --organization; without it the organization "default" is used, and `rollcall policy` or a collection makes the one it names',
	});
}
