/** Milliseconds that each of several runs took, after one with each of ten indexes that only warms up. */
export async function timeRuns(runs: number, run: (index: number) => Promise<unknown>): Promise<readonly number[]> {
	for (let index = 0; index < 10; index += 1) await run(index);
	const times: number[] = [];
	for (let index = 1; index <= runs; index += 1) {
		const startedMs = performance.now();
		await run(index);
		times.push(performance.now() - startedMs);
	}
	return times.sort((left, right) => left - right);
}

export function percentile(sorted: readonly number[], share: number): number {
	const value = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
	return Math.round(value * 10) / 10;
}
