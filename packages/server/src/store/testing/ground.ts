import { hash } from 'node:crypto';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import { withClient } from '#platform/postgres/database.ts';
import type { TestCluster } from '../../../test/postgres-cluster.ts';
import { applyWrites } from '../apply-writes.ts';
import { upsertConfiguration, upsertIntegration } from '../configurations.ts';
import { startExecution } from '../executions.ts';
import { migrate } from '../migrate.ts';
import { openStore } from '../open-store.ts';
import { ensureOrganization } from '../organizations.ts';
import type { RecordRow, ScopeWrite, ScopeWriteResult } from '../scope-write.ts';
import { type OpenedAccount, openAccountScopes } from '../scopes.ts';
import type { Store } from '../store.ts';

/** Opens the cluster a contract runs on. */
export type OpenCluster = () => Promise<TestCluster>;

type TestDatabase = Awaited<ReturnType<TestCluster['createDatabase']>>;

/** A migrated database of its own with one integration, and the tools to run collections against it. */
export interface Ground {
	readonly store: Store;
	readonly database: TestDatabase;
	readonly organizationId: string;
	readonly configurationId: string;
	readonly integrationId: string;
	/** A query as the superuser, past every policy. */
	look<Row extends object>(query: string, values?: readonly unknown[]): Promise<Row[]>;
	close(): Promise<void>;
}

async function createMigratedDatabase(openCluster: OpenCluster): Promise<TestDatabase> {
	const cluster = await openCluster();
	await cluster.prepareTemplate('template_of_store', async (connection) => {
		await migrate(connection, { now: minute(0) });
	});
	return await cluster.createDatabase('template_of_store');
}

export async function openGround(openCluster: OpenCluster): Promise<Ground> {
	const database = await createMigratedDatabase(openCluster);
	const store = await openStore({ connection: database.connection });
	const { id: organizationId } = await ensureOrganization(store);
	const ids = await store.tenant(organizationId, async (tx) => {
		const configuration = await upsertConfiguration(tx, {
			schema: 'assume_role',
			key: 'arn:aws:iam::111111111111:role/rollcall',
			settings: {},
		});
		const integration = await upsertIntegration(tx, {
			configurationId: configuration.id,
			kind: 'ec2.devices',
			settings: {},
		});
		return { configurationId: configuration.id, integrationId: integration.id };
	});
	return {
		store,
		database,
		organizationId,
		...ids,
		look: async (query, values = []) => {
			const { rows } = await withClient(database.connection, (client) => client.query(query, [...values]));
			return rows;
		},
		close: async () => {
			await store.close();
			await database.drop();
		},
	};
}

/** Time on the ground: that many minutes after it began. */
export function minute(minutes: number): Date {
	return new Date(Date.UTC(2026, 0, 10, 0, minutes));
}

export async function beginRun(ground: Ground, at: Date): Promise<string> {
	const { integrationId } = ground;
	return await ground.store.tenant(ground.organizationId, (tx) => startExecution(tx, { integrationId, startedAt: at }));
}

export interface RowOptions {
	/** Another version is another hash. */
	readonly version?: number;
	readonly presence?: 'present' | 'gone';
	readonly attributes?: Readonly<Record<string, unknown>>;
	/** Part 0 is the listing; by default it is the only one read of three. */
	readonly partsRead?: readonly number[];
	readonly insufficient?: boolean;
}

export const accountId = '111111111111';
export const region = 'eu-west-1';

export function nativeIdOf(id: string): string {
	return `arn:aws:ec2:${region}:${accountId}:instance/i-${id}`;
}

export function makeRow(id: string, options: RowOptions = {}): RecordRow {
	const { version = 1, presence = 'present', partsRead = [0], insufficient = false } = options;
	const attributes = options.attributes ?? {
		name: `name ${id}`,
		account_id: accountId,
		region,
		state: presence === 'gone' ? 'terminated' : 'running',
		tags: { version: String(version) },
	};
	const digests = [0, 1, 2].map((part) =>
		partsRead.includes(part)
			? hash('sha256', JSON.stringify([part, attributes, presence]), 'buffer')
			: Buffer.alloc(32),
	);
	return {
		nativeId: nativeIdOf(id),
		assetType: 'device',
		attributes,
		replacedKeys: Object.keys(attributes),
		partsRead,
		hash: Buffer.concat(digests),
		unknown: {},
		notes: [],
		presence,
		insufficient,
		rawJson: JSON.stringify({ InstanceId: `i-${id}`, version }),
	};
}

export interface OpenOptions {
	readonly at: Date;
	readonly regions?: readonly string[];
	readonly owner?: string;
	readonly leaseMs?: number;
}

