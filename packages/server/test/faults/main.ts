import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SocketConnection } from '#platform/postgres/database.ts';
import { openEmbeddedServer } from '#platform/postgres/embedded-server.ts';
import { THROWAWAY_SETTINGS } from '#platform/postgres/settings.ts';
import { migrate } from '#store/migrate.ts';
import { testRuntimeDirectory } from '../data-directories.ts';
import { createTestCluster } from '../postgres-cluster.ts';
import { type PlanReport, runSeries, seriesLength, seriesOf } from './series.ts';

/**
 * `npm run faults [-- --plans N] [--from SEED] [--only SEED] [--lanes N]`: seeded fault plans, 1,000 by default, in two
 * processes. `--only` repeats one plan after those of its series that came before it. Exit 1 when a plan found a problem.
 */
const { values: args } = parseArgs({
	options: {
		plans: { type: 'string', default: '1000' },
		from: { type: 'string', default: '1' },
		only: { type: 'string' },
		lanes: { type: 'string', default: '3' },
	},
});
const processes = 2;

/** What a child process is to do. */
interface Work {
	readonly connection: SocketConnection;
	/** A series with the last plan of it that is wanted. */
	readonly series: readonly (readonly [series: number, lastSeed: number])[];
	readonly lanes: number;
}

if (process.send) process.once('message', (work: Work) => void runLanes(work));
else process.exitCode = await runAll();

/** A child: several series at once, for most of a plan is waiting. */
async function runLanes({ connection, series, lanes }: Work): Promise<void> {
	const cluster = createTestCluster(connection);
	const queue = [...series];
	const runLane = async (): Promise<void> => {
		for (let next = queue.shift(); next; next = queue.shift()) {
			await runSeries(cluster, next[0], next[1], (report) => {
				process.send?.(report);
				return 'go on';
			});
		}
	};
	await Promise.all(Array.from({ length: lanes }, runLane));
	process.disconnect();
}

function listSeries(): [number, number][] {
	if (args.only !== undefined) return [[seriesOf(Number(args.only)), Number(args.only)]];
	const first = seriesOf(Number(args.from));
	const count = Math.ceil(Number(args.plans) / seriesLength);
	return Array.from({ length: count }, (_, index) => [first + index, (first + index + 1) * seriesLength]);
}

async function runAll(): Promise<number> {
	const dataDirectory = await mkdtemp(join(tmpdir(), 'rollcall-faults-'));
	const settings = {
		...THROWAWAY_SETTINGS,
		max_connections: '150',
		shared_buffers: '128MB',
		checkpoint_timeout: '60min',
	};
	const server = await openEmbeddedServer({ dataDirectory, runtimeDirectory: testRuntimeDirectory(), settings });
	try {
		const { connection } = server;
		await createTestCluster(connection).prepareTemplate('schema', async (template) => {
			await migrate(template);
		});
		return await runShards(connection);
	} finally {
		await server.close();
		await rm(dataDirectory, { recursive: true, force: true });
	}
}

async function runShards(connection: SocketConnection): Promise<number> {
	const series = listSeries();
	const total = series.reduce((sum, [number, last]) => sum + last - number * seriesLength, 0);
	const startedMs = performance.now();
	let done = 0;
	let failed = 0;
	const effects = new Map<string, number>();
	const tell = (report: PlanReport): void => {
		done += 1;
		if (report.problems.length > 0) failed += 1;
		for (const effect of report.effects) effects.set(effect, (effects.get(effect) ?? 0) + 1);
		process.stdout.write(describeReport(report, done, total));
	};
	const shards = Array.from({ length: processes }, (_, shard) =>
		series.filter((_each, index) => index % processes === shard),
	);
	const codes = await Promise.all(
		shards
			.filter((shard) => shard.length > 0)
			.map((shard) => runShard({ connection, series: shard, lanes: Number(args.lanes) }, tell)),
	);
	const seconds = (performance.now() - startedMs) / 1000;
	const counted = [...effects].toSorted(([left], [right]) => (left < right ? -1 : 1));
	process.stdout.write(`plans with: ${counted.map(([effect, plans]) => `${effect} ${plans}`).join(', ')}\n`);
	process.stdout.write(`${done} of ${total} plans in ${seconds.toFixed(1)} s, ${failed} with problems\n`);
	return failed === 0 && done === total && codes.every((code) => code === 0) ? 0 : 1;
}

function runShard(work: Work, tell: (report: PlanReport) => void): Promise<number | null> {
	return new Promise((resolve, reject) => {
		const child = fork(import.meta.filename, { serialization: 'advanced' });
		// Only `runLanes` writes into this channel.
		child.on('message', (message) => tell(message as PlanReport));
		child.once('error', reject);
		child.once('exit', resolve);
		child.send(work);
	});
}

function describeReport(report: PlanReport, done: number, total: number): string {
	const { seed, result, calls, runs, elapsedMs, faultyMs, problems, description } = report;
	const times = `${Math.round(faultyMs)} of ${Math.round(elapsedMs)} ms`;
	const line = `${done}/${total}  plan ${seed}: ${result}, ${calls} calls, ${runs} runs, ${times}\n`;
	if (problems.length === 0) return line;
	const shown = problems.slice(0, 20).map((problem) => `  - ${problem}\n`);
	const rest = problems.length > 20 ? `  … and ${problems.length - 20} more\n` : '';
	return `${line}FAILED, repeat with npm run faults -- --only ${seed}\n${shown.join('')}${rest}${description}\n`;
}
