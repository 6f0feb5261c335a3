import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { AssetType } from '../packages/model/src/asset/record-state.ts';
import { checkQuery } from '../packages/model/src/query/check-query.ts';
import { parseQuery } from '../packages/model/src/query/parse-text.ts';
import { withClient } from '../packages/server/src/platform/postgres/database.ts';
import { openEmbeddedServer } from '../packages/server/src/platform/postgres/embedded-server.ts';
import { correlateAll } from '../packages/server/src/store/correlate-organization.ts';
import { findDevices } from '../packages/server/src/store/devices.ts';
import { countAssets } from '../packages/server/src/store/query/count-assets.ts';
import { countFacets, type FacetOptions } from '../packages/server/src/store/query/count-facets.ts';
import { queryAssets } from '../packages/server/src/store/query/query-assets.ts';
import { prepareQuery } from '../packages/server/src/store/query/query-source.ts';
import { readTimeline } from '../packages/server/src/store/query/read-timeline.ts';
import type { TenantTransaction } from '../packages/server/src/store/transaction.ts';
import { type Ground, openGround, storeRun } from './query/ground.ts';
import { percentile, timeRuns } from './query/measure.ts';
import { listChanged, listDevices, listIamUsers, listStoreUsers } from './query/rows.ts';
import { makeVersions } from './query/versions.ts';

/**
 * What questions cost at size: devices and users stored through the store's own write queue into the embedded server with
 * its production settings, five closed versions of each device, then queries as the application's role, warm.
 * `node bench/query.ts --json [--devices N] [--users N] [--versions N] [--runs N] [--data DIR] [--each]`.
 */
const { values: args } = parseArgs({
	options: {
		json: { type: 'boolean', default: false },
		devices: { type: 'string', default: '1000000' },
		users: { type: 'string', default: '200000' },
		versions: { type: 'string', default: '5' },
		runs: { type: 'string', default: '20' },
		/** Prints every question with its time. */
		each: { type: 'boolean', default: false },
		/** Keeps the inventory there, and asks the one that is there already. */
		data: { type: 'string' },
		/** Only makes the inventory: in a process of its own, so that memory is that of asking. */
		build: { type: 'boolean', default: false },
	},
});
const devices = Number(args.devices);
const users = Number(args.users);
const runs = Number(args.runs);
const database = 'bench_query';

/** Questions of three rules, as people ask them; `#` is another number each time. */
const pages = [
	'os_platform = windows and external_ips exists and tags.environment = prod',
	'state = stopped and model = m5.large and tags.backup = daily',
	'region = us-east-1 and public = true and owner = "team-#@example.com"',
	'vpc_id = "vpc-0000000000000002a" and state = running and os_platform = linux',
	'tags.service = service-# and environment = stage and imds_v2_required = true',
	'ips = 10.0.#.0/24 and state = running and os_platform = linux',
	'account_id = 10000000000# and state = running and public = false',
	'tags.owner exists and first_observed_at > now-1d and state = running',
];
const likes = [
	'name ~ "*web-12#*"',
	'name ~ "prod-*-77#"',
	'name contains "9#1"',
	'name ~ "*web-5#" and state = running',
];
const counted = [
	'os_platform = windows',
	'state = running and tags.environment = prod',
	'public = true and owner = "team-#@example.com"',
	'not state = stopped',
];
const userPages = [
	'usernames = "person-7#"',
	'emails contains "person-12#"',
	'account_id = 10000000000# and path = "/"',
	'usernames ~ "robot-#*" and account_id = 100000000001',
	'sources = identity_center.users and display_name ~ "person 1#*"',
];
const facetted = [
	'',
	'state = stopped',
	'os_platform = windows and tags.environment = prod',
	'account_id = 10000000000#',
];
const asOf = [
	'state = running and os_platform = linux',
	'owner = "team-#@example.com" and os_platform = windows',
	'region = us-east-1 and public = true',
];
const asOfText = ['name ~ "*web-12#*"', 'tags.service = service-# and state = running', 'name contains "9#1"'];

async function ask<Result>(
	ground: Ground,
	text: string,
	at: Date | null,
	work: (tx: TenantTransaction, query: Awaited<ReturnType<typeof prepareQuery>>) => Promise<Result>,
	entity: AssetType = 'device',
): Promise<Result> {
	const checked = checkQuery(parseQuery(text, entity), entity, at ?? new Date());
	return await ground.store.tenant(ground.organizationId, async (tx) =>
		work(tx, await prepareQuery(tx, checked, at?.toISOString() ?? null)),
	);
}

/** The slowest question of a group, by its 95th percentile. */
async function timeAll(
	group: string,
	texts: readonly string[],
	run: (text: string) => Promise<unknown>,
	times = runs,
): Promise<number> {
	let slowest = 0;
	for (const text of texts) {
		const elapsed = await timeRuns(times, (index) => run(text.replaceAll('#', String(index % 10))));
		const p95 = percentile(elapsed, 0.95);
		if (args.each) process.stderr.write(`${group} ${p95} ms (median ${percentile(elapsed, 0.5)}): ${text}\n`);
		slowest = Math.max(slowest, p95);
	}
	return slowest;
}

const page = { sort: 'name', descending: false, limit: 50, cursor: null };

