import type { SimulatorOptions } from '@rollcall/aws-simulator/options.ts';
import { type RunningSimulator, startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { createAws } from '#aws/create-aws.ts';
import type { SessionCredentials } from '#aws/session.ts';
import type { AwsSettings } from '#aws/settings.ts';
import { createClock } from '#platform/clock.ts';
import { createLogger } from '#platform/logger.ts';
import { defaultSourceSettings, findCollection, type SourceSettings } from '#sources/registry.ts';
import { upsertConfiguration, upsertIntegration } from '#store/configurations.ts';
import type { Connection } from '#store/connection.ts';
import { openStore } from '#store/open-store.ts';
import { ensureOrganization } from '#store/organizations.ts';
import type { Store } from '#store/store.ts';
import type { Access } from '../access.ts';
import { type AccountChoice, everyAccount } from '../account-choice.ts';
import { runExecution } from '../coordinator.ts';
import { createNoBook } from '../run-book.ts';
import { openStoreBook } from '../store-book.ts';
import type { EnrichChoice } from '../task.ts';
import type { WorkerPool } from '../worker/pool.ts';
import type { StartWorker } from '../worker/worker-process.ts';
import { startWorkerInProcess } from './worker-in-process.ts';

/** Where AWS is, and who may enter it how. */
export type RigTarget = Pick<RunningSimulator, 'endpoint' | 'principals' | 'roleArn' | 'externalId'>;

export interface RigOptions {
	readonly simulator?: SimulatorOptions;
	/** A simulator (or something before it) that runs already: none is started, and `rig.simulator` is not there. */
	readonly target?: RigTarget;
	/** Database with the program's schema; without one only `collectLines` works. */
	readonly connection?: Connection;
	/** How much faster than real time back-offs and deadlines run. */
	readonly clockSpeed?: number;
	readonly requestTimeoutMs?: number;
	readonly workers?: number;
	readonly startWorker?: StartWorker;
	readonly reader?: 'own' | 'stock';
	/** What is collected. Default `ec2.devices`. */
	readonly kind?: string;
	/** Default: those of the program, with the identity store of the rig's own simulator. */
	readonly sources?: SourceSettings | ((simulator: RunningSimulator) => SourceSettings);
	/** Region asked first. Default us-east-1. */
	readonly entryRegion?: string;
}

export interface RunChoices {
	readonly enrich?: EnrichChoice;
	readonly regions?: readonly string[];
	readonly accounts?: readonly string[] | AccountChoice;
	readonly access?: 'organization' | 'single' | 'keys';
	/** In the place of the rig's own: integrations are given other settings between their runs. */
	readonly sources?: SourceSettings;
	readonly stopping?: AbortSignal;
	readonly aborting?: AbortSignal;
	readonly onStart?: (pool: Pick<WorkerPool, 'pids'>) => void;
}

/** A simulator, a store and the engine between them: runs over the real wire into a real database. */
export interface Rig {
	readonly simulator: RunningSimulator;
	readonly store: Store;
	readonly organizationId: string;
	readonly integrationId: string;
	readonly configurationId: string;
	collect(choices?: RunChoices): Promise<ExecutionSummary>;
	collectLines(
		choices?: RunChoices,
	): Promise<{ readonly summary: ExecutionSummary; readonly lines: readonly unknown[] }>;
	close(): Promise<void>;
}

function kindOf(options: RigOptions): string {
	return options.kind ?? 'ec2.devices';
}

function sourcesOf({ sources }: RigOptions, simulator: RunningSimulator | undefined): SourceSettings {
	if (typeof sources === 'object') return sources;
	if (!simulator) return defaultSourceSettings;
	const { identityStoreId, identityStoreRegion } = simulator;
	const own = { ...defaultSourceSettings, identityCenter: { identityStoreId, region: identityStoreRegion } };
	return sources?.(simulator) ?? own;
}

function accountsOf({ accounts }: RunChoices): AccountChoice {
	if (accounts === undefined) return everyAccount;
	return 'only' in accounts ? accounts : { ...everyAccount, only: accounts };
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
	const simulator = options.target
		? undefined
		: await startSimulator({ throttle: false, gzip: false, ...options.simulator });
	const target = options.target ?? given(simulator, 'this rig has no simulator of its own');
	const settings: AwsSettings = {
		endpoints: { all: target.endpoint },
		entryRegion: options.entryRegion ?? 'us-east-1',
		reader: options.reader ?? 'own',
		limits: {
			rates: Object.fromEntries(
				['ec2', 'organizations', 'iam', 'identitystore', 'sso'].map((service) => [
					service,
					{ perSecond: 10_000, burst: 10_000 },
				]),
			),
			// A real answer takes real time, however fast the clock runs: on a busy machine three seconds.
			requestTimeoutMs: options.requestTimeoutMs ?? 30_000 * Math.max(1, (options.clockSpeed ?? 1) / 10),
		},
	};
	const { connection } = options;
	const inventory = connection === undefined ? undefined : await openInventory(connection, target, kindOf(options));
	const parts = { options, target, settings, sources: sourcesOf(options, simulator) };
	const needInventory = (): RigInventory => given(inventory, 'this rig was opened without a database');
	return {
		get simulator() {
			return given(simulator, 'this rig has no simulator of its own');
		},
		get store() {
			return needInventory().store;
		},
		get organizationId() {
			return needInventory().organizationId;
		},
		get integrationId() {
			return needInventory().integrationId;
		},
		get configurationId() {
			return needInventory().configurationId;
		},
		collect: (choices = {}) => collectIntoInventory(parts, needInventory(), choices),
		collectLines: (choices = {}) => collectLines(parts, choices),
		close: async () => {
			await inventory?.store.close();
			await simulator?.close();
		},
	};
}

interface RigParts {
	readonly options: RigOptions;
	readonly target: RigTarget;
	readonly settings: AwsSettings;
	readonly sources: SourceSettings;
}

interface RigInventory {
	readonly connection: Connection;
	readonly store: Store;
	readonly organizationId: string;
	readonly configurationId: string;
	readonly integrationId: string;
}

function given<T>(value: T | undefined, otherwise: string): T {
	if (value === undefined) throw new Error(otherwise);
	return value;
}

async function openInventory(connection: Connection, target: RigTarget, kind: string): Promise<RigInventory> {
	const store = await openStore({ connection, maxConnections: 4 });
	const organization = await ensureOrganization(store, 'default');
	const { configurationId, integrationId } = await store.tenant(organization.id, async (tx) => {
		const configuration = await upsertConfiguration(tx, {
			schema: 'assume_role',
			key: target.roleArn,
			settings: {},
		});
		const integration = await upsertIntegration(tx, { configurationId: configuration.id, kind, settings: {} });
		return { configurationId: configuration.id, integrationId: integration.id };
	});
	return { connection, store, organizationId: organization.id, configurationId, integrationId };
}

function accessOf(target: RigTarget, choice: RunChoices['access']): Access {
	if (choice === 'keys') return { schema: 'access_key', credentials: async () => keysOf(target.principals.direct) };
	return {
		schema: 'assume_role',
		roleArn: target.roleArn,
		externalId: target.externalId,
		organizationDiscovery: choice !== 'single',
	};
}

function keysOf(principal: { accessKeyId: string; secretAccessKey: string }): SessionCredentials {
	return { accessKeyId: principal.accessKeyId, secretAccessKey: principal.secretAccessKey };
}

async function collectIntoInventory(
	parts: RigParts,
	inventory: RigInventory,
	choices: RunChoices,
): Promise<ExecutionSummary> {
	const { store, organizationId, configurationId, integrationId, connection } = inventory;
	const clock = createClock(parts.options.clockSpeed ?? 1);
	const book = await openStoreBook({
		store,
		clock,
		organizationId,
		configurationId,
		integrationId,
		fansOut: findCollection(kindOf(parts.options), parts.sources).fansOut,
		asked: { accounts: accountsOf(choices), regions: choices.regions ?? null },
	});
	try {
		return await run(parts, choices, {
			book,
			output: { kind: 'store', connection, organizationId, integrationId, executionId: book.executionId },
			onLines: async () => undefined,
		});
	} finally {
		book.close();
	}
}

async function collectLines(
	parts: RigParts,
	choices: RunChoices,
): Promise<{ readonly summary: ExecutionSummary; readonly lines: readonly unknown[] }> {
	const chunks: Buffer[] = [];
	const summary = await run(parts, choices, {
		book: createNoBook(),
		output: { kind: 'lines', raw: false },
		onLines: async (lines) => {
			chunks.push(lines);
		},
	});
	const text = Buffer.concat(chunks).toString('utf8');
	return {
		summary,
		lines: text
			.split('\n')
			.slice(0, -1)
			.map((line): unknown => JSON.parse(line)),
	};
}

type RunOutput = Pick<Parameters<typeof runExecution>[0], 'book'> & {
	readonly output: Parameters<typeof runExecution>[0]['pool']['setup']['output'];
	readonly onLines: (lines: Buffer) => Promise<void>;
};

async function run(parts: RigParts, choices: RunChoices, sink: RunOutput): Promise<ExecutionSummary> {
	const { options, target, settings } = parts;
	const sources = choices.sources ?? parts.sources;
	const collection = findCollection(kindOf(options), sources);
	const clockSpeed = options.clockSpeed ?? 1;
	const clock = createClock(clockSpeed);
	const aws = createAws({ clock, settings, provide: async () => keysOf(target.principals.base) });
	try {
		return await runExecution({
			request: {
				collection,
				access: accessOf(target, choices.access),
				regions: choices.regions ?? null,
				accounts: accountsOf(choices),
				enrich: choices.enrich ?? 'all',
			},
			clock,
			caller: aws.caller,
			broker: aws.broker,
			log: createLogger('silent'),
			book: sink.book,
			pool: {
				startWorker: options.startWorker ?? startWorkerInProcess,
				workers: options.workers ?? 1,
				setup: {
					collectionKind: collection.kind,
					sources,
					output: sink.output,
					aws: settings,
					scopesAtOnce: 16,
					clockSpeed,
				},
				ensureServer: async () => undefined,
				onLines: sink.onLines,
			},
			stopping: choices.stopping ?? new AbortController().signal,
			aborting: choices.aborting ?? new AbortController().signal,
			onStart: (_live, pool) => choices.onStart?.(pool),
		});
	} finally {
		await aws.close();
	}
}
