import { hashText, toAlphanumeric } from './hash.ts';
import { createOverlay, type Overlay } from './overlay.ts';
import type { PartitionName } from './partitions.ts';
import type { WorldSettings } from './settings.ts';

/**
 * An AWS Organization that is computed, never stored: everything is a function of the settings, the world's time and the
 * explicit changes in `overlay`. Memory does not grow with its size.
 */
export interface World {
	readonly settings: WorldSettings;
	readonly overlay: Overlay;
	/** Hash of the seed; all draws begin here. */
	readonly key: number;
	/** World time in milliseconds. It stands still unless it is moved. */
	readonly time: { at: number };
	/** Scopes' contexts that were used lately. */
	readonly cache: Map<string, unknown>;
}

export function createWorld(settings: WorldSettings): World {
	return {
		settings,
		overlay: createOverlay(),
		// A seed is another AWS Organization in every partition.
		key: hashText(settings.seed, nameInPartition(settings.partition, 'world')),
		time: { at: settings.startAt },
		cache: new Map(),
	};
}

/** The name as it is in the commercial partition, and another one in every other: what is drawn from it is never shared. */
export function nameInPartition(partition: PartitionName, name: string): string {
	return partition === 'aws' ? name : `${partition}/${name}`;
}

/** An ARN of the world's partition. */
export function formatArn(world: World, service: string, region: string, accountId: string, resource: string): string {
	return `arn:${world.settings.partition}:${service}:${region}:${accountId}:${resource}`;
}

export function organizationIdOf(world: World): string {
	return world.overlay.organizationId ?? `o-${toAlphanumeric(hashText(world.key, 'organization'), 10)}`;
}

export function rootIdOf(world: World): string {
	return `r-${toAlphanumeric(hashText(world.key, 'root'), 4)}`;
}

const CACHE_LIMIT = 4000;

/** A small bounded cache for what is costly to make again (a scope's networks). */
export function remember<Value>(world: World, key: string, make: () => Value): Value {
	const known = world.cache.get(key);
	if (known !== undefined) {
		return known as Value; // The key names the type: every caller uses its own prefix.
	}
	const value = make();
	if (world.cache.size >= CACHE_LIMIT) {
		world.cache.clear();
	}
	world.cache.set(key, value);
	return value;
}
