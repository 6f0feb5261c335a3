import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countLines } from './collect/count-lines.ts';
import { describeRun, type Figures, report, round } from './collect/figures.ts';
import { inspectStore } from './collect/inspect-store.ts';
import { measureBig } from './collect/measure-big.ts';
import { measureThrottle } from './collect/measure-throttle.ts';
import { runBaseline } from './collect/run-baseline.ts';
import { type MeasuredRun, runCollect } from './collect/run-collect.ts';
import { type Simulator, startSimulator, type World } from './collect/simulator.ts';

/**
 * A whole collection, as a user starts it, against a simulator in a process of its own on the same machine
 * (README.md says what each figure means). Prints one line of JSON; progress goes to stderr.
 *
 * `node bench/collect.ts --json [--quick] [--accounts N --instances N --regions N] [--total N --big-scope N]
 * [--parts baseline,stored,enriched,throttle,big]`
 */
const { values: args } = parseArgs({
	options: {
		json: { type: 'boolean', default: false },
		/** A tenth of everything. */
		quick: { type: 'boolean', default: false },
		accounts: { type: 'string' },
		instances: { type: 'string' },
		regions: { type: 'string' },
		/** Instances of each world of `big`, and how many of them stand in one account-region of the second. */
		total: { type: 'string' },
		'big-scope': { type: 'string' },
		parts: { type: 'string', default: 'baseline,stored,enriched' },
	},
});
const scale = args.quick ? 0.1 : 1;
const world: World = {
	accounts: Number(args.accounts ?? 1000 * scale),
	instances: Number(args.instances ?? 1_000_000 * scale),
	regions: Number(args.regions ?? 17),
};
const parts = new Set(args.parts.split(','));
/** Parts that stand for themselves; every other follows the first run. */
const ownParts = new Set(['throttle', 'big']);
/** Share of the work that the baseline does; at least ten accounts, so that its start does not weigh. */
const baselineAccounts = Math.min(world.accounts, Math.max(10, Math.round(world.accounts * 0.05)));

async function measureLines(simulator: Simulator, directory: string): Promise<{ figures: Figures; run: MeasuredRun }> {
	const out = join(directory, 'devices.ndjson');
	const run = await runCollect({ simulator, directory, enrich: 'none', out });
	const devices = await countLines(out);
	await rm(out);
	if (devices !== world.instances) throw new Error(`${devices} devices came of ${world.instances}`);
	const { summary } = run;
	const figures = {
		...describeRun('', run),
		devices,
		devices_per_s: Math.round(devices / run.wallSeconds),
		calls: summary.calls_total,
		calls_minimum: summary.calls_minimum,
		calls_ratio: round(summary.calls_total / summary.calls_minimum, 4),
	};
	return { figures, run };
}

async function measureEnriched(simulator: Simulator, directory: string): Promise<Figures> {
	const out = join(directory, 'enriched.ndjson');
	const run = await runCollect({ simulator, directory, enrich: 'all', out });
	await rm(out);
	const { summary } = run;
	return {
		...describeRun('enriched_', run),
		enriched_calls: summary.calls_total,
		enriched_calls_ratio: round(summary.calls_total / summary.calls_minimum, 4),
	};
}

/** Into a fresh database, and then once more with nothing changed. */
async function measureStored(simulator: Simulator, directory: string): Promise<Figures> {
	const first = await runCollect({ simulator, directory, enrich: 'none', out: undefined });
	const before = await inspectStore(directory);
	if (before.distinctRecords !== world.instances) throw new Error(`${before.distinctRecords} records are stored`);
	report('stored', first);
	const second = await runCollect({ simulator, directory, enrich: 'none', out: undefined });
	report('unchanged', second);
	const after = await inspectStore(directory, before.nextTransaction);
	return {
		...describeRun('stored_', first),
		stored_bytes_per_device: Math.round(before.sizeBytes / before.records),
		...describeRun('unchanged_', second),
		unchanged_rows_written: after.recordsWrittenSince,
	};
}

/** The first run, and the parts that go with it. */
async function measureFirst(simulator: Simulator, directory: string): Promise<Figures> {
	const figures: Record<string, number | string> = {};
	const lines = await measureLines(simulator, directory);
	Object.assign(figures, lines.figures);
	report('lines', lines.run);
	if (parts.has('baseline')) {
		const regions = lines.run.summary.accounts[0]?.regions.map((each) => each.region) ?? [];
		const baseline = await runBaseline(simulator, baselineAccounts, regions);
		const stockPerDevice = baseline.wallSeconds / baseline.instances;
		const oursPerDevice = lines.run.wallSeconds / world.instances;
		figures['baseline_ratio'] = round(stockPerDevice / oursPerDevice, 2);
		figures['baseline_wall_s'] = round(baseline.wallSeconds, 1);
		figures['baseline_cpu_s'] = round(baseline.use.cpuSeconds, 1);
		figures['baseline_devices'] = baseline.instances;
		process.stderr.write(`baseline: ${round(baseline.wallSeconds, 1)} s for ${baseline.instances} devices\n`);
	}
	if (parts.has('stored')) Object.assign(figures, await measureStored(simulator, directory));
	if (parts.has('enriched')) Object.assign(figures, await measureEnriched(simulator, directory));
	return figures;
}

async function measureWorld(): Promise<Figures> {
	const isFirstWanted = [...parts].some((part) => !ownParts.has(part));
	if (!isFirstWanted && !parts.has('throttle')) return {};
	const directory = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
	const simulator = await startSimulator(world);
	try {
		return {
			instances: world.instances,
			...(isFirstWanted ? await measureFirst(simulator, directory) : {}),
			...(parts.has('throttle') ? await measureThrottle(simulator, directory) : {}),
		};
	} finally {
		await simulator.stop();
		await rm(directory, { recursive: true, force: true });
	}
}

const { accounts, regions } = world;
const total = Number(args.total ?? 200_000 * scale);
const bigScope = Number(args['big-scope'] ?? 70_000 * scale);
const loadBefore = loadavg()[0] ?? 0;
const figures = {
	...(await measureWorld()),
	...(parts.has('big') ? await measureBig({ accounts, regions, total, bigScope }) : {}),
};
const ground = { cores: availableParallelism(), load_before: round(loadBefore, 1), node: process.version };
const result = { bench: 'collect', accounts, regions, ...figures, ...ground };
console.log(args.json ? JSON.stringify(result) : JSON.stringify(result, null, 2));
