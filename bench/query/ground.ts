import { type SocketConnection, withClient } from '../../packages/server/src/platform/postgres/database.ts';
import { upsertConfiguration, upsertIntegration } from '../../packages/server/src/store/configurations.ts';
import { startExecution } from '../../packages/server/src/store/executions.ts';
import { migrate } from '../../packages/server/src/store/migrate.ts';
import { openStore } from '../../packages/server/src/store/open-store.ts';
import { ensureOrganization } from '../../packages/server/src/store/organizations.ts';
import type { RecordRow } from '../../packages/server/src/store/scope-write.ts';
import { openAccountScopes } from '../../packages/server/src/store/scopes.ts';
import type { Store } from '../../packages/server/src/store/store.ts';
import { createWriteQueue } from '../../packages/server/src/store/write-queue.ts';

/** An inventory to measure on. */
export interface Ground {
	readonly store: Store;
	readonly connection: SocketConnection;
	readonly organizationId: string;
	readonly integrationId: string;
}

const perScope = 1000;
const scopesAtOnce = 20;
export const region = 'us-east-1';

export async function openGround(server: SocketConnection, database: string): Promise<Ground> {
	const connection = { ...server, database };
	await withClient(server, (client) => client.query(`create database ${database}`));
	await migrate(connection);
	const store = await openStore({ connection });
	const { id: organizationId } = await ensureOrganization(store);
	const integrationId = await store.tenant(organizationId, async (tx) => {
		const configuration = await upsertConfiguration(tx, { schema: 'access_key', key: 'bench', settings: {} });
		return (await upsertIntegration(tx, { configurationId: configuration.id, kind: 'ec2.devices', settings: {} })).id;
	});
	return { store, connection, organizationId, integrationId };
}

/** Stores devices through the store's own write queue, 1,000 to an account, each of them complete. Milliseconds it took. */
export async function storeDevices(
	ground: Ground,
	chosen: { readonly from: number; readonly to: number },
	makeRow: (accountId: string, index: number) => RecordRow,
): Promise<number> {
	const { store, organizationId, integrationId } = ground;
	const executionId = await store.tenant(organizationId, (tx) =>
		startExecution(tx, { integrationId, startedAt: new Date() }),
	);
	const queue = createWriteQueue(store, { organizationId, integrationId, executionId });
	const startedMs = performance.now();
	let submitted: Promise<unknown>[] = [];
	for (let first = chosen.from; first < chosen.to; first += perScope) {
		const accountId = String(100_000_000_000 + first / perScope);
		const opened = await store.tenant(organizationId, (tx) =>
			openAccountScopes(tx, {
				integrationId,
				executionId,
				accountId,
				regions: [region],
				owner: 'bench',
				leaseMs: 600_000,
				now: new Date(),
			}),
		);
		const [scope] = opened.scopes;
		if (!scope) throw new Error('the scope is busy');
		const now = new Date();
		const rows = Array.from({ length: Math.min(perScope, chosen.to - first) }, (_, row) => makeRow(accountId, first + row));
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
				seenIds: [],
				unmissIds: [],
				close: { outcome: 'complete', at: now },
			}),
		);
		if (submitted.length < scopesAtOnce) continue;
		await Promise.all(submitted);
		submitted = [];
		process.stderr.write(`\rdevices ${first + perScope}`);
	}
	await Promise.all([...submitted, queue.drain()]);
	process.stderr.write('\n');
	return performance.now() - startedMs;
}
