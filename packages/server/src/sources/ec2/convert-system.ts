import type { DeviceAttributes, lifecycles } from '@rollcall/model/asset/device.ts';
import { type Fields, type Notes, readText } from '#sources/kit/read-fields.ts';

type OsPlatform = NonNullable<DeviceAttributes['os_platform']>;
type Lifecycle = (typeof lifecycles)[number];

const macFamily = /^mac(?:\d|-)/;
const linuxWords = /linux|ubuntu|red hat|rhel|suse|debian|centos/i;

export interface OperatingSystem {
	readonly os: string | undefined;
	readonly platform: OsPlatform;
}

/**
 * The operating system as far as AWS knows it. Macs are told by their instance family, because PlatformDetails says
 * `Linux/UNIX` of them; `Platform` is only ever set for Windows.
 */
export function readOperatingSystem(instance: Fields, notes: Notes): OperatingSystem {
	const model = readText(instance, 'InstanceType', notes) ?? '';
	const details = readText(instance, 'PlatformDetails', notes);
	const platform = readText(instance, 'Platform', notes);
	if (macFamily.test(model)) return { os: 'macOS', platform: 'macos' };
	const os = details ?? (platform?.toLowerCase() === 'windows' ? 'Windows' : platform);
	return { os, platform: familyOf(`${platform ?? ''} ${details ?? ''}`) };
}

function familyOf(words: string): OsPlatform {
	if (words.toLowerCase().includes('windows')) return 'windows';
	return linuxWords.test(words) ? 'linux' : 'unknown';
}

const lifecycleNames: ReadonlyMap<string, Lifecycle> = new Map<string, Lifecycle>([
	['spot', 'spot'],
	['scheduled', 'scheduled'],
	['capacity-block', 'capacity-block'],
	['interruptible-capacity-reservation', 'interruptible-capacity-reservation'],
	['on-demand', 'on-demand'],
]);

/** How the instance is bought: AWS leaves it out for on-demand. Undefined for a word we do not know yet. */
export function readLifecycle(instance: Fields, notes: Notes): Lifecycle | undefined {
	const given = readText(instance, 'InstanceLifecycle', notes);
	if (given === undefined) return 'on-demand';
	const known = lifecycleNames.get(given);
	if (known === undefined) notes.push('InstanceLifecycle holds a word we do not know');
	return known;
}
