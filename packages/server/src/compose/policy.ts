import { buildPolicy as build } from '#connect/policies/build-policy.ts';
import { type Config, principalVariables } from '#platform/config.ts';
import { ensureOrganization, findOrganization } from '#store/organizations.ts';
import { openMigratedStore } from './database.ts';
import { firstOrganization } from './organization.ts';
import type { PolicyDocument, PolicyRequest } from './ports.ts';

/** The document, with our principals of the configuration and the organization's own external id. */
export async function buildPolicy(
	config: Config,
	organization: string,
	request: PolicyRequest,
): Promise<PolicyDocument> {
	let madeOrganization = false;
	const answer = await build(request, {
		own: { arns: config.principals, variables: principalVariables },
		entryRegion: config.entryRegion,
		ownExternalId: async () => {
			const { externalId, isMade } = await readExternalId(config, organization);
			madeOrganization = isMade && organization !== firstOrganization;
			return externalId;
		},
	});
	return { ...answer, madeOrganization };
}

/** Policies come before the first collection, so the organization is made here as a collection would make it. */
async function readExternalId(
	config: Config,
	slug: string,
): Promise<{ readonly externalId: string; readonly isMade: boolean }> {
	const { store, close } = await openMigratedStore(config, 1);
	try {
		const known = await findOrganization(store, slug);
		const { externalId } = known ?? (await ensureOrganization(store, slug));
		return { externalId, isMade: known === undefined };
	} finally {
		await close();
	}
}
