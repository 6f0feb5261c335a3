import { mix, toUnit } from './hash.ts';
import type { InstanceChange } from './overlay.ts';
import { ADDED_SLOTS, addedKey, birthsPerDay, type Scope } from './scopes.ts';
import { MILLISECONDS_PER_DAY } from './settings.ts';
import type { World } from './world.ts';

export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** One instance's life as seen at one moment. */
export interface Life {
	readonly state: InstanceStateName;
	readonly bornAt: number;
	/** The last start. */
	readonly launchedAt: number;
	/** When it stopped or ended; undefined while it runs. */
	readonly endedAt: number | undefined;
	/** How often its tags have changed by themselves. */
	readonly tagRevision: number;
	readonly cause: 'user' | 'spot' | 'autoscaling';
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What of an instance's nature decides its life. */
export interface LifeTraits {
	/** Members of a group are replaced, never stopped. */
	readonly disposable: boolean;
	readonly spot: boolean;
}

export interface Who {
	readonly slot: number;
	/** Those made by hand. */
	readonly changes: readonly InstanceChange[] | undefined;
	readonly hash: number;
	readonly traits: LifeTraits;
}

function causeOf(traits: LifeTraits): Life['cause'] {
	if (traits.spot) {
		return 'spot';
	}
	return traits.disposable ? 'autoscaling' : 'user';
}

/** The instance's life at `at`, or undefined while it is not there: not yet born, or gone. */
export function lifeAt(world: World, scope: Scope, who: Who, at: number): Life | undefined {
	const { slot, hash, traits, changes } = who;
	const bornAt = birthOf(world, scope, slot, hash);
	if (bornAt === undefined || at < bornAt) {
		return undefined;
	}
	let diesAt = drawDeath(world, slot < scope.initialInstances, bornAt, hash);
	let calm = false;
	for (const change of changes ?? []) {
		if (at < change.at) {
			continue;
		}
		if (change.kind === 'remove') {
			return undefined;
		}
		if (change.kind === 'terminate' && change.at < diesAt) {
			diesAt = change.at;
			calm = true;
		}
	}
	const cause = causeOf(traits);
	const turned = flipsAt(world, bornAt, hash, traits, Math.min(at, diesAt));
	const tagRevision = countIntervals(world, bornAt, mix(hash, 13), at).count;
	if (at >= diesAt) {
		if (at >= diesAt + HOUR_MS) {
			return undefined;
		}
		const state = !calm && at < diesAt + MINUTE_MS && world.settings.churn > 0 ? 'shutting-down' : 'terminated';
		return { state, bornAt, launchedAt: turned.launchedAt, endedAt: diesAt, tagRevision, cause };
	}
	let { state, launchedAt, endedAt } = turned;
	for (const change of changes ?? []) {
		if (at >= change.at && change.kind === 'stop') {
			[state, endedAt] = ['stopped', change.at];
		} else if (at >= change.at && change.kind === 'start') {
			[state, launchedAt, endedAt] = ['running', change.at, undefined];
		}
	}
	return { state, bornAt, launchedAt, endedAt, tagRevision, cause };
}

function birthOf(world: World, scope: Scope, slot: number, hash: number): number | undefined {
	const { startAt } = world.settings;
	if (slot >= ADDED_SLOTS) {
		return world.overlay.added.get(addedKey(scope.account.index, scope.regionIndex))?.[slot - ADDED_SLOTS]?.at;
	}
	if (slot >= scope.initialInstances) {
		return (
			startAt + Math.ceil(((slot - scope.initialInstances + 1) / birthsPerDay(world, scope)) * MILLISECONDS_PER_DAY)
		);
	}
	const age = toUnit(mix(hash, 7));
	return Math.floor((startAt - 2 * HOUR_MS - age * age * 900 * MILLISECONDS_PER_DAY) / 1000) * 1000;
}

function drawDeath(world: World, initial: boolean, bornAt: number, hash: number): number {
	const { startAt, churn, terminatedShare } = world.settings;
	const draw = mix(hash, 8);
	if (initial && toUnit(draw) < terminatedShare) {
		return startAt - 5 * MINUTE_MS - Math.floor(toUnit(mix(hash, 9)) * 45) * MINUTE_MS;
	}
	if (churn <= 0) {
		return Number.POSITIVE_INFINITY;
	}
	const days = -Math.log(1 - toUnit(mix(hash, 10))) / (churn * 0.5);
	return Math.floor(Math.max(startAt, bornAt) + days * MILLISECONDS_PER_DAY);
}

/** How many drawn intervals have passed by `at`, and when the last one and the one before ended. */
function countIntervals(
	world: World,
	bornAt: number,
	hash: number,
	at: number,
): { count: number; lastAt: number; previousAt: number } {
	const { churn, startAt } = world.settings;
	if (churn <= 0) {
		return { count: 0, lastAt: 0, previousAt: 0 };
	}
	const interval = ((0.5 + 3 * toUnit(hash)) / churn) * MILLISECONDS_PER_DAY;
	const phase = toUnit(mix(hash, 1)) * interval;
	const from = Math.max(startAt, bornAt);
	const count = Math.max(0, Math.floor((at - from + phase) / interval));
	const lastAt = Math.floor((from - phase + count * interval) / 1000) * 1000;
	return { count, lastAt, previousAt: Math.floor((lastAt - interval) / 1000) * 1000 };
}

function flipsAt(world: World, bornAt: number, hash: number, traits: LifeTraits, at: number) {
	const restartedAt =
		mix(hash, 15) % 3 === 0
			? bornAt + Math.floor((toUnit(mix(hash, 16)) * Math.max(0, world.settings.startAt - bornAt)) / 1000) * 1000
			: bornAt;
	const base = { launchedAt: restartedAt, endedAt: undefined as number | undefined };
	if (traits.disposable) {
		return { ...base, state: (at < bornAt + 30_000 ? 'pending' : 'running') as InstanceStateName };
	}
	const stoppedAtFirst = mix(hash, 11) % 100 < 14;
	const flips = countIntervals(world, bornAt, mix(hash, 12), at);
	const stopped = stoppedAtFirst !== (flips.count % 2 === 1);
	if (flips.count === 0) {
		const endedAt = stopped
			? Math.floor((restartedAt + (world.settings.startAt - restartedAt) * toUnit(mix(hash, 14))) / 1000) * 1000
			: undefined;
		return { launchedAt: restartedAt, endedAt, state: (stopped ? 'stopped' : 'running') as InstanceStateName };
	}
	if (!stopped) {
		return { launchedAt: flips.lastAt, endedAt: undefined, state: 'running' as InstanceStateName };
	}
	const launchedAt = flips.count >= 2 ? flips.previousAt : restartedAt;
	const state: InstanceStateName = at < flips.lastAt + 30_000 ? 'stopping' : 'stopped';
	return { launchedAt, endedAt: flips.lastAt, state };
}
