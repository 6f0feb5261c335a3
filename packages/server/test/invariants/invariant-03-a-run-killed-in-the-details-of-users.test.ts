import { listTrueIamUsers } from '@rollcall/aws-simulator/truth.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig } from '#collect/testing/rig.ts';
import { startWorkerProcesses } from '#collect/worker/worker-process.ts';
import { findWorkerEntry } from '#platform/assets-root.ts';
import { isAlive, letTimePass, startCollectProcess } from './killed-runs.ts';
import { idsIn, openStage, type Stage, scopeOf, until } from './stage.ts';
import { countCalls, iamAttributes } from './true-users.ts';

const clockSpeed = 100;

describe('invariant 3: a run killed in the details of users is completed by the next, without duplicates and without loss', () => {
	let stage: Stage;
	/** The same simulator and database, with workers in processes of their own. */
	let killable: Rig;
	let accountId: string;
	/** Runs so far: whoever comes is named after it. */
	let count = 0;

	beforeAll(async () => {
		stage = await openStage({
			kind: 'iam.users',
			simulator: { accounts: 1, regions: 1, instances: 0, iamUsersPerAccount: 39 },
			clockSpeed,
		});
		accountId = stage.rig.simulator.managementAccountId;
		killable = await openRig({
			kind: 'iam.users',
			connection: stage.connection,
			target: stage.rig.simulator,
			startWorker: startWorkerProcesses(findWorkerEntry(), 256),
			clockSpeed,
		});
	});
	afterAll(async () => {
		await killable?.close();
		await stage?.close();
	});

	const users = () => [...listTrueIamUsers(stage.rig.simulator.world)];

	/** Everybody is to be asked again, somebody came and somebody left. */
	beforeEach(async () => {
		await stage.query('delete from record_detail');
		const { control } = stage.rig.simulator;
		const [, leaving, retagged] = users();
		count += 1;
		stage.mutate(
			{ removeIamUser: { accountId, userName: leaving?.userName ?? '' } },
			{ retagIamUser: { accountId, userName: retagged?.userName ?? '', set: { Revision: `${count}` } } },
			{ addIamUser: { accountId, userName: `newcomer-${count}`, tags: { Owner: `${count}` } } },
		);
		control.setFaults([{ fault: 'slow', match: { action: 'GetUser' }, delayMs: 80, times: null }]);
	});

	const someDetails = (): Promise<true> =>
		until('details of some users', async () => {
			const rows = await stage.query('select record from record_detail');
			return rows.length >= 5 ? true : undefined;
		});

	/** The inventory is the truth, each membership began and ended once, and nothing of a run is left open. */
	async function expectTruth(): Promise<void> {
		stage.rig.simulator.control.setFaults([]);
		const records = await stage.records();
		const live = [...records].filter(([, { state }]) => state === 'active');
		expect(new Map(live.map(([nativeId, { attributes }]) => [nativeId, attributes]))).toEqual(
			new Map(users().map((user) => [user.userId, iamAttributes(user)])),
		);
		for (const user of (await stage.users()).values()) {
			expect(user.standing.state).toBe('active');
			expect(user.unknown).not.toHaveProperty('tags');
		}
		const events = await stage.events();
		for (const record of records.values()) {
			const types = events.filter((event) => event.native_id === record.native_id).map((event) => event.type);
			const gone = record.state === 'retired' ? ['SourceMembershipRemove'] : [];
			expect([record.native_id, ...types]).toEqual([record.native_id, 'SourceMembershipAdd', ...gone]);
		}
		expect(await stage.query('select scope from scope_page')).toEqual([]);
		expect(await stage.query('select id from scope where lease_owner is not null')).toEqual([]);
		expect(await stage.query(`select id from execution where state <> 'completed'`)).toEqual([]);
		const twice = 'select record, valid_from from record_version group by 1, 2 having count(*) > 1';
		expect(await stage.query(twice)).toEqual([]);
	}

	it('kill -9 of a worker in the middle of the details: another repeats the scope within the same run', async () => {
		let pids = (): readonly number[] => [];
		const run = killable.collect({
			enrich: 'due',
			onStart: (pool) => {
				pids = () => pool.pids();
			},
		});
		await someDetails();
		expect((await stage.query('select record from record_detail')).length).toBeLessThan(users().length);
		const [victim = 0] = pids();
		process.kill(victim, 'SIGKILL');
		const summary = await run;
		expect(isAlive(victim)).toBe(false);
		expect(summary).toMatchObject({ result: 'success', counts: { held: 0, scopes_complete: 1 } });
		expect(scopeOf(summary, accountId, 'global')).toMatchObject({
			outcome: 'complete',
			assets: users().length,
			enrichments: [{ action: 'iam:GetUser', outcome: 'complete' }],
		});
		await expectTruth();
	});

	it('kill -9 of every worker that tries: the listing stays complete, and the details are said to have failed', async () => {
		let pids = (): readonly number[] => [];
		const run = killable.collect({
			enrich: 'due',
			onStart: (pool) => {
				pids = () => pool.pids();
			},
		});
		const { control } = stage.rig.simulator;
		const killed = new Set<number>();
		for (let tries = 1; tries <= 3; tries += 1) {
			await until('a worker after those killed', () => pids().some((pid) => !killed.has(pid)) || undefined);
			// Calls of the one that was killed may still arrive: they are not the ones that are waited for.
			control.clearCalls();
			await until('details of some users', () => countCalls(stage.rig.simulator, 'ListUsers') > 0 || undefined);
			await until('details of some users', () => countCalls(stage.rig.simulator, 'GetUser') > 2 || undefined);
			for (const pid of pids()) {
				process.kill(pid, 'SIGKILL');
				killed.add(pid);
			}
		}
		const summary = await run;
		expect(summary).toMatchObject({ counts: { scopes_complete: 1 } });
		expect(scopeOf(summary, accountId, 'global')).toMatchObject({
			outcome: 'complete',
			assets: users().length,
			enrichments: [{ action: 'iam:GetUser', outcome: 'failed', cause: expect.stringContaining('WorkerDied') }],
		});
		expect(await stage.query('select outcome from scope')).toEqual([{ outcome: 'complete' }]);
		await letTimePass(stage);
		control.setFaults([]);
		expect(await stage.rig.collect({ enrich: 'due' })).toMatchObject({ result: 'success' });
		await expectTruth();
	});

	it('kill -9 of the whole run in the middle of the details: its users stay; the next run asks for the rest only', async () => {
		const killed = startCollectProcess(stage, { kind: 'iam.users', clockSpeed, enrich: 'due' });
		await someDetails();
		await killed.kill();
		const answered = (await stage.query('select record from record_detail')).length;
		expect(answered).toBeLessThan(users().length);
		const [records, newcomer] = [await stage.records(), users().at(-1)?.userId ?? ''];
		expect(records.get(newcomer)?.state).toBe('active');
		expect(await stage.query('select outcome from scope')).toEqual([{ outcome: 'complete' }]);
		for (const user of (await stage.users()).values()) expect(user.standing.state).toBe('active');

		const meanwhile = await stage.rig.collect({ enrich: 'due' });
		expect(scopeOf(meanwhile, accountId, 'global')?.cause).toContain('AlreadyRunning');
		expect(await stage.records()).toEqual(records);

		await letTimePass(stage);
		stage.rig.simulator.control.setFaults([]);
		const summary = await stage.rig.collect({ enrich: 'due' });
		expect(summary).toMatchObject({ result: 'success', calls: { 'iam:GetUser': users().length - answered } });
		await expectTruth();
	});

	it('a run that lost its lease in the details writes nothing more: tags it read before never replace newer ones', async () => {
		const [, , third] = users();
		const { userName = '', userId = '' } = third ?? {};
		const match = { action: 'GetUser', subject: userName };
		// Its answer is made now, and arrives when another run has long seen the tags as they are later.
		stage.rig.simulator.control.setFaults([{ fault: 'slow', match, delayMs: 2000 }]);
		stage.rig.simulator.control.clearCalls();
		// At this speed a lease is not renewed before the other run wants it.
		const slow = await openRig({ kind: 'iam.users', connection: stage.connection, target: stage.rig.simulator });
		const late = slow.collect({ enrich: 'due' });
		await until('all other users', () =>
			countCalls(stage.rig.simulator, 'GetUser') >= users().length - 1 ? true : undefined,
		);
		stage.mutate({ retagIamUser: { accountId, userName, set: { Purpose: 'later' } } });
		await letTimePass(stage);
		const fresh = await stage.rig.collect({ enrich: 'all' });
		expect(fresh).toMatchObject({ result: 'success' });
		const [records, events] = [await stage.records(), await stage.events()];
		const summary = await late;
		await slow.close();
		expect(scopeOf(summary, accountId, 'global')?.enrichments).toMatchObject([
			{ action: 'iam:GetUser', outcome: 'failed', cause: expect.stringContaining('LeaseLost') },
		]);
		expect(await stage.records()).toEqual(records);
		expect(await stage.events()).toEqual(events);
		expect(records.get(userId)?.attributes).toMatchObject({ tags: { Purpose: 'later' } });
		expect(idsIn(records, 'active').length).toBe(users().length);
		await expectTruth();
	});
});
