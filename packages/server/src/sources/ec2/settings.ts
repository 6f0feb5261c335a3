/** What an organization may adjust in how its devices are read. */
export interface DeviceSettings {
	/** Keys of the tags that name the owner, the first that has a value wins. */
	readonly ownerTags: readonly string[];
	/** Keys of the tags that name the environment, likewise. */
	readonly environmentTags: readonly string[];
	/** Records from which on an account-region is asked for its known ids between full listings. */
	readonly fanOutFrom: number;
}

export const defaultDeviceSettings: DeviceSettings = {
	ownerTags: ['Owner', 'owner', 'team', 'Team'],
	environmentTags: ['Environment', 'environment', 'env', 'Env', 'stage', 'Stage'],
	// Below it one listing is as fast: five pages one after the other.
	fanOutFrom: 5_000,
};
