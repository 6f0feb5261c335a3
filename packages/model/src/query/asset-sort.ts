import type { AssetType } from '../asset/record-state.ts';

const shared = ['name', 'first_observed_at', 'last_changed_at', 'account'] as const;

/** What the answer to a query may be sorted by. */
export const querySorts: Readonly<Record<AssetType, readonly string[]>> = {
	device: [...shared, 'instance'],
	user: [...shared, 'email'],
};
