import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '#collect/testing/rig.ts';
import { startWorkerProcesses } from '#collect/worker/worker-process.ts';
import { findWorkerEntry } from '#platform/assets-root.ts';
import { isAlive, letTimePass, startCollectProcess } from './killed-runs.ts';
import { idsIn, openStage, type Stage, scopeOf, until } from './stage.ts';

const region = 'us-east-1';

describe('invariant 3: a killed worker or run resumes or repeats, without duplicates and without loss', () => {
	let stage: Stage;
	/** The same simulator and database, with workers in processes of their own. */
	let killable: Rig;
	let accounts: readonly string[];
	/** What this test changed in AWS before its run. */
	let added: readonly string[];
	let removed: readonly string[];

	beforeAll(async () => {
		stage = await openStage({
			simulator: { accounts: 3, regions: 1, instances: 54, terminatedShare: 0, pageCap: 6, latencyBaseMs: 30 },
		});
		killable = await openRig({
			connection: stage.connection,
			target: stage.rig.simulator,
			startWorker: startWorkerProcesses(findWorkerEntry(), 256),
		});
		accounts = [...listTrueAccounts(stage.rig.simulator.world)].map((account) => account.accountId);
		await stage.rig.collect({ enrich: 'none' });
	});
	afterAll(async () => {
		await killable?.close();
		await stage?.close();
	});

	beforeEach(() => {
		removed = accounts.map((accountId) => stage.truth({ accountId })[0] ?? '');
		const retagged = accounts.map((accountId) => stage.truth({ accountId })[1] ?? '');
		added = accounts.map((accountId) => stage.rig.simulator.control.mutate({ add: { accountId, region } }) ?? '');
		for (const arn of removed) stage.mutate({ remove: arn });
		for (const arn of retagged) stage.mutate({ retag: { arn, set: { Revision: `${stage.truth().length}` } } });
	});

	const countPages = async (): Promise<number> => {
		const [row] = await stage.query<{ count: number }>('select count(*)::int as count from scope_page');
		return row?.count ?? 0;
	};

	const pagesOfAScope = (): Promise<true> => until('pages', async () => ((await countPages()) >= 4 ? true : undefined));

	/** The inventory is the truth, and each membership began and ended once. */
	async function expectTruth(): Promise<void> {
		const records = await stage.records();
		expect(idsIn(records, 'active')).toEqual(stage.truth());
		const events = await stage.events();
		for (const record of records.values()) {
			const types = events.filter((event) => event.native_id === record.native_id).map((event) => event.type);
			const gone = record.state === 'retired' ? ['SourceMembershipRemove'] : [];
			expect([record.native_id, ...types]).toEqual([record.native_id, 'SourceMembershipAdd', ...gone]);
		}
		for (const arn of added) expect(records.get(arn)?.state).toBe('active');
		for (const arn of removed) expect(records.get(arn)?.state).toBe('retired');
		expect(await countPages()).toBe(0);
		expect(await stage.query('select id from scope where lease_owner is not null')).toEqual([]);
		expect(await stage.query(`select id from execution where state <> 'completed'`)).toEqual([]);
		const versions = await stage.query(
			'select record, valid_from from record_version group by 1, 2 having count(*) > 1',
		);
		expect(versions).toEqual([]);
	}

	it('kill -9 of a worker in the middle of its scopes: another repeats them within the same run', async () => {
		let pids = (): readonly number[] => [];
		const run = killable.collect({
			enrich: 'none',
			onStart: (pool) => {
				pids = () => pool.pids();
			},
		});
		await pagesOfAScope();
		const [victim = 0] = pids();
		process.kill(victim, 'SIGKILL');
		const summary = await run;
		expect(isAlive(victim)).toBe(false);
		expect(summary).toMatchObject({
			result: 'success',
			counts: { scopes: 3, scopes_complete: 3, removed: 3, held: 0 },
		});
		expect(summary.counts.assets).toBe(stage.truth().length);
		await expectTruth();
	});

	it('kill -9 of three workers in a row gives the scopes up as failed, and removes nothing of them', async () => {
		let pids = (): readonly number[] => [];
		let ended = false;
		const run = killable
			.collect({
				enrich: 'none',
				onStart: (pool) => {
					pids = () => pool.pids();
				},
			})
			.finally(() => {
				ended = true;
			});
		while (!ended) {
			const [victim] = pids();
			if (victim !== undefined && (await countPages()) > 0) {
				process.kill(victim, 'SIGKILL');
				await until('its end', () => (isAlive(victim) ? undefined : true));
				await stage.query('delete from scope_page');
			}
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		const summary = await run;
		expect(summary).toMatchObject({ result: 'failed', counts: { removed: 0 } });
		for (const accountId of accounts) {
			expect(scopeOf(summary, accountId, region)).toMatchObject({
				outcome: 'failed',
				cause: expect.stringContaining('WorkerDied'),
			});
		}
		for (const arn of removed) expect((await stage.records()).get(arn)?.state).toBe('active');
		const states = new Set([...(await stage.devices()).values()].map((device) => device.standing.reason));
		expect(states).toEqual(new Set(['failed: WorkerDied']));
		await stage.rig.collect({ enrich: 'none' });
		await expectTruth();
	});

	it('kill -9 of the whole run in mid-scope: its scopes are busy until its leases end, then the next run reads them', async () => {
		const killed = startCollectProcess(stage);
		await pagesOfAScope();
		await killed.kill();
		const before = await stage.records();
		const meanwhile = await stage.rig.collect({ enrich: 'none' });
		expect(meanwhile).toMatchObject({ result: 'failed', counts: { removed: 0, added: 0, changed: 0 } });
		expect(scopeOf(meanwhile, accounts[0] ?? '', region)?.cause).toContain('AlreadyRunning');
		expect(await stage.records()).toEqual(before);
		await letTimePass(stage);
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary.result).toBe('success');
		await expectTruth();
	});

	it('kill -9 of the whole run between closing scopes and its sweep: the next run makes that sweep', async () => {
		const [, , slow = ''] = accounts;
		const match = { action: 'DescribeInstances', accountId: slow, page: 0 };
		stage.rig.simulator.control.setFaults([{ fault: 'slow', match, delayMs: 8000 }]);
		const killed = startCollectProcess(stage);
		const [gone = '', other = ''] = removed;
		await until('the marks', async () => {
			const records = await stage.records();
			return records.get(gone)?.missed && records.get(other)?.missed ? true : undefined;
		});
		await killed.kill();
		const [dead] = await stage.query<{ id: string }>(`select id from execution where state <> 'completed'`);
		await letTimePass(stage);
		// Reads the third account only: what the dead run marked in the others is decided by its own evidence.
		const summary = await stage.rig.collect({ enrich: 'none', accounts: [slow] });
		expect(summary.result).toBe('success');
		const removals = (await stage.events()).filter((event) => event.type === 'SourceMembershipRemove');
		expect(removals.filter((event) => event.execution === dead?.id).map((event) => event.native_id)).toEqual(
			expect.arrayContaining([gone, other]),
		);
		expect(await stage.query('select result from execution where id = $1', [dead?.id])).toEqual([{ result: 'failed' }]);
		await expectTruth();
	});
});
