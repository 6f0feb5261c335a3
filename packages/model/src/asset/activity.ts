import type { AssetType } from './record-state.ts';

/**
 * When an asset was last active (`inventory.md`, Attributes): a running device when AWS last listed it, another when it
 * stopped; a user when the password was last used, else when AWS last listed the user.
 *
 * @param observedAt when AWS last listed it, ISO 8601; null where nobody knows
 */
export function lastActivityAt(
	type: AssetType,
	attributes: Readonly<Record<string, unknown>>,
	observedAt: string | null,
): string | undefined {
	const own = type === 'device' ? attributes['stopped_at'] : attributes['password_last_used_at'];
	const isListed = type === 'device' ? attributes['state'] === 'running' : own === undefined;
	const at = isListed ? observedAt : own;
	return typeof at === 'string' ? at : undefined;
}
