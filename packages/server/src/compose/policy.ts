import { buildPolicy as build } from '#connect/policies/build-policy.ts';
import { type Config, principalVariables } from '#platform/config.ts';
import { ensureOrganization } from '#store/organizations.ts';
import { openMigratedStore } from './database.ts';
import type { PolicyAnswer, PolicyRequest } from './ports.ts';

/** The document, with our principals of the configuration and the organization's own external id. */
export async function buildPolicy(config: Config, organization: string, request: PolicyRequest): Promise<PolicyAnswer> {
	return await build(request, {
		own: { arns: config.principals, variables: principalVariables },
		entryRegion: config.entryRegion,
		ownExternalId: () => readExternalId(config, organization),
	});
}

/** Policies come before the first collection, so the organization is made here as a collection would make it. */
async function readExternalId(config: Config, slug: string): Promise<string> {
	const { store, close } = await openMigratedStore(config, 1);
	try {
		const { externalId } = await ensureOrganization(store, slug);
		return externalId;
	} finally {
		await close();
	}
}
