import { readFileSync } from 'node:fs';

/** Processor time of our own process and of the database's backends, in microseconds. */
export interface CpuTime {
	readonly node: number;
	readonly database: number;
}

/** Processor time up to now; that of the backends is 0 where there is no Linux /proc to read it from. */
export function readCpuTime(backends: readonly number[]): CpuTime {
	const { user, system } = process.cpuUsage();
	return { node: user + system, database: backends.reduce((sum, pid) => sum + readBackend(pid), 0) };
}

function readBackend(pid: number): number {
	try {
		// Nanoseconds on a processor, nanoseconds in the queue, slices.
		return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
	} catch {
		return 0;
	}
}

export function addCpuTime(sum: CpuTime, before: CpuTime, after: CpuTime): CpuTime {
	return {
		node: sum.node + after.node - before.node,
		database: sum.database + after.database - before.database,
	};
}
