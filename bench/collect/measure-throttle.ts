import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { countLines } from './count-lines.ts';
import { type Figures, report, round } from './figures.ts';
import { type MeasuredRun, runCollect } from './run-collect.ts';
import { askSimulator, type Simulator } from './simulator.ts';

/** Of every service, again and again: one answer in a hundred is a 503, and of the others one in twenty a throttle. */
const faults = [
	{ fault: 'unavailable', probability: 0.01, times: null, seed: 1 },
	{ fault: 'throttling', probability: 0.05, times: null, seed: 2 },
];

/**
 * A whole collection with all enrichments while the simulator's buckets throttle as AWS's do: how often we empty one
 * ourselves, and then how much is complete when AWS fails now and then.
 */
export async function measureThrottle(simulator: Simulator, directory: string): Promise<Figures> {
	const free = await runCounted(simulator, directory, false);
	report('throttle, no faults', free.run);
	await askSimulator(simulator, 'POST', 'faults', faults);
	try {
		const faulty = await runCounted(simulator, directory, true);
		report('throttle, faults', faulty.run);
		const { counts } = faulty.run.summary;
		return {
			self_caused_throttles: free.throttles,
			throttle_calls: free.run.summary.calls_total,
			throttle_wall_s: round(free.run.wallSeconds, 1),
			throttle_devices: free.devices,
			faulty_complete_percent: round((100 * counts.scopes_complete) / counts.scopes, 3),
			faulty_result: faulty.run.summary.result,
			faulty_throttles: faulty.throttles,
			faulty_unavailable: faulty.unavailable,
			faulty_calls: faulty.run.summary.calls_total,
			faulty_wall_s: round(faulty.run.wallSeconds, 1),
			faulty_devices: faulty.devices,
		};
	} finally {
		await askSimulator(simulator, 'POST', 'faults', []);
	}
}

interface CountedRun {
	readonly run: MeasuredRun;
	readonly devices: number;
	/** Answers of the simulator. */
	readonly throttles: number;
	readonly unavailable: number;
}

async function runCounted(simulator: Simulator, directory: string, mayBePartial: boolean): Promise<CountedRun> {
	const out = join(directory, 'throttle.ndjson');
	await askSimulator(simulator, 'DELETE', 'calls');
	const run = await runCollect({ simulator, directory, enrich: 'all', out, mayBePartial });
	const devices = await countLines(out);
	await rm(out);
	// Its shape is the simulator's contract: answers by `service:action status code`.
	const { calls } = (await askSimulator(simulator, 'GET', 'stats')) as { readonly calls: Record<string, number> };
	const count = (pattern: RegExp): number =>
		Object.entries(calls).reduce((sum, [name, times]) => (pattern.test(name) ? sum + times : sum), 0);
	return {
		run,
		devices,
		throttles: count(/ (RequestLimitExceeded|Throttl\w*|TooManyRequests\w*)$/),
		unavailable: count(/ 503 (?!RequestLimitExceeded|Throttl)/),
	};
}
