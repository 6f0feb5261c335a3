import type { QueryInventory, QueryUse } from '#compose/ports.ts';

/** For `rollcall queries --recent`. An answer that was given is not taken back because this fails. */
export async function rememberQuery(inventory: QueryInventory, use: Omit<QueryUse, 'usedAt'>): Promise<void> {
	try {
		await inventory.recordQueryUse(use);
	} catch {
		// A list of what was asked is a convenience.
	}
}
