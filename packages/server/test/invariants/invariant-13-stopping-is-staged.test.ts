import { exitCodes } from '@rollcall/model/run/execution.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRig } from '#collect/testing/rig.ts';
import { startWorkerProcesses } from '#collect/worker/worker-process.ts';
import { findWorkerEntry } from '#platform/assets-root.ts';
import { isAlive } from './killed-runs.ts';
import { idsIn, openStage, type Stage, type StoredRecord, until } from './stage.ts';

const listing = 'DescribeInstances';

/** Outcomes of all scopes of a run. */
function outcomesOf(summary: ExecutionSummary): ReadonlyMap<Outcome, number> {
	const counts = new Map<Outcome, number>();
	for (const { outcome } of summary.accounts.flatMap((account) => account.regions)) {
		counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
	}
	return counts;
}

describe('invariant 13: stopping is staged, ends in time, and loses nothing', () => {
	let stage: Stage;
	/** Gone from AWS: two of every scope, so that a wrong removal would show anywhere. */
	let gone: readonly string[];

	beforeAll(async () => {
		// More scopes than a worker reads at once, so that some are still waiting when the stop comes.
		stage = await openStage({
			simulator: { accounts: 4, regions: 8, instances: 4 * 8 * 6, terminatedShare: 0, latencyBaseMs: 30 },
		});
		await stage.rig.collect({ enrich: 'none' });
		const scopes = new Map(stage.truth().map((arn) => [arn.split(':').slice(3, 5).join(), arn]));
		gone = [...scopes.values()].toSorted();
		for (const arn of gone) stage.mutate({ remove: arn });
	});
	afterAll(() => stage?.close());

	/** After any stop: nothing is held, open or half done. */
	async function expectNothingHeld(): Promise<void> {
		expect(await stage.query('select id from scope where lease_owner is not null')).toEqual([]);
		expect(await stage.query('select scope from scope_page')).toEqual([]);
		expect(await stage.query(`select id from execution where state <> 'completed'`)).toEqual([]);
	}

	/** Records of scopes that were not complete are as they were; of complete ones only what is gone was removed. */
	function expectOnlyCompleteChanged(
		before: ReadonlyMap<string, StoredRecord>,
		after: ReadonlyMap<string, StoredRecord>,
	): void {
		const retired = idsIn(after, 'retired');
		for (const nativeId of retired) expect(gone).toContain(nativeId);
		for (const record of after.values()) {
			if (record.state !== 'retired') expect(record).toEqual(before.get(record.native_id));
		}
	}

	it('the first signal: scopes under way end, the others are cancelled, and none of these loses a record', async () => {
		const stopping = new AbortController();
		const before = await stage.records();
		stage.rig.simulator.control.clearCalls();
		const run = stage.rig.collect({ enrich: 'none', stopping: stopping.signal });
		await until('scopes under way', () =>
			stage.rig.simulator.control.calls().some((call) => call.action === listing) ? true : undefined,
		);
		stopping.abort();
		const summary = await run;
		const outcomes = outcomesOf(summary);
		expect(outcomes.get('complete')).toBeGreaterThan(0);
		expect(outcomes.get('cancelled')).toBeGreaterThan(0);
		expect([...outcomes.keys()].toSorted()).toEqual(['cancelled', 'complete']);
		expect(summary.result).toBe('cancelled');
		expect(exitCodes[summary.result]).toBe(130);
		const after = await stage.records();
		expectOnlyCompleteChanged(before, after);
		expect(idsIn(after, 'retired')).toHaveLength(outcomes.get('complete') ?? 0);
		await expectNothingHeld();
		const cancelled = await stage.query<{ count: number }>(
			`select count(*)::int as count from scope where outcome = 'cancelled' and removed_at is null and region <> '*'`,
		);
		expect(cancelled[0]?.count).toBeGreaterThan(0);
	});

	it('stopped before it began: everything is cancelled, nothing is read', async () => {
		const stopping = new AbortController();
		stopping.abort();
		const before = await stage.records();
		stage.rig.simulator.control.clearCalls();
		const summary = await stage.rig.collect({ enrich: 'none', stopping: stopping.signal });
		expect(summary.result).toBe('cancelled');
		expect(stage.rig.simulator.control.calls().filter((call) => call.action === listing)).toEqual([]);
		expect(await stage.records()).toEqual(before);
		await expectNothingHeld();
	});

	it('the second signal ends within seconds, also when AWS is silent; worker processes are gone', async () => {
		const [stopping, aborting] = [new AbortController(), new AbortController()];
		const rig = await openRig({
			connection: stage.connection,
			target: stage.rig.simulator,
			workers: 2,
			startWorker: startWorkerProcesses(findWorkerEntry(), 256),
		});
		const before = await stage.records();
		stage.rig.simulator.control.setFaults([{ fault: 'silent', match: { action: listing }, times: null }]);
		let pids: readonly number[] = [];
		const run = rig.collect({
			enrich: 'none',
			stopping: stopping.signal,
			aborting: aborting.signal,
			onStart: (pool) => {
				pids = pool.pids();
			},
		});
		await until('leases', async () => {
			const held = await stage.query('select id from scope where lease_owner is not null');
			return held.length > 0 ? true : undefined;
		});
		stopping.abort();
		const abortedMs = performance.now();
		aborting.abort();
		const summary = await run;
		expect(performance.now() - abortedMs).toBeLessThan(5000);
		await rig.close();
		expect(summary.result).toBe('cancelled');
		expect(outcomesOf(summary).get('complete')).toBeUndefined();
		expect(pids).toHaveLength(2);
		for (const pid of pids) await until(`the end of worker ${pid}`, () => (isAlive(pid) ? undefined : true));
		expect(await stage.records()).toEqual(before);
		await expectNothingHeld();
		stage.rig.simulator.control.setFaults([]);
	});

	it('the next run needs to wait for nothing, and brings everything up to date', async () => {
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary.result).toBe('success');
		const records = await stage.records();
		expect(idsIn(records, 'active')).toEqual(stage.truth());
		expect(idsIn(records, 'retired')).toEqual(gone);
		const removals = (await stage.events()).filter((event) => event.type === 'SourceMembershipRemove');
		expect(removals.map((event) => event.native_id).toSorted()).toEqual(gone);
	});

	it('lines of a run that was stopped are whole, and none stands twice', async () => {
		const stopping = new AbortController();
		stage.rig.simulator.control.clearCalls();
		const run = stage.rig.collectLines({ enrich: 'none', stopping: stopping.signal });
		await until('scopes under way', () =>
			stage.rig.simulator.control.calls().some((call) => call.action === listing) ? true : undefined,
		);
		stopping.abort();
		const { summary, lines } = await run;
		expect(summary.result).toBe('cancelled');
		expect(lines).toHaveLength(summary.counts.assets);
		expect(new Set(lines.map((line) => JSON.stringify(line))).size).toBe(lines.length);
	});
});
