import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { usageExitCode } from '@rollcall/model/run/execution.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { parseRoleArn } from '#aws/arn.ts';
import { type Aws, createAws } from '#aws/create-aws.ts';
import type { SessionCredentials } from '#aws/session.ts';
import type { AwsSettings } from '#aws/settings.ts';
import type { Access } from '#collect/access.ts';
import type { AccountChoice } from '#collect/account-choice.ts';
import { type RunOptions, runExecution } from '#collect/coordinator.ts';
import { createNoBook } from '#collect/run-book.ts';
import { openStoreBook } from '#collect/store-book.ts';
import type { WorkerOutput, WorkerSetup } from '#collect/worker/protocol.ts';
import { startWorkerProcesses } from '#collect/worker/worker-process.ts';
import { findWorkerEntry } from '#platform/assets-root.ts';
import { type Clock, createClock } from '#platform/clock.ts';
import type { Config } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';
import { tuneHeapForBodies } from '#platform/tune-heap.ts';
import type { Collection } from '#sources/kit/collection.ts';
import { checkExtras, defaultSourceSettings, findCollection, type SourceSettings } from '#sources/registry.ts';
import { refuseForeignRole, upsertConfiguration, upsertIntegration } from '#store/configurations.ts';
import { ensureOrganization } from '#store/organizations.ts';
import type { Store } from '#store/store.ts';
import { awsSettings } from './aws-settings.ts';
import { openMigratedStore } from './database.ts';
import { openLog } from './environment.ts';
import type { CollectHooks, CollectRequest } from './ports.ts';

/**
 * Scopes one worker reads at once, by where they go. Lines need 32 to keep a core busy at 135 ms a call; in the store a
 * scope also waits for its transaction, and 32 small ones do not fill one. Memory is bounded by bodies and waiting rows.
 */
const scopesAtOnce: Readonly<Record<WorkerOutput['kind'], number>> = { lines: 32, store: 128 };
/** Old generation of a worker's heap. */
const workerHeapMb = 384;

/** Runs one execution to its end: into the inventory, or as lines without any database. */
export async function runCollect(
	config: Config,
	request: CollectRequest,
	hooks: CollectHooks,
): Promise<ExecutionSummary> {
	tuneHeapForBodies();
	checkExtras(request.source, request.extras);
	const sources = sourcesOf(request);
	const collection = findCollection(request.source, sources);
	refuseForeignRegion(request, collection);
	const clock = createClock();
	const settings = awsSettings(config);
	const aws = createAws({ clock, settings });
	const log = openLog(config);
	const shared: SharedParts = { config, request, hooks, sources, collection, clock, settings, aws, log };
	// The last stage of stopping also ends what the coordinator itself waits for, as an STS that does not answer.
	hooks.aborting.addEventListener('abort', () => void aws.close());
	try {
		return request.destination === 'lines' ? await collectLines(shared) : await collectIntoInventory(shared);
	} finally {
		await aws.close();
	}
}

/** Throws `SOURCE:0003` before anything is begun where the region of a store can not be one of the role's partition. */
function refuseForeignRegion({ access }: CollectRequest, { scopedBy }: Collection<unknown>): void {
	if (scopedBy === 'region' || access.schema !== 'assume_role') return;
	scopedBy.callRegion(parseRoleArn(access.roleArn).partition);
}

function sourcesOf({ extras, identityCenter }: CollectRequest): SourceSettings {
	const { identityStoreId = null, region = null } = identityCenter ?? {};
	return { ...defaultSourceSettings, extras, identityCenter: { identityStoreId, region } };
}

interface SharedParts {
	readonly config: Config;
	readonly request: CollectRequest;
	readonly hooks: CollectHooks;
	readonly sources: SourceSettings;
	readonly collection: Collection<unknown>;
	readonly clock: Clock;
	readonly settings: AwsSettings;
	readonly aws: Aws;
	readonly log: Logger;
}

async function collectLines(shared: SharedParts): Promise<ExecutionSummary> {
	const { request, hooks } = shared;
	const { onLines } = hooks;
	if (!onLines) throw new Error('lines were asked for, but nobody takes them');
	const access = accessOf(shared, externalIdOf(request));
	return await runExecution({
		...runOptions(shared, access),
		book: createNoBook(),
		pool: {
			...poolOptions(shared, { kind: 'lines', raw: request.raw }),
			onLines,
			ensureServer: async () => undefined,
		},
	});
}

