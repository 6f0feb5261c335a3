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
import { ensureOrganization } from '#store/organizations.ts';
import { awsSettings } from './aws-settings.ts';
import { openMigratedStore } from './database.ts';
import { openLog } from './environment.ts';
import type { AccessTestHooks, AccessTestRequest } from './ports.ts';

/** Tests an access over AWS. The database is opened only where the external id is the organization's own. */
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

/** The one that was given, or the organization's own; undefined for an access key, which sends none. */
async function findExternalId(config: Config, request: AccessTestRequest, log: Logger): Promise<string | undefined> {
	const { access } = request;
	if (access.schema === 'access_key') return undefined;
	if (access.externalId !== null) return access.externalId;
	const { store, close } = await openMigratedStore(config, 2);
	try {
		const organization = await ensureOrganization(store, request.organization);
		// Who asks learns nothing of the other organization; the operator does.
		await refuseForeignRole(store, { organizationId: organization.id, roleArn: access.roleArn }).catch(
			(error: unknown) => {
				if (error instanceof RollcallError) log.warn({ refused: error.details }, 'role of another organization');
				throw error;
			},
		);
		return organization.externalId;
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
