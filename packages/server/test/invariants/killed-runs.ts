import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RigOptions, RigTarget, RunChoices } from '#collect/testing/rig.ts';
import { type Stage, until } from './stage.ts';

const entry = fileURLToPath(new URL('./collect-process.ts', import.meta.url));

/** A collection that runs in a process tree of its own. */
export interface CollectProcess {
	readonly child: ChildProcess;
	/** Process ids of its workers. */
	readonly workerPids: Promise<readonly number[]>;
	/** Kills the coordinator and waits until its workers are gone too. */
	kill(): Promise<void>;
}

/** What a run in a process of its own may be told; enrichments are left out unless asked for. */
export interface CollectProcessOptions extends Pick<RigOptions, 'kind' | 'clockSpeed'>, Pick<RunChoices, 'enrich'> {}

/** Starts a run over the stage's simulator into its database. */
export function startCollectProcess(stage: Stage, options: CollectProcessOptions = {}): CollectProcess {
	const { endpoint, principals, roleArn, externalId } = stage.rig.simulator;
	const target: RigTarget = { endpoint, principals, roleArn, externalId };
	const told = { ...options, connection: stage.connection, target };
	const child = spawn(process.execPath, [entry, JSON.stringify(told)], { stdio: ['ignore', 'pipe', 'inherit'] });
	const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const workerPids = new Promise<readonly number[]>((resolve, reject) => {
		createInterface({ input: child.stdout }).on('line', (line) => {
			// Written by collect-process.ts.
			const message = JSON.parse(line) as { readonly pids?: readonly number[] };
			if (message.pids) resolve(message.pids);
		});
		void exited.then(() => reject(new Error('the run ended before it had workers')));
	});
	workerPids.catch(() => undefined);
	return {
		child,
		workerPids,
		kill: async () => {
			child.kill('SIGKILL');
			await exited;
			for (const pid of await workerPids)
				await until(`the end of worker ${pid}`, () => (isAlive(pid) ? undefined : true));
		},
	};
}

export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

/** As if ten minutes had passed since whatever a dead run wrote last: its leases and its heartbeat are old. */
export async function letTimePass(stage: Stage): Promise<void> {
	await stage.query(`update scope set lease_expires_at = lease_expires_at - interval '10 minutes'`);
	await stage.query(
		`update execution set heartbeat_at = heartbeat_at - interval '10 minutes' where state <> 'completed'`,
	);
}
