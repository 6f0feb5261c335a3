import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type SocketConnection, withClient } from '../packages/server/src/platform/postgres/database.ts';
import { openEmbeddedServer } from '../packages/server/src/platform/postgres/embedded-server.ts';
import { upsertConfiguration, upsertIntegration } from '../packages/server/src/store/configurations.ts';
import { startExecution } from '../packages/server/src/store/executions.ts';
import { migrate } from '../packages/server/src/store/migrate.ts';
import { openStore } from '../packages/server/src/store/open-store.ts';
import { ensureOrganization } from '../packages/server/src/store/organizations.ts';
import type { RecordRow, ScopeWrite } from '../packages/server/src/store/scope-write.ts';
import { openAccountScopes } from '../packages/server/src/store/scopes.ts';
import type { Store } from '../packages/server/src/store/store.ts';
import { sweepExecution } from '../packages/server/src/store/sweep.ts';
import { createWriteQueue } from '../packages/server/src/store/write-queue.ts';
import { addCpuTime, type CpuTime, readCpuTime } from './ingest-cpu.ts';
import { makeRow } from './ingest-rows.ts';

/**
 * What the database takes: new devices through the store's own write queue as the engine uses it (two writers, its own
 * size of a transaction), into the embedded server with its production settings; then the same once more, unchanged.
 * Rows are made before the clock runs. Beside the wall clock: processor time per row, which other work on the machine
 * does not change much. `node bench/ingest.ts --json [--devices N]`.
 */
const { values: args } = parseArgs({
	options: {
		json: { type: 'boolean', default: false },
		devices: { type: 'string', default: '1000000' },
	},
});
const devices = Number(args.devices);
const perScope = 1000;
const scopesAtOnce = 40;
const region = 'us-east-1';

interface Ground {
	readonly store: Store;
	readonly organizationId: string;
	readonly integrationId: string;
	/** Process ids of the store's connections at the moment. */
	readonly backends: () => Promise<readonly number[]>;
}

interface Measured {
	readonly elapsedMs: number;
	readonly cpu: CpuTime;
}

/** The scopes of a run, opened; their rows are made when they are asked for. */
async function openScope(ground: Ground, executionId: string, scope: number) {
	const accountId = String(100_000_000_000 + scope);
	const opened = await ground.store.tenant(ground.organizationId, (tx) =>
		openAccountScopes(tx, {
			integrationId: ground.integrationId,
			executionId,
			accountId,
			regions: [region],
			owner: 'bench',
			leaseMs: 600_000,
			now: new Date(),
		}),
	);
	const [first] = opened.scopes;
	if (!first) throw new Error('the scope is busy');
	return { accountId, scopeId: first.scopeId, epoch: first.epoch, known: opened.known };
}

type OpenScope = Awaited<ReturnType<typeof openScope>>;

function makeWrite(
	scope: OpenScope,
	executionId: string,
	rows: readonly RecordRow[],
	seenIds: readonly string[],
): ScopeWrite {
	const now = new Date();
	const base = { scopeId: scope.scopeId, epoch: scope.epoch, executionId, readStartedAt: now, observedAt: now };
	return { ...base, page: 0, token: null, rows, seenIds, unmissIds: [], close: { outcome: 'complete', at: now } };
}

/** What it takes to store all rows once. */
async function ingest(ground: Ground, part: 'listing' | 'enrichment'): Promise<Measured> {
	const executionId = await begin(ground);
	const queue = createWriteQueue(ground.store, { ...ground, executionId });
	let elapsedMs = 0;
	let cpu: CpuTime = { node: 0, database: 0 };
	for (let first = 0; first * perScope < devices; first += scopesAtOnce) {
		const count = Math.min(scopesAtOnce, Math.ceil(devices / perScope) - first);
		const writes: ScopeWrite[] = [];
		for (let index = first; index < first + count; index += 1) {
			const scope = await openScope(ground, executionId, index);
			const length = Math.min(perScope, devices - index * perScope);
			const rows = Array.from({ length }, (_, row) => makeRow(scope.accountId, region, index * perScope + row, part));
			writes.push(makeWrite(scope, executionId, rows, []));
		}
		const before = readCpuTime(await ground.backends());
		const startedMs = performance.now();
		await Promise.all([...writes.map((write) => queue.submit(write)), queue.drain()]);
		elapsedMs += performance.now() - startedMs;
		cpu = addCpuTime(cpu, before, readCpuTime(await ground.backends()));
		process.stderr.write(`${part} ${(first + count) * perScope} ${Math.round(elapsedMs)} ms\n`);
	}
	return { elapsedMs, cpu };
}

