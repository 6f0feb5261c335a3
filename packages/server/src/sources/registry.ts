import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { defineEc2Devices } from './ec2/devices.ts';
import { type DeviceSettings, defaultDeviceSettings } from './ec2/settings.ts';
import type { Collection } from './kit/collection.ts';

/** What an organization may adjust in how its assets are read. */
export interface SourceSettings {
	readonly devices: DeviceSettings;
	/** Names of the extras that were asked for (`Collection.extras`). */
	readonly extras: readonly string[];
	readonly identityCenter: IdentityCenterSettings;
}

/** Where the one identity store is. */
export interface IdentityCenterSettings {
	/** `d-` and ten hexadecimal digits, or a UUID; null: not told. */
	readonly identityStoreId: string | null;
	readonly region: string | null;
}

export const defaultSourceSettings: SourceSettings = {
	devices: defaultDeviceSettings,
	extras: [],
	identityCenter: { identityStoreId: null, region: null },
};

/** Every source: its folder, and the collections in it. A test holds it equal to the folders on disk. */
const sources = {
	ec2: [(settings: SourceSettings): Collection<unknown> => defineEc2Devices(settings.devices)],
} as const;

/** Names of the source folders. */
export const sourceFolders: readonly string[] = Object.keys(sources);

/** All collections, in the order in which people see them. */
export function listCollections(settings: SourceSettings = defaultSourceSettings): readonly Collection<unknown>[] {
	return Object.values(sources).flatMap((collections) => collections.map((define) => define(settings)));
}

/** The collection of a kind; throws `SOURCE:0001` for a kind that does not exist. */
export function findCollection(kind: string, settings: SourceSettings = defaultSourceSettings): Collection<unknown> {
	const collections = listCollections(settings);
	const found = collections.find((collection) => collection.kind === kind);
	if (found) return found;
	throw new RollcallError({
		code: 'SOURCE:0001',
		actor: 'you',
		retryable: false,
		message: `there is no source named ${kind}`,
		fix: `name one of: ${collections.map((collection) => collection.kind).join(', ')}`,
	});
}
