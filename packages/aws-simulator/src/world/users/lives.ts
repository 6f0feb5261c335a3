import { mix, toUnit } from '../hash.ts';
import { MILLISECONDS_PER_DAY } from '../settings.ts';
import type { World } from '../world.ts';

/** Users come and go this often, each and a day, at a churn of 1. */
const TURNOVER_PER_DAY = 0.02;

/** Somewhere users are drawn for: an account, or the identity store. */
export interface Roll {
	/** Users at the start. */
	readonly initial: number;
	readonly hash: number;
}

function birthsPerDay(world: World, roll: Roll): number {
	return world.settings.churn * TURNOVER_PER_DAY * roll.initial;
}

/** Slots in use by this time, gone ones included. */
export function countDrawn(world: World, roll: Roll, at: number): number {
	const days = Math.max(0, at - world.settings.startAt) / MILLISECONDS_PER_DAY;
	// The phase keeps rolls of one size from all growing in the same moment.
	return roll.initial + Math.floor(days * birthsPerDay(world, roll) + toUnit(roll.hash));
}

function toSeconds(at: number): number {
	return Math.floor(at / 1000) * 1000;
}

/** When the user in this slot was made; those of the start are up to `oldestDays` old. */
export function birthOf(world: World, roll: Roll, slot: number, hash: number, oldestDays: number): number {
	const { startAt } = world.settings;
	if (slot < roll.initial) {
		return toSeconds(startAt - (1 + toUnit(mix(hash, 1)) * (oldestDays - 1)) * MILLISECONDS_PER_DAY);
	}
	const days = (slot - roll.initial + 1 - toUnit(roll.hash)) / birthsPerDay(world, roll);
	return toSeconds(startAt + days * MILLISECONDS_PER_DAY) + 1000;
}

/** When the user goes by itself: never without churn. */
export function endOf(world: World, bornAt: number, hash: number): number {
	const { churn, startAt } = world.settings;
	if (churn <= 0) {
		return Number.POSITIVE_INFINITY;
	}
	const days = -Math.log(1 - toUnit(mix(hash, 2))) / (churn * TURNOVER_PER_DAY);
	return toSeconds(Math.max(startAt, bornAt) + days * MILLISECONDS_PER_DAY);
}

/** How often something that happens every `intervalDays` has happened since the start, and when last; never without churn. */
export function repeats(
	world: World,
	bornAt: number,
	hash: number,
	intervalDays: number,
	at: number,
): { count: number; lastAt: number } {
	const { churn, startAt } = world.settings;
	if (churn <= 0) {
		return { count: 0, lastAt: 0 };
	}
	const interval = intervalDays * MILLISECONDS_PER_DAY;
	const from = Math.max(startAt, bornAt) - toUnit(mix(hash, 3)) * interval;
	const count = Math.max(0, Math.floor((at - from) / interval));
	return { count, lastAt: toSeconds(from + count * interval) };
}
