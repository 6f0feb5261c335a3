import type { MeasuredRun } from './run-collect.ts';

/** What a bench prints. */
export type Figures = Readonly<Record<string, number | string>>;

/** Times and memory of a run, each name after the prefix. */
export function describeRun(prefix: string, run: MeasuredRun): Figures {
	const { use, wallSeconds, simulatorCpuSeconds } = run;
	return {
		[`${prefix}wall_s`]: round(wallSeconds, 1),
		[`${prefix}cpu_s`]: round(use.cpuSeconds, 1),
		...prefixed(`${prefix}cpu_`, '_s', use.cpuByPart, 1),
		[`${prefix}simulator_cpu_s`]: round(simulatorCpuSeconds, 1),
		[`${prefix}rss_mb`]: Math.round(use.peakBytes / 1e6),
		...prefixed(`${prefix}rss_`, '_mb', use.peakByPart, 1e-6),
	};
}

/** `factor` below one scales and rounds to whole numbers. */
function prefixed(before: string, after: string, values: Readonly<Record<string, number>>, factor: number): Figures {
	const entries = Object.entries(values);
	return Object.fromEntries(
		entries.map(([name, value]) => [`${before}${name}${after}`, round(value * factor, factor < 1 ? 0 : 1)]),
	);
}

/** Progress, to stderr. */
export function report(part: string, run: MeasuredRun): void {
	process.stderr.write(`${part}: ${JSON.stringify(describeRun('', run))}\n`);
}

export function round(value: number, digits: number): number {
	return Number(value.toFixed(digits));
}
