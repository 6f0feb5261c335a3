import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Stage, scopeOf, until } from './stage.ts';
import { countCalls } from './true-users.ts';

const users = 12;

describe('invariant 13: users are published before their details, and stopping in between loses neither', () => {
	let stage: Stage;
	let accountId: string;

	beforeEach(async () => {
		stage = await openStage({
			kind: 'iam.users',
			simulator: { accounts: 1, regions: 1, instances: 0, iamUsersPerAccount: users - 1 },
			clockSpeed: 10,
		});
		accountId = stage.rig.simulator.managementAccountId;
	});
	afterEach(() => stage?.close());

	const delayDetails = (delayMs: number): void =>
		stage.rig.simulator.control.setFaults([{ fault: 'slow', match: { action: 'GetUser' }, delayMs, times: null }]);

	const published = (): Promise<true> =>
		until('the users', async () => ((await stage.users()).size === users ? true : undefined));

	interface ScopeRow {
		readonly outcome: string;
		readonly leased: boolean;
		readonly detail: string | null;
	}
	const readScope = async (): Promise<ScopeRow | undefined> => {
		const [row] = await stage.query<ScopeRow>(
			`select outcome, lease_owner is not null as leased, enrichments -> 'iam:GetUser' ->> 'outcome' as detail from scope`,
		);
		return row;
	};

	const answered = async (): Promise<number> =>
		(await stage.query('select record from record_detail where confirmed_at is not null')).length;

	it('while GetUser is slow all users are live, the scope is complete, and tags are unknown instead of none', async () => {
		delayDetails(350);
		const run = stage.rig.collect({ enrich: 'due' });
		await published();
		expect(await readScope()).toEqual({ outcome: 'complete', leased: true, detail: null });
		for (const user of (await stage.users()).values()) {
			expect(user.standing.state).toBe('active');
			expect(user.attributes).not.toHaveProperty('tags');
			expect(user.unknown).toMatchObject({ tags: 'unconfirmed', permissions_boundary: 'unconfirmed' });
		}
		expect((await run).result).toBe('success');
		expect(await readScope()).toEqual({ outcome: 'complete', leased: false, detail: 'complete' });
		for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('tags');
	});

	it('the scope stays leased during the details: a second run is told so, asks nothing and writes nothing', async () => {
		delayDetails(500);
		const first = stage.rig.collect({ enrich: 'due' });
		await published();
		const records = await stage.records();
		const second = await stage.rig.collect({ enrich: 'due' });
		expect(scopeOf(second, accountId, 'global')).toMatchObject({
			outcome: 'failed',
			cause: expect.stringContaining('AlreadyRunning'),
		});
		expect(second).toMatchObject({ result: 'failed', counts: { assets: 0, added: 0, changed: 0, removed: 0 } });
		expect(await stage.records()).toEqual(records);
		expect((await first).counts).toMatchObject({ assets: users, added: users });
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(users);
		expect(await readScope()).toEqual({ outcome: 'complete', leased: false, detail: 'complete' });
	});

	it.each(['stopping', 'aborting'] as const)(
		'%s during the details: the users stay, the scope is complete, the enrichment is cancelled and no lease is left',
		async (how) => {
			delayDetails(300);
			const stop = new AbortController();
			const run = stage.rig.collect({ enrich: 'due', [how]: stop.signal });
			await published();
			await until('the first details', () => (countCalls(stage.rig.simulator, 'GetUser') > 4 ? true : undefined));
			stop.abort();
			const summary = await run;
			expect(scopeOf(summary, accountId, 'global')).toMatchObject({
				outcome: 'complete',
				enrichments: [{ action: 'iam:GetUser', outcome: 'cancelled' }],
			});
			expect(await readScope()).toEqual({ outcome: 'complete', leased: false, detail: 'cancelled' });
			const kept = await answered();
			expect(kept).toBeGreaterThan(0);
			expect(kept).toBeLessThan(users);
			const unread = [...(await stage.users()).values()].filter((user) => user.unknown['tags'] === 'unconfirmed');
			expect(unread.length).toBe(users);

			stage.rig.simulator.control.setFaults([]);
			const next = await stage.rig.collect({ enrich: 'due' });
			// What was answered before the stop was kept, and is not asked again.
			expect(next.calls['iam:GetUser']).toBe(users - kept);
			expect(next).toMatchObject({ result: 'success', counts: { added: 0, removed: 0 } });
			for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('tags');
		},
	);

	it('GetUser that never answers is given up after minutes without progress; the scope was complete all along', async () => {
		await stage.close();
		stage = await openStage({
			kind: 'iam.users',
			simulator: { accounts: 1, regions: 1, instances: 0, iamUsersPerAccount: users - 1 },
			clockSpeed: 200,
		});
		stage.rig.simulator.control.setFaults([{ fault: 'silent', match: { action: 'GetUser' }, times: null }]);
		const summary = await stage.rig.collect({ enrich: 'due' });
		expect(scopeOf(summary, stage.rig.simulator.managementAccountId, 'global')).toMatchObject({
			outcome: 'complete',
			enrichments: [{ action: 'iam:GetUser', outcome: 'failed', cause: expect.stringContaining('NoProgress') }],
		});
		expect(await readScope()).toEqual({ outcome: 'complete', leased: false, detail: 'failed' });
		expect((await stage.users()).size).toBe(users);
		stage.rig.simulator.control.setFaults([]);
		await stage.rig.collect({ enrich: 'due' });
		for (const user of (await stage.users()).values()) expect(user.unknown).not.toHaveProperty('tags');
	});
});
