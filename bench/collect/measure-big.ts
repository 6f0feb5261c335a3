import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRun, type Figures, report, round } from './figures.ts';
import { inspectStore } from './inspect-store.ts';
import { type MeasuredRun, runCollect } from './run-collect.ts';
import { startSimulator, type World } from './simulator.ts';

export interface BigChoice {
	readonly accounts: number;
	readonly regions: number;
	/** Instances in all, in either world. */
	readonly total: number;
	/** How many of them the one big account-region has beyond its even share. */
	readonly bigScope: number;
}

/** The second, stored run of a world with one big account-region, beside that of as many instances spread evenly. */
export async function measureBig(choice: BigChoice): Promise<Figures> {
	const { accounts, regions, total, bigScope } = choice;
	// The world's days are ours, so that what was launched yesterday is asked for as in a real one.
	const startAt = new Date().toISOString();
	const even = await measureSecondRun('even', { accounts, regions, instances: total, startAt });
	const big = await measureSecondRun('big', { accounts, regions, instances: total - bigScope, bigScope, startAt });
	return {
		big_total: total,
		big_scope: bigScope,
		...even.figures,
		...big.figures,
		big_ratio: round(big.second.wallSeconds / even.second.wallSeconds, 2),
	};
}

async function measureSecondRun(name: string, world: World): Promise<{ figures: Figures; second: MeasuredRun }> {
	const directory = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
	const simulator = await startSimulator(world);
	try {
		const first = await runCollect({ simulator, directory, enrich: 'none', out: undefined });
		report(`${name}, first`, first);
		const before = await inspectStore(directory);
		const expected = world.instances + (world.bigScope ?? 0);
		if (before.distinctRecords !== expected) throw new Error(`${before.distinctRecords} of ${expected} are stored`);
		const second = await runCollect({ simulator, directory, enrich: 'none', out: undefined });
		report(`${name}, second`, second);
		const after = await inspectStore(directory, before.nextTransaction);
		const figures = {
			[`${name}_first_wall_s`]: round(first.wallSeconds, 1),
			...describeRun(`${name}_`, second),
			[`${name}_calls`]: second.summary.calls_total,
			[`${name}_assets`]: second.summary.counts.assets,
			[`${name}_rows_written`]: after.recordsWrittenSince,
		};
		return { figures, second };
	} finally {
		await simulator.stop();
		await rm(directory, { recursive: true, force: true });
	}
}
