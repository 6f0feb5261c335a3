import type { CollectAccess, CollectRequest, IdentityCenterPlace, SourceDescription } from '#compose/ports.ts';
import type { GlobalOptions } from '../../context.ts';
import { refuseContradictions } from './contradictions.ts';
import type { CollectOptions } from './options.ts';

/**
 * The request that the options make together.
 *
 * @throws RollcallError `USAGE:0001` where they contradict each other, or the source takes others.
 */
export function buildCollectRequest(
	source: Pick<SourceDescription, 'kind' | 'extras'>,
	options: CollectOptions & GlobalOptions,
): CollectRequest {
	refuseContradictions(source, options);
	const toLines = options.out !== undefined;
	return {
		source: source.kind,
		organization: options.organization,
		configuration: options.config ?? null,
		access: buildAccess(options),
		regions: options.regions ?? null,
		accounts: options.accounts ?? null,
		excludedAccounts: options.excludeAccounts ?? [],
		ous: options.ou ?? null,
		excludedOus: options.excludeOu ?? [],
		extras: options.extras ?? [],
		identityCenter: buildPlace(options),
		enrich: options.enrich ?? (toLines ? 'all' : 'due'),
		destination: toLines ? 'lines' : 'inventory',
		raw: options.raw ?? false,
	};
}

function buildAccess(options: CollectOptions): CollectAccess {
	const { roleArn, externalId, organizationDiscovery = false } = options;
	if (roleArn === undefined) return { schema: 'access_key' };
	return { schema: 'assume_role', roleArn, externalId: externalId ?? null, organizationDiscovery };
}

/** The source that needs a region to be called in is the one that has a store. */
function buildPlace({ identityStoreId, region }: CollectOptions): IdentityCenterPlace | null {
	return region === undefined ? null : { identityStoreId: identityStoreId ?? null, region };
}