async function collectIntoInventory(shared: SharedParts): Promise<ExecutionSummary> {
	const { config, request, clock } = shared;
	const { store, database, close } = await openMigratedStore(config, 4, { retentionDays: config.retentionDays });
	try {
		const organization = await ensureOrganization(store, request.organization);
		const { fansOut } = shared.collection;
		const access = accessOf(shared, externalIdOf(request) ?? organization.externalId);
		const key = access.schema === 'assume_role' ? access.roleArn : (await keyAccount(shared)).accountId;
		if (access.schema === 'assume_role') await refuseRegisteredRole(shared, store, organization.id, key);
		const { configurationId, integrationId } = await store.tenant(organization.id, async (tx) => {
			const configuration = await upsertConfiguration(tx, {
				schema: access.schema,
				key,
				// What is read once says nothing of how the accounts are found.
				settings:
					access.schema === 'assume_role' && fansOut ? { organization_discovery: access.organizationDiscovery } : {},
				...(request.configuration === null ? {} : { name: request.configuration }),
			});
			const integration = await upsertIntegration(tx, {
				configurationId: configuration.id,
				kind: shared.collection.kind,
				settings: integrationSettings(request),
			});
			return { configurationId: configuration.id, integrationId: integration.id };
		});
		const organizationId = organization.id;
		const asked = { accounts: accountsOf(request), regions: request.regions };
		const book = await openStoreBook({ store, clock, organizationId, configurationId, integrationId, fansOut, asked });
		const output: WorkerOutput = {
			kind: 'store',
			connection: database.connection(),
			organizationId,
			integrationId,
			executionId: book.executionId,
		};
		try {
			return await runExecution({
				...runOptions(shared, access),
				book,
				log: shared.log.child({ executionId: book.executionId }),
				pool: {
					...poolOptions(shared, output),
					onLines: async () => undefined,
					ensureServer: () => database.ensureRunning(),
				},
			});
		} finally {
			book.close();
		}
	} finally {
		await close();
	}
}

/** What an integration is asked for, so that people see it again. */
function integrationSettings({ extras, identityCenter }: CollectRequest): Record<string, unknown> {
	const store = identityCenter && {
		identity_store_id: identityCenter.identityStoreId,
		region: identityCenter.region,
	};
	return { ...(extras.length === 0 ? {} : { extras }), ...store };
}

/** Who asks learns nothing of the other organization; the operator does. */
async function refuseRegisteredRole(
	shared: SharedParts,
	store: Store,
	organizationId: string,
	roleArn: string,
): Promise<void> {
	try {
		await refuseForeignRole(store, { organizationId, roleArn });
	} catch (error) {
		if (error instanceof RollcallError) shared.log.warn({ refused: error.details }, 'role of another organization');
		throw error;
	}
}

function accountsOf(request: CollectRequest): AccountChoice {
	const { accounts, excludedAccounts, ous, excludedOus } = request;
	return { only: accounts, except: excludedAccounts, onlyUnits: ous, exceptUnits: excludedOus };
}

type SharedRunOptions = Omit<RunOptions, 'book' | 'pool'>;

function runOptions(shared: SharedParts, access: Access): SharedRunOptions {
	const { request, hooks, collection, clock, aws } = shared;
	return {
		request: { collection, access, regions: request.regions, accounts: accountsOf(request), enrich: request.enrich },
		clock,
		caller: aws.caller,
		broker: aws.broker,
		log: shared.log,
		stopping: hooks.stopping,
		aborting: hooks.aborting,
		onStart: (live) => hooks.onStart(live),
	};
}

function poolOptions(
	shared: SharedParts,
	output: WorkerOutput,
): Pick<RunOptions['pool'], 'startWorker' | 'workers' | 'setup'> {
	const setup: WorkerSetup = {
		collectionKind: shared.collection.kind,
		sources: shared.sources,
		output,
		aws: shared.settings,
		scopesAtOnce: scopesAtOnce[output.kind],
		clockSpeed: 1,
	};
	return {
		startWorker: startWorkerProcesses(findWorkerEntry(), workerHeapMb),
		workers: shared.config.workers,
		setup,
	};
}

function externalIdOf(request: CollectRequest): string | undefined {
	return request.access.schema === 'assume_role' ? (request.access.externalId ?? undefined) : undefined;
}

function accessOf(shared: SharedParts, externalId: string | undefined): Access {
	const { access } = shared.request;
	if (access.schema === 'access_key')
		return { schema: 'access_key', credentials: (refused) => ownKeys(shared, refused) };
	if (externalId === undefined) {
		throw new RollcallError({
			code: 'CLI:0002',
			actor: 'you',
			retryable: false,
			message: 'external_id is missing: every role is entered with one.',
			fix: 'add --external-id with the value the trust policy of the role asks for',
			details: { exitCode: usageExitCode },
		});
	}
	const { roleArn, organizationDiscovery } = access;
	return { schema: 'assume_role', roleArn, externalId, organizationDiscovery };
}

/** The account an access key belongs to names its configuration, so that running twice never makes a second one. */
async function keyAccount(shared: SharedParts): Promise<{ readonly accountId: string }> {
	return await shared.aws.broker.keySession(await ownKeys(shared));
}

async function ownKeys(shared: SharedParts, refused?: string): Promise<SessionCredentials> {
	return await shared.aws.principals.base.credentials(refused === undefined ? {} : { renew: refused });
}
