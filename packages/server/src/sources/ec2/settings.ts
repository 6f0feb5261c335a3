/** What an organization may adjust in how its devices are read. */
export interface DeviceSettings {
	/** Keys of the tags that name the owner, the first that has a value wins. */
	readonly ownerTags: readonly string[];
	/** Keys of the tags that name the environment, likewise. */
	readonly environmentTags: readonly string[];
}

export const defaultDeviceSettings: DeviceSettings = {
	ownerTags: ['Owner', 'owner', 'team', 'Team'],
	environmentTags: ['Environment', 'environment', 'env', 'Env', 'stage', 'Stage'],
};
