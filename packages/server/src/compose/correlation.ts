import type { CorrelationSetting } from '@rollcall/model/asset/correlation-identifiers.ts';
import { correlateOrganization } from '#store/correlate-organization.ts';
import { readCorrelationSetting, setCorrelation } from '#store/organization-settings.ts';
import type { Store } from '#store/store.ts';

export interface CorrelationProgress {
	/** Records that were looked at, of those that are to be. */
	readonly done: number;
	readonly total: number;
}

/** How many assets became one with another, and how many parted. */
export interface CorrelationChange {
	readonly merged: number;
	readonly split: number;
}

/** By what users of several sources are one. */
export interface CorrelationInventory {
	readCorrelation(): Promise<CorrelationSetting>;
	/** Sets it and correlates all users anew; where it was so already, those that an interrupted change has left. */
	changeCorrelation(
		setting: CorrelationSetting,
		onProgress: (progress: CorrelationProgress) => void,
	): Promise<CorrelationChange>;
}

export function openCorrelation(store: Store, organizationId: string): CorrelationInventory {
	return {
		readCorrelation: () => store.tenant(organizationId, readCorrelationSetting),
		changeCorrelation: async (setting, onProgress) => {
			let total = await setCorrelation(store, organizationId, setting);
			const { merged, split } = await correlateOrganization(store, organizationId, {
				now: () => new Date(),
				onProgress: ({ left }) => {
					// Records of other changes may wait, too.
					total = Math.max(total, left);
					onProgress({ done: total - left, total });
				},
			});
			return { merged, split };
		},
	};
}
