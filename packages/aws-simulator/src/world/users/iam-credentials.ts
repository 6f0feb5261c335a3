import { mix, pick, toUnit } from '../hash.ts';
import { factsOfPartition } from '../partitions.ts';
import { MILLISECONDS_PER_DAY } from '../settings.ts';
import type { World } from '../world.ts';
import type { IamName } from './iam-names.ts';
import { repeats } from './lives.ts';

export interface AccessKey {
	readonly active: boolean;
	/** Undefined: there is no such key. */
	readonly rotatedAt: number | undefined;
	readonly lastUsed: { readonly at: number; readonly region: string; readonly service: string } | undefined;
}

/** What the credential report tells, and the last use of the password, which the listing tells too. */
export interface IamCredentials {
	readonly passwordEnabled: boolean;
	readonly passwordLastUsedAt: number | undefined;
	readonly passwordChangedAt: number | undefined;
	readonly mfaActive: boolean;
	readonly keys: readonly [AccessKey, AccessKey];
	readonly certificate: { readonly active: boolean; readonly rotatedAt: number } | undefined;
}

const NO_KEY: AccessKey = { active: false, rotatedAt: undefined, lastUsed: undefined };
export const NO_CREDENTIALS: IamCredentials = {
	passwordEnabled: false,
	passwordLastUsedAt: undefined,
	passwordChangedAt: undefined,
	mfaActive: false,
	keys: [NO_KEY, NO_KEY],
	certificate: undefined,
};

const USED_SERVICES = ['s3', 'ec2', 'sts', 'iam', 'ecr', 'dynamodb', 'ses'] as const;
/** Days between two sign-ins. */
const HABITS = [1, 1, 7, 30] as const;

/** A moment between these two, in whole seconds; `share` near 1 is late. */
function between(from: number, to: number, share: number): number {
	return Math.floor((from + Math.max(0, to - from) * share) / 1000) * 1000;
}

function drawKey(world: World, bornAt: number, hash: number): AccessKey {
	const { startAt, partition } = world.settings;
	const regions = factsOfPartition(partition).regions.slice(0, 3);
	const end = Math.max(bornAt, startAt);
	const rotatedAt = between(bornAt, end, toUnit(mix(hash, 1)));
	const used = mix(hash, 2) % 10 < 8;
	return {
		active: mix(hash, 3) % 10 < 8,
		rotatedAt,
		lastUsed: used
			? {
					at: between(rotatedAt, end, 0.5 + toUnit(mix(hash, 4)) / 2),
					region: pick(regions, mix(hash, 5)).name,
					service: pick(USED_SERVICES, mix(hash, 6)),
				}
			: undefined,
	};
}

function drawPasswordUse(world: World, bornAt: number, hash: number, at: number): number | undefined {
	if (mix(hash, 1) % 10 < 3) {
		return undefined; // Never.
	}
	const { startAt } = world.settings;
	const habit = mix(hash, 2) % 4 === 3 ? undefined : pick(HABITS, mix(hash, 3));
	const since = habit === undefined ? 1 : repeats(world, bornAt, hash, habit, at).count;
	if (habit !== undefined && since > 0) {
		return Math.max(bornAt, repeats(world, bornAt, hash, habit, at).lastAt);
	}
	const recent = startAt - toUnit(mix(hash, 4)) * (habit ?? 700) * MILLISECONDS_PER_DAY;
	return recent > bornAt ? Math.floor(recent / 1000) * 1000 : between(bornAt, Math.max(bornAt, startAt), 0.5);
}

/** The credentials of a user as they are at this moment. */
export function drawCredentials(
	world: World,
	kind: IamName['kind'],
	bornAt: number,
	hash: number,
	at: number,
): IamCredentials {
	const human = kind !== 'service';
	const withPassword = human && mix(hash, 40) % 100 < 88;
	const keys = human ? Number(mix(hash, 41) % 10 < 4) : 1 + Number(mix(hash, 41) % 7 === 0);
	const end = Math.max(bornAt, world.settings.startAt);
	return {
		passwordEnabled: withPassword,
		passwordLastUsedAt: withPassword ? drawPasswordUse(world, bornAt, mix(hash, 42), at) : undefined,
		passwordChangedAt: withPassword ? between(bornAt, end, toUnit(mix(hash, 43))) : undefined,
		mfaActive: human && mix(hash, 44) % 100 < 72,
		keys: [
			keys > 0 ? drawKey(world, bornAt, mix(hash, 45)) : NO_KEY,
			keys > 1 ? drawKey(world, bornAt, mix(hash, 46)) : NO_KEY,
		],
		certificate:
			mix(hash, 47) % 50 === 0
				? { active: mix(hash, 48) % 2 === 0, rotatedAt: between(bornAt, end, toUnit(mix(hash, 49))) }
				: undefined,
	};
}
