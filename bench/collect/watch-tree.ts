import { readTree } from './processes.ts';

/** What a process tree used over its life. */
export interface TreeUse {
	readonly cpuSeconds: number;
	/** By part of the tree: `coordinator`, `workers`, `database`. */
	readonly cpuByPart: Readonly<Record<string, number>>;
	/** Largest sum over all processes at one moment. */
	readonly peakBytes: number;
	/** What each part held at that moment. */
	readonly peakByPart: Readonly<Record<string, number>>;
}

const sampleMs = 250;

/** Looks at a tree four times a second until `stop`; what a process used in its last quarter of a second is missed. */
export function watchTree(rootPid: number): { stop(): TreeUse } {
	const cpu = new Map<number, { part: string; seconds: number }>();
	let peakBytes = 0;
	let peakByPart: Record<string, number> = {};
	const look = (): void => {
		const tree = readTree(rootPid);
		let sum = 0;
		const byPart: Record<string, number> = {};
		for (const { pid, cpuSeconds, memoryBytes, command } of tree) {
			const part = partOf(pid, rootPid, command);
			cpu.set(pid, { part, seconds: cpuSeconds });
			sum += memoryBytes;
			byPart[part] = (byPart[part] ?? 0) + memoryBytes;
		}
		if (sum > peakBytes) {
			peakBytes = sum;
			peakByPart = byPart;
		}
	};
	const timer = setInterval(look, sampleMs);
	look();
	return {
		stop: () => {
			clearInterval(timer);
			const cpuByPart: Record<string, number> = {};
			let cpuSeconds = 0;
			for (const { part, seconds } of cpu.values()) {
				cpuByPart[part] = (cpuByPart[part] ?? 0) + seconds;
				cpuSeconds += seconds;
			}
			return { cpuSeconds, cpuByPart, peakBytes, peakByPart };
		},
	};
}

function partOf(pid: number, rootPid: number, command: string): string {
	if (pid === rootPid) return 'coordinator';
	return /postgres/.test(command) ? 'database' : 'workers';
}
