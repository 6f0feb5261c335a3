import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { defineEc2Devices } from './ec2/devices.ts';
import { type DeviceSettings, defaultDeviceSettings } from './ec2/settings.ts';
import { defineIamUsers } from './iam/users.ts';
import type { IdentityCenterSettings } from './identity-center/settings.ts';
import { defineIdentityCenterUsers } from './identity-center/users.ts';
import type { Collection, Extra } from './kit/collection.ts';

/** What an organization may adjust in how its assets are read. */
export interface SourceSettings {
	readonly devices: DeviceSettings;
	/** Names of the extras that were asked for (`Collection.extras`). */
	readonly extras: readonly string[];
	readonly identityCenter: IdentityCenterSettings;
}

export const defaultSourceSettings: SourceSettings = {
	devices: defaultDeviceSettings,
	extras: [],
	identityCenter: { identityStoreId: null, region: null },
};

/** Every source: its folder, and the collections in it. A test holds it equal to the folders on disk. */
const sources = {
	ec2: [(settings) => defineEc2Devices(settings.devices)],
	iam: [(settings) => defineIamUsers(settings.extras)],
	'identity-center': [(settings) => defineIdentityCenterUsers(settings.identityCenter, settings.extras)],
} as const satisfies Readonly<Record<string, readonly ((settings: SourceSettings) => Collection<unknown>)[]>>;

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

/** An extra with the kind of integration it belongs to. */
export interface ExtraOfKind extends Pick<Extra, 'name' | 'permissions' | 'meaning'> {
	readonly kind: string;
}

/** Everything more that may be asked for, in the order of the collections. */
export function listExtras(): readonly ExtraOfKind[] {
	return listCollections().flatMap(({ kind, extras }) =>
		extras.map(({ name, permissions, meaning }) => ({ kind, name, permissions, meaning })),
	);
}

/** Throws `SOURCE:0004` for a name that is no extra, or one of another kind only; an extra is never silently ignored. */
export function checkExtras(kind: string, names: readonly string[]): void {
	const own = listExtras().filter((extra) => extra.kind === kind);
	const wrong = names.find((name) => !own.some((extra) => extra.name === name));
	if (wrong === undefined) return;
	const owner = listExtras().find((extra) => extra.name === wrong)?.kind;
	throw new RollcallError({
		code: 'SOURCE:0004',
		actor: 'you',
		retryable: false,
		message:
			owner === undefined ? `there is no extra named ${wrong}` : `${wrong} is an extra of ${owner}, not of ${kind}`,
		fix:
			own.length === 0
				? `ask for none: ${kind} has no extras`
				: `${kind} has: ${own.map((extra) => extra.name).join(', ')}`,
	});
}
