import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import { type Aws, createAws } from '#aws/create-aws.ts';
import type { SessionCredentials } from '#aws/session.ts';
import { runAccessTest } from '#connect/access-test/run-access-test.ts';
import type { TestedAccess } from '#connect/access-test/test-run.ts';
import { createClock } from '#platform/clock.ts';
import type { Config } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';
import { defaultSourceSettings, findCollection } from '#sources/registry.ts';
import { refuseForeignRole } from '#store/configurations.ts';
import { awsSettings } from './aws-settings.ts';
import { openExistingStore, openMigratedStore } from './database.ts';
import { openLog } from './environment.ts';
import { firstOrganization, requireOrganization, unknownOrganization } from './organization.ts';
import type { AccessTestHooks, AccessTestRequest } from './ports.ts';

/** Tests an access over AWS. A database is made only where the external id is the organization's own. */
export async function testAccess(
	config: Config,
	request: AccessTestRequest,
	hooks: AccessTestHooks,
): Promise<AccessTestResult> {
	const { identityStoreId, identityStoreRegion } = request;
	const settings = {
		...defaultSourceSettings,
		extras: request.extras,
		identityCenter: { identityStoreId, region: identityStoreRegion },
	};
	const collections = request.kinds.map((kind) => findCollection(kind, settings));
	const log = openLog(config);
	const externalId = await findExternalId(config, request, log);
	const clock = createClock();
	const aws = createAws({ clock, settings: awsSettings(config) });
	// The last stage of stopping also ends what sessions wait for, as an STS that does not answer.
	hooks.aborting.addEventListener('abort', () => void aws.close());
	try {
		const result = await runAccessTest({
			collections,
			access: accessOf(request, externalId, aws),
			settings: {
				regions: request.regions === null ? null : [...request.regions],
				accounts: request.accounts === null ? null : [...request.accounts],
				extras: [...request.extras],
				identity_store_id: identityStoreId,
				identity_store_region: identityStoreRegion,
			},
			proof: request.proof,
			patienceMs: request.patienceSeconds * 1000,
			earlier: request.earlier,
			clock,
			caller: aws.caller,
			broker: aws.broker,
			principals: aws.principals,
			entryRegion: config.entryRegion,
			...hooks,
		});
		log.info({ result: result.result, counts: result.counts, seconds: result.seconds }, 'access tested');
		return result;
	} finally {
		await aws.close();
	}
}

/**
 * The one that was given, or the organization's own; undefined for an access key, which sends none. A role that another
 * organization registered is refused, and so is an organization that does not exist. Only an own external id takes a
 * database: where one is given and there is no inventory yet, nobody can have registered anything.
 */
async function findExternalId(config: Config, request: AccessTestRequest, log: Logger): Promise<string | undefined> {
	const { access, organization: slug } = request;
	const given = access.schema === 'assume_role' ? access.externalId : undefined;
	if (access.schema === 'access_key' && slug === firstOrganization) return undefined;
	const needsOwn = given === null && slug === firstOrganization;
	const opened = needsOwn ? await openMigratedStore(config, 2) : await openExistingStore(config, 2);
	if (opened === undefined) {
		if (slug !== firstOrganization) throw unknownOrganization(slug);
		return given ?? undefined;
	}
	const { store, close } = opened;
	try {
		const organization = await requireOrganization(store, slug);
		if (access.schema === 'access_key') return undefined;
		// Who asks learns nothing of the other organization; the operator does.
		await refuseForeignRole(store, { organizationId: organization.id, roleArn: access.roleArn }).catch(
			(error: unknown) => {
				if (error instanceof RollcallError) log.warn({ refused: error.details }, 'role of another organization');
				throw error;
			},
		);
		return given ?? organization.externalId;
	} finally {
		await close();
	}
}

function accessOf(request: AccessTestRequest, externalId: string | undefined, aws: Aws): TestedAccess {
	const { access } = request;
	if (access.schema === 'assume_role' && externalId !== undefined) {
		const { roleArn, organizationDiscovery } = access;
		return { schema: 'assume_role', roleArn, externalId, organizationDiscovery };
	}
	const ownKeys = (refused?: string): Promise<SessionCredentials> =>
		aws.principals.base.credentials(refused === undefined ? {} : { renew: refused });
	return { schema: 'access_key', credentials: ownKeys };
}