async function measure(ground: Ground) {
	const then = new Date(Date.now() - 2.5 * 3_600_000);
	const readPage = (text: string, at: Date | null) =>
		ask(ground, text, at, (tx, query) => queryAssets(tx, query, page));
	const readUsers = (text: string) => ask(ground, text, null, (tx, query) => queryAssets(tx, query, page), 'user');
	const readFacets = (text: string, options: FacetOptions) =>
		ask(ground, text, null, (tx, query) => countFacets(tx, query, options));
	return {
		page_p95_ms: await timeAll('page', pages, (text) => readPage(text, null)),
		user_page_p95_ms: await timeAll('users', userPages, readUsers),
		like_p95_ms: await timeAll('like', likes, (text) => readPage(text, null)),
		count_ms: await timeAll('count', counted, (text) =>
			ask(ground, text, null, (tx, query) =>
				countAssets(tx, query, { milliseconds: 1000, now: () => performance.now() }),
			),
		),
		facets_ms: await timeAll('facets', facetted, (text) => readFacets(text, {})),
		facets_exact_ms: await timeAll('facets, exact', facetted, (text) => readFacets(text, { exact: true }), 5),
		as_of_ms: await timeAll('as of', asOf, (text) => readPage(text, then)),
		as_of_text_ms: await timeAll('as of, text', asOfText, (text) => readPage(text, then)),
		detail_ms: await timeDetail(ground),
	};
}

async function timeDetail(ground: Ground): Promise<number> {
	const times = await timeRuns(runs, (index) =>
		ground.store.tenant(ground.organizationId, async (tx) => {
			const [found] = await findDevices(tx, `i-${((index * 7919) % devices).toString(16).padStart(17, '0')}`);
			if (found === undefined) throw new Error('the device is not there');
			return await readTimeline(tx, found.id, { limit: 100, cursor: null, until: null });
		}),
	);
	return percentile(times, 0.95);
}

/** Seconds that everything is correlated anew, with nothing to change. */
async function timeCorrelation({ store, organizationId }: Ground): Promise<number> {
	const startedMs = performance.now();
	await correlateAll(store, organizationId, { now: () => new Date() });
	return seconds(performance.now() - startedMs);
}

/** A run in which one device in a hundred is otherwise: wall clock, and the time in which the database was at work for it. */
async function timeChanged(ground: Ground) {
	const before = await readDatabaseTime(ground);
	const ms = await storeRun(ground, 'ec2.devices', listChanged(devices));
	return { changed_s: seconds(ms), changed_database_s: seconds((await readDatabaseTime(ground)) - before) };
}

/** Milliseconds of all statements since ever, as PostgreSQL counts them: connections tell theirs a second late. */
async function readDatabaseTime({ connection }: Ground): Promise<number> {
	await sleep(3_000);
	return await withClient(connection, async (client) => {
		const { rows } = await client.query<{ ms: number }>(
			'select active_time as ms from pg_stat_database where datname = current_database()',
		);
		return rows[0]?.ms ?? 0;
	});
}

/** Bytes on disk, indexes included, of each closed version (with what its record said) and of each event. */
async function measureSizes({ connection }: Ground) {
	return await withClient(connection, async (client) => {
		const { rows } = await client.query<{ table: string; bytes: number; rows: number }>(
			`select t.name as table, sum(pg_total_relation_size(p.relid))::float8 as bytes, sum(greatest(c.reltuples, 0))::float8 as rows
			from unnest(array['device_version', 'record_version', 'event']) t(name), pg_partition_tree(t.name) p
			join pg_class c on c.oid = p.relid and c.relkind = 'r' group by 1`,
		);
		const each = new Map(rows.map(({ table, bytes, rows: count }) => [table, bytes / Math.max(count, 1)]));
		const version = (each.get('device_version') ?? 0) + (each.get('record_version') ?? 0);
		return { version_bytes: Math.round(version), event_bytes: Math.round(each.get('event') ?? 0) };
	});
}

function seconds(milliseconds: number): number {
	return Math.round(milliseconds / 100) / 10;
}

async function build(ground: Ground): Promise<void> {
	await storeRun(ground, 'ec2.devices', listDevices(devices), Number.MAX_SAFE_INTEGER);
	await storeRun(ground, 'iam.users', listIamUsers(users * 0.8), Number.MAX_SAFE_INTEGER);
	await storeRun(ground, 'identity_center.users', listStoreUsers(users * 0.2), Number.MAX_SAFE_INTEGER);
	await makeVersions(ground, Number(args.versions));
	await withClient(ground.connection, (client) => client.query('vacuum analyze'));
}

async function buildElsewhere(dataDirectory: string): Promise<void> {
	const own = [import.meta.filename, ...process.argv.slice(2), '--build', '--data', dataDirectory];
	const [code] = await once(spawn(process.execPath, own, { stdio: ['ignore', 2, 2] }), 'exit');
	if (code !== 0) throw new Error('the inventory could not be made');
}

async function run(): Promise<void> {
	const dataDirectory = args.data ?? (await mkdtemp(join(tmpdir(), 'rollcall-bench-')));
	const server = await openEmbeddedServer({ dataDirectory });
	try {
		if (!args.build) await buildElsewhere(dataDirectory);
		const ground = await openGround(server.connection, database);
		if (args.build) {
			if (ground.isNew) await build(ground);
		} else {
			const measured = await measure(ground);
			const rss_mb = Math.round(process.memoryUsage().rss / 1e6);
			const sizes = await measureSizes(ground);
			const recorrelate_s = await timeCorrelation(ground);
			console.log(
				JSON.stringify({
					devices,
					users,
					...measured,
					...sizes,
					recorrelate_s,
					...(await timeChanged(ground)),
					rss_mb,
				}),
			);
		}
		await ground.store.close();
	} finally {
		await server.close();
		if (args.data === undefined) await rm(dataDirectory, { recursive: true, force: true });
	}
}

await run();
