import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionSummary } from '../../packages/model/src/run/summary.ts';
import { readCpuSeconds } from './processes.ts';
import type { Keys, Simulator } from './simulator.ts';
import { type TreeUse, watchTree } from './watch-tree.ts';

/** One run of the command line, from its start to its end. */
export interface MeasuredRun {
	readonly wallSeconds: number;
	readonly use: TreeUse;
	readonly simulatorCpuSeconds: number;
	readonly summary: ExecutionSummary;
}

export interface CollectRun {
	readonly simulator: Simulator;
	/** Directory for the database, the output and the summary. */
	readonly directory: string;
	readonly enrich: 'none' | 'all';
	/** File for lines; undefined: into the inventory. */
	readonly out: string | undefined;
	/** Take a result of Partial too. */
	readonly mayBePartial?: boolean;
}

/** Exit code of a Partial run. */
const partialCode = 3;

const commandLine = join(import.meta.dirname, '../../packages/server/src/cli/main.ts');

/** Runs `rollcall collect ec2.devices` as a user would, and waits for it. Fails when the result is not what was asked. */
export async function runCollect(run: CollectRun): Promise<MeasuredRun> {
	const { simulator, directory } = run;
	const summaryFile = join(directory, 'summary.json');
	const args = [
		...['collect', 'ec2.devices', '--organization-discovery', '--enrich', run.enrich],
		...['--role-arn', simulator.roleArn, '--external-id', simulator.externalId, '--summary', summaryFile],
		...(run.out === undefined ? [] : ['--out', run.out]),
	];
	const simulatorCpuBefore = readCpuSeconds(simulator.pid) ?? 0;
	const startedMs = performance.now();
	const child = spawn(process.execPath, [commandLine, ...args], {
		stdio: ['ignore', 'ignore', 'inherit'],
		env: {
			...awsEnvironment(simulator.endpoint, simulator.keys),
			ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2: simulator.principalRoleArn,
			ROLLCALL_DATA_DIR: join(directory, 'data'),
			...keepWorkers(),
		},
	});
	const watch = child.pid === undefined ? undefined : watchTree(child.pid);
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('exit', resolve);
		child.once('error', reject);
	});
	const wallSeconds = (performance.now() - startedMs) / 1000;
	const isFit = code === 0 || (run.mayBePartial && code === partialCode);
	if (!isFit || !watch) throw new Error(`rollcall collect ended with ${code}`);
	// Written by the very code that types it.
	const summary = JSON.parse(await readFile(summaryFile, 'utf8')) as ExecutionSummary;
	const simulatorCpuSeconds = (readCpuSeconds(simulator.pid) ?? 0) - simulatorCpuBefore;
	return { wallSeconds, use: watch.stop(), simulatorCpuSeconds, summary };
}

/** The environment without anybody's own AWS or Rollcall settings, pointed at the simulator. */
export function awsEnvironment(endpoint: string, keys: Keys): NodeJS.ProcessEnv {
	const own = Object.entries(process.env).filter(([name]) => !/^(AWS_|ROLLCALL_)/.test(name));
	return {
		...Object.fromEntries(own),
		AWS_ENDPOINT_URL: endpoint,
		AWS_ACCESS_KEY_ID: keys.accessKeyId,
		AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
	};
}

/** The number of workers is the one setting that is worth comparing. */
function keepWorkers(): NodeJS.ProcessEnv {
	const { ROLLCALL_WORKERS } = process.env;
	return ROLLCALL_WORKERS === undefined ? {} : { ROLLCALL_WORKERS };
}
