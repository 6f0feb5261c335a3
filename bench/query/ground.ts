import { type SocketConnection, withClient } from '../../packages/server/src/platform/postgres/database.ts';
import { upsertConfiguration, upsertIntegration } from '../../packages/server/src/store/configurations.ts';
import { correlateOrganization } from '../../packages/server/src/store/correlate-organization.ts';
import { completeExecution, startExecution } from '../../packages/server/src/store/executions.ts';
import { migrate } from '../../packages/server/src/store/migrate.ts';
import { openStore } from '../../packages/server/src/store/open-store.ts';
import { ensureOrganization } from '../../packages/server/src/store/organizations.ts';
import { refreshFacets } from '../../packages/server/src/store/query/refresh-facets.ts';
import type { RecordRow } from '../../packages/server/src/store/scope-write.ts';
import { openAccountScopes } from '../../packages/server/src/store/scopes.ts';
import type { Store } from '../../packages/server/src/store/store.ts';
import { sweepExecution } from '../../packages/server/src/store/sweep.ts';
import type { TenantTransaction } from '../../packages/server/src/store/transaction.ts';
import { createWriteQueue } from '../../packages/server/src/store/write-queue.ts';

/** An inventory to measure on. */
export interface Ground {
	readonly store: Store;
	readonly connection: SocketConnection;
	readonly organizationId: string;
	/** Ids of integrations, by their kinds. */
	readonly integrations: Readonly<Record<Kind, string>>;
}

export type Kind = 'ec2.devices' | 'iam.users' | 'identity_center.users';

export const perScope = 1000;
const scopesAtOnce = 20;
export const region = 'us-east-1';

/** The inventory of a database, which is made where there is none; whether there was one. */
export async function openGround(server: SocketConnection, database: string): Promise<Ground & { isNew: boolean }> {
	const connection = { ...server, database };
	const isNew = await withClient(server, async (client) => {
		const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
		if (rowCount === 0) await client.query(`create database ${database}`);
		return rowCount === 0;
	});
	await migrate(connection);
	const store = await openStore({ connection });
	const { id: organizationId } = await ensureOrganization(store);
	const integrations = await store.tenant(organizationId, async (tx) => {
		const configuration = await upsertConfiguration(tx, { schema: 'access_key', key: 'bench', settings: {} });
		const open = async (kind: Kind) =>
			(await upsertIntegration(tx, { configurationId: configuration.id, kind, settings: {} })).id;
		return {
			'ec2.devices': await open('ec2.devices'),
			'iam.users': await open('iam.users'),
			'identity_center.users': await open('identity_center.users'),
		};
	});
	return { store, connection, organizationId, integrations, isNew };
}

/** What a run reads of one account. */
export interface Reading {
	readonly accountId: string;
	readonly rows: readonly RecordRow[];
}

/**
 * Stores what a run reads through the store's own write queue, every account complete, then does what a run does at its
 * end. Milliseconds it took.
 */
export async function storeRun(
	ground: Ground,
	kind: Kind,
	readings: Iterable<Reading>,
	mostCounted?: number,
): Promise<number> {
	const { store, organizationId } = ground;
	const integrationId = ground.integrations[kind];
	const executionId = await store.tenant(organizationId, (tx) =>
		startExecution(tx, { integrationId, startedAt: new Date() }),
	);
	const queue = createWriteQueue(store, { organizationId, integrationId, executionId });
	const startedMs = performance.now();
	let submitted: Promise<unknown>[] = [];
	let stored = 0;
	for (const { accountId, rows } of readings) {
		const opened = await store.tenant(organizationId, (tx) =>
			openAccountScopes(tx, {
				integrationId,
				executionId,
				accountId,
				regions: [kind === 'ec2.devices' ? region : 'global'],
				owner: 'bench',
				leaseMs: 600_000,
				now: new Date(),
			}),
		);
		const [scope] = opened.scopes;
		if (!scope) throw new Error('the scope is busy');
		const now = new Date();
		const told = new Set(rows.map(({ nativeId }) => nativeId));
		const others = opened.known.filter(({ nativeId }) => !told.has(nativeId));
		submitted.push(
			queue.submit({
				scopeId: scope.scopeId,
				epoch: scope.epoch,
				executionId,
				readStartedAt: now,
				observedAt: now,
				page: 0,
				token: null,
				rows,
				// What was read as it was.
				seenIds: others.map(({ id }) => id),
				unmissIds: [],
				close: { outcome: 'complete', at: now },
			}),
		);
		stored += rows.length;
		if (submitted.length < scopesAtOnce) continue;
		await Promise.all(submitted);
		submitted = [];
		process.stderr.write(`\r${kind} ${stored}`);
	}
	await Promise.all([...submitted, queue.drain()]);
	process.stderr.write(`\r${kind} ${stored}\n`);
	await endRun(ground, { integrationId, executionId, mostCounted });
	return performance.now() - startedMs;
}

async function endRun(
	{ store, organizationId }: Ground,
	run: { readonly integrationId: string; readonly executionId: string; readonly mostCounted: number | undefined },
): Promise<void> {
	const { integrationId, executionId, mostCounted } = run;
	const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) => store.tenant(organizationId, work);
	await tenant((tx) => sweepExecution(tx, { integrationId, executionId, at: new Date() }));
	await correlateOrganization(store, organizationId, { now: () => new Date(), executionId });
	await tenant((tx) => refreshFacets(tx, executionId, mostCounted));
	const end = { id: executionId, result: 'success', message: null, summary: null, finishedAt: new Date() } as const;
	await tenant((tx) => completeExecution(tx, end));
}
