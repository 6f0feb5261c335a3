import { readdirSync, readFileSync } from 'node:fs';

/** What one process of a tree used so far. */
export interface ProcessUse {
	readonly pid: number;
	readonly cpuSeconds: number;
	/** Its proportional share of memory: pages that several processes map count once in the sum of all. */
	readonly memoryBytes: number;
	readonly command: string;
}

/** Ticks of /proc/PID/stat: 100 a second on every Linux (USER_HZ). */
const ticksPerSecond = 100;

/** The process and all its descendants; those that end while they are looked at are left out. Linux only. */
export function readTree(rootPid: number): readonly ProcessUse[] {
	const children = new Map<number, number[]>();
	const stats = new Map<number, { cpuSeconds: number }>();
	for (const name of readdirSync('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		const stat = readStat(Number(name));
		if (!stat) continue;
		stats.set(Number(name), stat);
		children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(name)]);
	}
	const found: ProcessUse[] = [];
	const visit = (pid: number): void => {
		const stat = stats.get(pid);
		const memoryBytes = readMemory(pid);
		const command = readText(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim();
		if (stat && memoryBytes !== undefined && command) {
			found.push({ pid, cpuSeconds: stat.cpuSeconds, memoryBytes, command });
		}
		for (const child of children.get(pid) ?? []) visit(child);
	};
	visit(rootPid);
	return found;
}

/** CPU seconds of one process without its children; undefined when it is gone. */
export function readCpuSeconds(pid: number): number | undefined {
	return readStat(pid)?.cpuSeconds;
}

function readStat(pid: number): { parent: number; cpuSeconds: number } | undefined {
	const text = readText(`/proc/${pid}/stat`);
	if (text === undefined) return undefined;
	// The name of the program stands in parentheses and may hold anything.
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	const ticks = Number(fields[11]) + Number(fields[12]);
	return { parent: Number(fields[1]), cpuSeconds: ticks / ticksPerSecond };
}

function readMemory(pid: number): number | undefined {
	const text = readText(`/proc/${pid}/smaps_rollup`);
	const kilobytes = text === undefined ? undefined : /^Pss:\s+(\d+)/m.exec(text)?.[1];
	return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return undefined;
	}
}
