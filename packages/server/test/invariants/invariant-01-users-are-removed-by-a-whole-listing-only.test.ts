import type { FaultRule } from '@rollcall/aws-simulator/faults/rules.ts';
import { listTrueAccounts, listTrueIamUsers } from '@rollcall/aws-simulator/truth.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ageDenials, idsIn, openStage, type Stage, scopeOf } from './stage.ts';

const userCount = 80;

describe('invariant 1: users of IAM are removed by a whole listing only', () => {
	let stage: Stage;
	let accountId: string;
	let other: string;

	beforeAll(async () => {
		stage = await openStage({
			kind: 'iam.users',
			simulator: { accounts: 2, regions: 1, instances: 0, iamUsersPerAccount: userCount, pageCap: 30 },
			clockSpeed: 200,
			requestTimeoutMs: 20_000,
		});
		[other = '', accountId = ''] = [...listTrueAccounts(stage.rig.simulator.world)].map((each) => each.accountId);
		await stage.rig.collect();
	});
	afterAll(() => stage?.close());

	const truth = (): readonly string[] =>
		[...listTrueIamUsers(stage.rig.simulator.world)].map(({ userId }) => userId).toSorted();

	/** User names of the account from the end of the listing, where a page that is not read would have them. */
	const lastNames = (count: number): readonly string[] =>
		[...listTrueIamUsers(stage.rig.simulator.world, { accountId })].slice(-count).map(({ userName }) => userName);

	const removeUsers = (names: readonly string[]): void => {
		for (const userName of names) stage.mutate({ removeIamUser: { accountId, userName } });
	};

	describe('while the listing is not whole', () => {
		let gone: readonly string[];
		beforeAll(() => {
			const before = truth();
			removeUsers(lastNames(5));
			const now = new Set(truth());
			gone = before.filter((userId) => !now.has(userId));
		});

		it.each<{ readonly what: string; readonly outcome: string; readonly rule: FaultRule }>([
			{ what: 'denied', outcome: 'denied', rule: { fault: 'access_denied' } },
			{ what: 'denied on its second page', outcome: 'denied', rule: { fault: 'access_denied', match: { page: 1 } } },
			{ what: 'throttled', outcome: 'throttled_out', rule: { fault: 'throttling', match: { page: 2 } } },
			{ what: 'cut', outcome: 'failed', rule: { fault: 'cut_body', match: { page: 2 } } },
			{ what: 'broken by AWS', outcome: 'failed', rule: { fault: 'internal_error', match: { page: 1 } } },
			{ what: 'refused its page token', outcome: 'failed', rule: { fault: 'invalid_token', match: { page: 2 } } },
			{ what: 'led in circles', outcome: 'failed', rule: { fault: 'repeated_token', match: { page: 1 } } },
			{ what: 'denied by a policy', outcome: 'blocked_by_policy', rule: { fault: 'denied_by_scp' } },
		])(
			'$what: nothing is removed, everybody of the account is unconfirmed with the reason',
			async ({ outcome, rule }) => {
				const [records, events] = [await stage.records(), await stage.events()];
				const match = { action: 'ListUsers', accountId, ...rule.match };
				stage.rig.simulator.control.setFaults([{ times: null, ...rule, match }]);
				const summary = await stage.rig.collect({ enrich: 'due' });
				stage.rig.simulator.control.setFaults([]);
				expect(scopeOf(summary, accountId, 'global')).toMatchObject({ outcome, action: 'iam:ListUsers' });
				expect(scopeOf(summary, other, 'global')?.outcome).toBe('complete');
				expect(summary.counts).toMatchObject({ removed: 0, held: 0 });
				expect(await stage.records()).toEqual(records);
				expect(await stage.events()).toEqual(events);
				const users = [...(await stage.users()).values()];
				expect(users.map((user) => user.nativeId)).toEqual(expect.arrayContaining([...gone]));
				for (const { attributes, standing } of users) {
					const expected = attributes.account_id === accountId ? 'unconfirmed' : 'active';
					expect(standing.state).toBe(expected);
					if (expected === 'unconfirmed') expect(standing).toMatchObject({ reason: expect.stringContaining(outcome) });
				}
			},
		);

		it('what a policy of the AWS Organization denied is not asked for a day, and stays unconfirmed for that reason', async () => {
			const { control } = stage.rig.simulator;
			const records = await stage.records();
			control.clearCalls();
			const summary = await stage.rig.collect({ enrich: 'all' });
			expect(scopeOf(summary, accountId, 'global')?.outcome).toBe('blocked_by_policy');
			const asked = control.calls().filter((call) => call.action === 'ListUsers');
			expect(asked.map((call) => call.accountId)).not.toContain(accountId);
			expect(summary.counts).toMatchObject({ removed: 0, held: 0 });
			const kept = [...(await stage.records()).values()].filter((record) => record.account_id === accountId);
			expect(kept).toEqual([...records.values()].filter((record) => record.account_id === accountId));
			for (const { attributes, standing } of (await stage.users()).values()) {
				expect(standing.state).toBe(attributes.account_id === accountId ? 'unconfirmed' : 'active');
			}
			await ageDenials(stage, 27);
		});

		it('the next whole listing removes who is gone, and confirms the others', async () => {
			const summary = await stage.rig.collect({ enrich: 'due' });
			expect(summary).toMatchObject({ result: 'success', counts: { removed: 5, held: 0 } });
			const records = await stage.records();
			for (const userId of gone) expect(records.get(userId)).toMatchObject({ state: 'retired', reason: 'absent' });
			expect(idsIn(records, 'active')).toEqual(truth());
			for (const user of (await stage.users()).values()) expect(user.standing.state).toBe('active');
		});
	});

	it('short and empty pages, repeated and shuffled users are still the whole listing', async () => {
		const records = await stage.records();
		for (const fault of ['empty_page', 'duplicates', 'shuffled', 'unknown_fields'] as const) {
			stage.rig.simulator.control.setFaults([{ fault, match: { action: 'ListUsers' }, times: null }]);
			const summary = await stage.rig.collect({ enrich: 'due' });
			expect(summary).toMatchObject({ result: 'success', counts: { added: 0, changed: 0, removed: 0 } });
		}
		stage.rig.simulator.control.setFaults([]);
		expect(await stage.records()).toEqual(records);
	});

	it('a user made again under the same name is another record; the old one retires and keeps its history', async () => {
		const [userName = ''] = lastNames(1);
		const old = [...listTrueIamUsers(stage.rig.simulator.world, { accountId })].at(-1);
		removeUsers([userName]);
		const again = { accountId, userName, path: old?.path ?? '/', tags: { Owner: 'new' } };
		const userId = stage.rig.simulator.control.mutate({ addIamUser: again }) ?? '';
		const summary = await stage.rig.collect({ enrich: 'due' });
		expect(summary.counts).toMatchObject({ added: 1, removed: 1, changed: 0 });
		const records = await stage.records();
		const [before, after] = [records.get(old?.userId ?? ''), records.get(userId)];
		expect(before).toMatchObject({ state: 'retired', reason: 'absent', attributes: { usernames: [userName] } });
		expect(after).toMatchObject({ state: 'active', attributes: { usernames: [userName], tags: { Owner: 'new' } } });
		expect(after?.attributes['arn']).toBe(before?.attributes['arn']);
		expect(after?.id).not.toBe(before?.id);
		const typesOf = async (nativeId: string) =>
			(await stage.events()).filter((event) => event.native_id === nativeId).map((event) => event.type);
		expect(await typesOf(old?.userId ?? '')).toEqual(['SourceMembershipAdd', 'SourceMembershipRemove']);
		expect(await typesOf(userId)).toEqual(['SourceMembershipAdd']);
	});

	it('a mass removal is held, shown as such, and applied when the next whole listing misses them again', async () => {
		const before = truth();
		removeUsers(lastNames(30));
		const remaining = truth();
		const gone = before.filter((userId) => !remaining.includes(userId));
		const held = await stage.rig.collect({ enrich: 'due' });
		expect(held.counts).toMatchObject({ removed: 0, held: 30 });
		const users = await stage.users();
		for (const userId of gone) {
			expect(users.get(userId)?.standing).toMatchObject({ state: 'unconfirmed', reason: 'removal held' });
		}
		stage.rig.simulator.control.setFaults([
			{ fault: 'access_denied', match: { action: 'ListUsers', accountId }, times: null },
		]);
		expect((await stage.rig.collect({ enrich: 'due' })).counts).toMatchObject({ removed: 0 });
		stage.rig.simulator.control.setFaults([]);
		const next = await stage.rig.collect({ enrich: 'due' });
		expect(next.counts).toMatchObject({ removed: 30, held: 0 });
		expect(idsIn(await stage.records(), 'active')).toEqual(remaining);
	});
});
