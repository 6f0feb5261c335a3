import type { PolicyDocument } from '../options.ts';
import { changesFor, type PolicyChange } from '../world/overlay.ts';
import type { World } from '../world/world.ts';

function lastPolicies(
	world: World,
	changes: readonly PolicyChange[],
	accountId: string,
): readonly PolicyDocument[] | undefined {
	return changesFor(changes, accountId, world.time.at).at(-1)?.policies;
}

/** The policies attached by hand to the role of an account; undefined where it has those of the start. */
export function findRolePolicies(world: World, accountId: string): readonly PolicyDocument[] | undefined {
	return lastPolicies(world, world.overlay.rolePolicies, accountId);
}

/** The permissions boundary of the role of an account. */
export function findBoundary(world: World, accountId: string): readonly PolicyDocument[] | undefined {
	return lastPolicies(world, world.overlay.boundaries, accountId);
}
