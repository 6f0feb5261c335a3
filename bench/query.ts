import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkQuery } from '../packages/model/src/query/check-query.ts';
import { parseQuery } from '../packages/model/src/query/parse-text.ts';
import { withClient } from '../packages/server/src/platform/postgres/database.ts';
import { openEmbeddedServer } from '../packages/server/src/platform/postgres/embedded-server.ts';
import { findDevices } from '../packages/server/src/store/devices.ts';
import { countAssets } from '../packages/server/src/store/query/count-assets.ts';
import { queryAssets } from '../packages/server/src/store/query/query-assets.ts';
import { prepareQuery } from '../packages/server/src/store/query/query-source.ts';
import type { TenantTransaction } from '../packages/server/src/store/transaction.ts';
import { makeRow } from './ingest-rows.ts';
import { type Ground, openGround, region, storeDevices } from './query/ground.ts';
import { percentile, timeRuns } from './query/measure.ts';
import { makeVersions } from './query/versions.ts';

/**
 * What questions cost at size: devices stored through the store's own write queue into the embedded server with its
 * production settings, five closed versions of each, then queries as the application's role, warm.
 * `node bench/query.ts --json [--devices N] [--versions N] [--runs N]`.
 */
const { values: args } = parseArgs({
	options: {
		json: { type: 'boolean', default: false },
		devices: { type: 'string', default: '1000000' },
		versions: { type: 'string', default: '5' },
		runs: { type: 'string', default: '20' },
		/** Prints every question with its time. */
		each: { type: 'boolean', default: false },
	},
});
const devices = Number(args.devices);
const runs = Number(args.runs);

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
const asOf = [
	'state = running and model = m5.large',
	'owner = "team-#@example.com" and os_platform = windows',
	'region = us-east-1 and public = true',
];
const asOfText = ['name ~ "*web-12#*"', 'tags.service = service-# and state = running', 'name contains "9#1"'];

async function ask<Result>(
	ground: Ground,
	text: string,
	at: Date | null,
	work: (tx: TenantTransaction, query: Awaited<ReturnType<typeof prepareQuery>>) => Promise<Result>,
): Promise<Result> {
	const checked = checkQuery(parseQuery(text, 'device'), 'device', at ?? new Date());
	return await ground.store.tenant(ground.organizationId, async (tx) =>
		work(tx, await prepareQuery(tx, checked, at?.toISOString() ?? null)),
	);
}

/** The slowest question of a group, by its 95th percentile. */
async function timeAll(
	group: string,
	texts: readonly string[],
	run: (text: string) => Promise<unknown>,
): Promise<number> {
	let slowest = 0;
	for (const text of texts) {
		const times = await timeRuns(runs, (index) => run(text.replaceAll('#', String(index % 10))));
		const p95 = percentile(times, 0.95);
		if (args.each) process.stderr.write(`${group} ${p95} ms (median ${percentile(times, 0.5)}): ${text}\n`);
		slowest = Math.max(slowest, p95);
	}
	return slowest;
}

const page = { sort: 'name', descending: false, limit: 50, cursor: null };

async function measure(ground: Ground) {
	const then = new Date(Date.now() - 2.5 * 3_600_000);
	const readPage = (text: string, at: Date | null) =>
		ask(ground, text, at, (tx, query) => queryAssets(tx, query, page));
	return {
		page_p95_ms: await timeAll('page', pages, (text) => readPage(text, null)),
		like_p95_ms: await timeAll('like', likes, (text) => readPage(text, null)),
		count_ms: await timeAll('count', counted, (text) =>
			ask(ground, text, null, (tx, query) =>
				countAssets(tx, query, { milliseconds: 1000, now: () => performance.now() }),
			),
		),
		as_of_ms: await timeAll('as of', asOf, (text) => readPage(text, then)),
		as_of_text_ms: await timeAll('as of, text', asOfText, (text) => readPage(text, then)),
		detail_ms: await timeDetail(ground),
	};
}

async function timeDetail(ground: Ground): Promise<number> {
	const times = await timeRuns(runs, (index) =>
		ground.store.tenant(ground.organizationId, (tx) =>
			findDevices(tx, `i-${((index * 7919) % devices).toString(16).padStart(17, '0')}`),
		),
	);
	return percentile(times, 0.95);
}

async function run(): Promise<void> {
	const dataDirectory = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
	const server = await openEmbeddedServer({ dataDirectory });
	try {
		const ground = await openGround(server.connection, 'bench_query');
		const storedMs = await storeDevices(ground, { from: 0, to: devices }, (accountId, index) =>
			makeRow(accountId, region, index, 'listing'),
		);
		await makeVersions(ground, Number(args.versions));
		await withClient(ground.connection, (client) => client.query('vacuum analyze'));
		const measured = await measure(ground);
		const rss_mb = Math.round(process.memoryUsage().rss / 1e6);
		console.log(JSON.stringify({ devices, ...measured, rss_mb, stored_s: Math.round(storedMs / 100) / 10 }));
		await ground.store.close();
	} finally {
		await server.close();
		await rm(dataDirectory, { recursive: true, force: true });
	}
}

await run();