export async function openScopes(ground: Ground, executionId: string, options: OpenOptions): Promise<OpenedAccount> {
	return await ground.store.tenant(ground.organizationId, (tx) =>
		openAccountScopes(tx, {
			integrationId: ground.integrationId,
			executionId,
			accountId,
			regions: options.regions ?? [region],
			owner: options.owner ?? 'test',
			leaseMs: options.leaseMs ?? 60_000,
			now: options.at,
		}),
	);
}

export async function apply(
	ground: Ground,
	executionId: string,
	...writes: readonly ScopeWrite[]
): Promise<readonly ScopeWriteResult[]> {
	return await ground.store.tenant(ground.organizationId, (tx) =>
		applyWrites(tx, { integrationId: ground.integrationId, executionId, writes }),
	);
}

export interface Reading extends OpenOptions {
	readonly executionId: string;
	readonly pageSize?: number;
	readonly outcome?: Outcome;
	readonly cause?: OutcomeCause;
	/** How the enrichments of the scope ended, told with its last page. */
	readonly enrichments?: ScopeWrite['enrichments'];
}

/** Reads one scope as the engine does: compare with what is known, send what is new or changed, close. */
export async function readScope(
	ground: Ground,
	rows: readonly RecordRow[],
	reading: Reading,
): Promise<ScopeWriteResult> {
	const { executionId, at, outcome = 'complete', pageSize = 1000 } = reading;
	const opened = await openScopes(ground, executionId, reading);
	const [scope] = opened.scopes;
	if (!scope) throw new Error('the scope is busy');
	const known = new Map(opened.known.map((record) => [record.nativeId, record]));
	const base = {
		scopeId: scope.scopeId,
		epoch: scope.epoch,
		executionId,
		readStartedAt: at,
		observedAt: at,
		token: null,
	};
	const pages = Array.from({ length: Math.max(1, Math.ceil(rows.length / pageSize)) }, (_, page) =>
		rows.slice(page * pageSize, (page + 1) * pageSize),
	);
	let result: ScopeWriteResult | undefined;
	for (const [page, listed] of pages.entries()) {
		const before = listed.flatMap(({ nativeId }) => known.get(nativeId) ?? []);
		const isLast = page === pages.length - 1;
		[result] = await apply(ground, executionId, {
			...base,
			page,
			rows: listed.filter((row) => known.get(row.nativeId)?.hash.equals(row.hash) !== true),
			seenIds: before.map(({ id }) => id),
			unmissIds: before.filter(({ missed }) => missed).map(({ id }) => id),
			...(isLast && reading.enrichments ? { enrichments: reading.enrichments } : {}),
			...(isLast && outcome === 'complete' ? { close: { outcome, at } } : {}),
		});
	}
	if (outcome !== 'complete') {
		const close = { outcome, at, cause: reading.cause ?? { code: 'Test', message: 'as the test wants it' } };
		[result] = await apply(ground, executionId, { ...base, page: -1, rows: [], seenIds: [], unmissIds: [], close });
	}
	if (!result) throw new Error('nothing was written');
	return result;
}

export interface StoredRecord {
	readonly id: string;
	readonly native_id: string;
	readonly state: string;
	readonly reason: string | null;
	readonly missed_in: string | null;
	readonly held_in: string | null;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly first_observed_at: Date;
	readonly changed_at: Date;
	readonly hash: Buffer;
}

export async function recordsOf(ground: Ground): Promise<StoredRecord[]> {
	return await ground.look<StoredRecord>('select * from source_record order by native_id');
}

export async function recordOf(ground: Ground, id: string): Promise<StoredRecord | undefined> {
	return (await ground.look<StoredRecord>('select * from source_record where native_id = $1', [nativeIdOf(id)]))[0];
}

/** Types of the events of one record, in the order of their numbers. */
export async function eventsOf(ground: Ground, id: string): Promise<string[]> {
	const rows = await ground.look<{ type: string }>(
		'select e.type from event e join source_record r on r.id = e.record where r.native_id = $1 order by e.number',
		[nativeIdOf(id)],
	);
	return rows.map(({ type }) => type);
}

export function ids(count: number, prefix = ''): string[] {
	return Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, '0')}`);
}

type Opened = Awaited<ReturnType<typeof openScopes>>['scopes'][number] | undefined;

/** A page of an opened scope, observed `minutes` after the beginning. */
export function pageOf(
	scope: Opened,
	executionId: string,
	minutes: number,
	page: number,
	rows: ReturnType<typeof makeRow>[],
) {
	if (!scope) throw new Error('the scope is busy');
	const at = minute(minutes);
	return {
		scopeId: scope.scopeId,
		epoch: scope.epoch,
		executionId,
		readStartedAt: at,
		observedAt: at,
		page,
		token: null,
		rows,
		seenIds: [],
		unmissIds: [],
	};
}
