import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The size of a bench. */
export interface World {
	readonly accounts: number;
	readonly instances: number;
	readonly regions: number;
	/** Instances that one account-region has on top. */
	readonly bigScope?: number;
	/** ISO moment that its time stands at; the default is the simulator's own. */
	readonly startAt?: string;
}

/** A simulator in a process of its own. */
export interface Simulator {
	readonly pid: number;
	readonly endpoint: string;
	readonly roleArn: string;
	readonly externalId: string;
	readonly principalRoleArn: string;
	/** Keys of the identity that takes the principal role first. */
	readonly keys: Keys;
	stop(): Promise<void>;
}

export interface Keys {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
}

/** What the simulator prints when it is ready, as far as it matters here. */
interface ReadyLine {
	readonly endpoint: string;
	readonly roleArn: string;
	readonly externalId: string;
	readonly principalRoleArn: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
}

const entry = join(import.meta.dirname, '../../packages/aws-simulator/src/main.ts');

/** Starts a simulator that answers after 100 ms and 0.6 ms an item, uncompressed. */
export async function startSimulator(world: World): Promise<Simulator> {
	const args = [
		...['--scenario', 'even', '--no-gzip', '--latency-base-ms', '100', '--latency-item-ms', '0.6'],
		...['--accounts', String(world.accounts), '--instances', String(world.instances)],
		...['--regions', String(world.regions)],
		...(world.bigScope === undefined ? [] : ['--big-scope', String(world.bigScope)]),
		...(world.startAt === undefined ? [] : ['--start-at', world.startAt]),
	];
	const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const lines = createInterface({ input: child.stdout });
	const ready = await new Promise<ReadyLine>((resolve, reject) => {
		// Its shape is the simulator's contract, shown in its README.
		lines.once('line', (line) => resolve(JSON.parse(line) as ReadyLine));
		child.once('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
		child.once('error', reject);
	});
	if (child.pid === undefined) throw new Error('the simulator has no process');
	const { endpoint, roleArn, externalId, principalRoleArn } = ready;
	return {
		pid: child.pid,
		endpoint,
		roleArn,
		externalId,
		principalRoleArn,
		keys: { accessKeyId: ready.accessKeyId, secretAccessKey: ready.secretAccessKey },
		stop: async () => {
			child.kill('SIGTERM');
			await exited;
		},
	};
}

/** One of the simulator's control paths (its README); gives what it answers with. */
export async function askSimulator(
	simulator: Pick<Simulator, 'endpoint'>,
	method: 'GET' | 'POST' | 'DELETE',
	path: string,
	body?: unknown,
): Promise<unknown> {
	const answer = await fetch(`${simulator.endpoint}/__simulator/${path}`, {
		method,
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	if (!answer.ok) throw new Error(`the simulator answered ${path} with ${answer.status}: ${await answer.text()}`);
	return await answer.json();
}
