import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { StockCollection } from '../../packages/server/src/aws/testing/stock-collection.ts';
import { awsEnvironment } from './run-collect.ts';
import type { Simulator } from './simulator.ts';
import { type TreeUse, watchTree } from './watch-tree.ts';

export interface BaselineRun {
	readonly wallSeconds: number;
	readonly instances: number;
	readonly use: TreeUse;
}

/** Calls that a sensible script keeps in flight. */
const concurrency = 32;

/** The stock SDK's paginator loop over the first accounts of the simulator, in one process. */
export async function runBaseline(
	simulator: Simulator,
	accounts: number,
	regions: readonly string[],
): Promise<BaselineRun> {
	const { roleArn, externalId, principalRoleArn } = simulator;
	const options: StockCollection = { principalRoleArn, roleArn, externalId, accounts, regions, concurrency };
	const startedMs = performance.now();
	const child = spawn(process.execPath, [join(import.meta.dirname, 'baseline.ts'), JSON.stringify(options)], {
		stdio: ['ignore', 'pipe', 'inherit'],
		env: awsEnvironment(simulator.endpoint, simulator.keys),
	});
	const watch = child.pid === undefined ? undefined : watchTree(child.pid);
	const printed = text(child.stdout);
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('exit', resolve);
		child.once('error', reject);
	});
	const wallSeconds = (performance.now() - startedMs) / 1000;
	if (code !== 0 || !watch) throw new Error(`the stock SDK's loop ended with ${code}`);
	return { wallSeconds, instances: Number(await printed), use: watch.stop() };
}
