import { expect } from 'vitest';
import { migrate } from '#store/migrate.ts';
import { openTestCluster } from '../postgres-cluster.ts';
import { wantedEffects } from './effects.ts';
import { type PlanReport, runSeries, seriesLength } from './series.ts';

/** Runs several series at once: most of a plan is waiting for back-offs and deadlines. */
export async function sweep(series: readonly number[]): Promise<void> {
	const cluster = await openTestCluster();
	await cluster.prepareTemplate('schema', async (connection) => {
		await migrate(connection);
	});
	const reports: PlanReport[] = [];
	const take = (report: PlanReport): 'go on' | 'stop' => {
		reports.push(report);
		return reports.every(({ problems }) => problems.length === 0) ? 'go on' : 'stop';
	};
	await Promise.all(series.map((number) => runSeries(cluster, number, (number + 1) * seriesLength, take)));
	for (const { seed, problems, description } of reports) {
		expect(problems, `plan ${seed}; repeat it with npm run faults -- --only ${seed}\n${description}`).toEqual([]);
	}
	const effects = new Set(reports.flatMap((report) => report.effects));
	expect(wantedEffects.filter((effect) => !effects.has(effect))).toEqual([]);
	expect(reports.length).toBe(series.length * seriesLength);
}