/** Milliseconds of a run that finds everything as it was: load what is known, compare, close, sweep. */
async function repeatUnchanged(ground: Ground): Promise<number> {
	const executionId = await begin(ground);
	const queue = createWriteQueue(ground.store, { ...ground, executionId });
	const startedMs = performance.now();
	const submitted: Promise<unknown>[] = [];
	for (let index = 0; index * perScope < devices; index += 1) {
		const scope = await openScope(ground, executionId, index);
		submitted.push(
			queue.submit(
				makeWrite(
					scope,
					executionId,
					[],
					scope.known.map(({ id }) => id),
				),
			),
		);
		if (submitted.length % scopesAtOnce === 0) await Promise.all(submitted.splice(0));
	}
	await Promise.all([...submitted, queue.drain()]);
	await ground.store.tenant(ground.organizationId, (tx) =>
		sweepExecution(tx, { integrationId: ground.integrationId, executionId, at: new Date() }),
	);
	return performance.now() - startedMs;
}

async function begin({ store, organizationId, integrationId }: Ground): Promise<string> {
	return await store.tenant(organizationId, (tx) => startExecution(tx, { integrationId, startedAt: new Date() }));
}

type Client = Parameters<Parameters<typeof withClient>[1]>[0];

async function withGround<Result>(
	server: SocketConnection,
	database: string,
	work: (ground: Ground, client: Client) => Promise<Result>,
): Promise<Result> {
	await withClient(server, (client) => client.query(`create database ${database}`));
	const connection = { ...server, database };
	await migrate(connection);
	const store = await openStore({ connection });
	try {
		const { id: organizationId } = await ensureOrganization(store);
		const integrationId = await store.tenant(organizationId, async (tx) => {
			const configuration = await upsertConfiguration(tx, { schema: 'access_key', key: 'bench', settings: {} });
			return (await upsertIntegration(tx, { configurationId: configuration.id, kind: 'ec2.devices', settings: {} })).id;
		});
		return await withClient(connection, (client) => {
			const backends = async () =>
				await readOne<number[]>(
					client,
					`select coalesce(array_agg(pid), '{}') from pg_stat_activity
					where datname = current_database() and application_name = 'rollcall'`,
				);
			return work({ store, organizationId, integrationId, backends }, client);
		});
	} finally {
		await store.close();
		await withClient(server, (client) => client.query(`drop database ${database} with (force)`));
	}
}

async function readOne<Value>(client: Client, query: string, values: unknown[] = []): Promise<Value> {
	const { rows } = await client.query({ text: query, values, rowMode: 'array' });
	return rows[0]?.[0] as Value;
}

async function measure(server: SocketConnection) {
	// A record of which only an enrichment was read has everything but the searchable projection.
	const records = await withGround(server, 'bench_records', (ground) => ingest(ground, 'enrichment'));
	const searchable = await withGround(server, 'bench_devices', async (ground, client) => {
		const startLsn = await readOne<string>(client, 'select pg_current_wal_lsn()');
		const ingested = await ingest(ground, 'listing');
		await client.query('vacuum analyze');
		const bytes = await readOne<string>(client, 'select pg_database_size(current_database())');
		const before = await readOne<string>(client, 'select txid_current()');
		const lsn = await readOne<string>(client, 'select pg_current_wal_lsn()');
		const unchangedMs = await repeatUnchanged(ground);
		return {
			...ingested,
			unchangedMs,
			bytes: Number(bytes),
			walBytes: Number(await readOne<string>(client, 'select pg_current_wal_lsn() - $1::pg_lsn', [lsn])),
			ingestWalBytes: Number(await readOne<string>(client, 'select $2::pg_lsn - $1::pg_lsn', [startLsn, lsn])),
			written: Number(
				await readOne<string>(client, 'select count(*) from source_record where xmin::text::bigint > $1', [before]),
			),
		};
	});
	return {
		devices,
		rows_per_s: Math.round((devices / records.elapsedMs) * 1000),
		searchable_rows_per_s: Math.round((devices / searchable.elapsedMs) * 1000),
		unchanged_rows_written: searchable.written,
		unchanged_s: Number((searchable.unchangedMs / 1000).toFixed(2)),
		wal_mb: Number((searchable.walBytes / 1e6).toFixed(1)),
		ingest_wal_mb: Number((searchable.ingestWalBytes / 1e6).toFixed(1)),
		bytes_per_device: Math.round(searchable.bytes / devices),
		cpu_us_per_row: perRow(records.cpu),
		searchable_cpu_us_per_row: perRow(searchable.cpu),
	};
}

function perRow(cpu: CpuTime) {
	return { node: Number((cpu.node / devices).toFixed(1)), database: Number((cpu.database / devices).toFixed(1)) };
}

async function run(): Promise<void> {
	const dataDirectory = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
	const server = await openEmbeddedServer({ dataDirectory });
	try {
		console.log(JSON.stringify(await measure(server.connection)));
	} finally {
		await server.close();
		await rm(dataDirectory, { recursive: true, force: true });
	}
}

await run();
