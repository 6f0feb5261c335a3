import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Stage, scopeOf } from './stage.ts';
import { countCalls } from './true-users.ts';

const detail = 'iam:GetUser';
const world = { accounts: 2, regions: 1, instances: 0, iamUsersPerAccount: 8 };

describe('invariant 1: where GetUser is refused the users are there, and their tags are as they were last known', () => {
	let stage: Stage;
	let accountId: string;
	/** A member account, where nothing is refused. */
	let other: string;

	beforeAll(async () => {
		stage = await openStage({ kind: 'iam.users', simulator: world, clockSpeed: 100 });
		[accountId = '', other = ''] = [...listTrueAccounts(stage.rig.simulator.world)].map((each) => each.accountId);
	});
	afterAll(() => stage?.close());
	beforeEach(() => stage.rig.simulator.control.clearCalls());

	const usersOf = async (id: string) =>
		[...(await stage.users()).values()].filter((each) => each.attributes.account_id === id);

	it('never read: existence is complete, tags are not permitted instead of none, and two calls an account found out', async () => {
		stage.mutate({ denyAction: { accountId, action: detail } });
		const summary = await stage.rig.collect({ enrich: 'due' });
		expect(scopeOf(summary, accountId, 'global')).toMatchObject({
			outcome: 'complete',
			assets: 9,
			enrichments: [{ action: detail, outcome: 'denied', cause: expect.stringContaining('AccessDenied') }],
		});
		expect(scopeOf(summary, other, 'global')?.enrichments).toMatchObject([{ outcome: 'complete' }]);
		expect(summary.result).toBe('success');
		const denied = stage.rig.simulator.control.calls().filter((call) => call.code === 'AccessDenied');
		expect(denied.map((call) => [call.action, call.accountId])).toEqual([
			['GetUser', accountId],
			['GetUser', accountId],
		]);
		const users = await usersOf(accountId);
		expect(users.length).toBe(9);
		for (const user of users) {
			expect(user.standing.state).toBe('active');
			expect(user.attributes).not.toHaveProperty('tags');
			const { tags, permissions_boundary: boundary, tag_email: email } = user.unknown;
			expect([tags, boundary, email]).toEqual(['not_permitted', 'not_permitted', 'not_permitted']);
		}
		for (const user of await usersOf(other)) expect(user.unknown).not.toHaveProperty('tags');
	});

	it('asked again in the next run: twice, while it is refused; all, when it is allowed', async () => {
		await stage.rig.collect({ enrich: 'due' });
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(2);
		stage.rig.simulator.control.clearCalls();
		stage.mutate({ allowAction: { accountId, action: detail } });
		await stage.rig.collect({ enrich: 'due' });
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(9);
		for (const user of await usersOf(accountId)) expect(user.unknown).not.toHaveProperty('tags');
	});

	it('read before: every tag stays, unconfirmed; no record is written and no event made', async () => {
		const [records, events] = [await stage.records(), await stage.events()];
		stage.mutate({ denyAction: { accountId, action: detail } });
		const summary = await stage.rig.collect({ enrich: 'all' });
		expect(scopeOf(summary, accountId, 'global')?.enrichments).toMatchObject([{ action: detail, outcome: 'denied' }]);
		const denied = stage.rig.simulator.control.calls().filter((call) => call.code === 'AccessDenied');
		expect(denied.length).toBe(2);
		expect(await stage.records()).toEqual(records);
		expect(await stage.events()).toEqual(events);
		for (const user of await usersOf(accountId)) {
			expect(user.attributes.tags).toEqual(records.get(user.nativeId)?.attributes['tags']);
			expect(user.unknown).toMatchObject({ tags: 'unconfirmed', permissions_boundary: 'unconfirmed' });
		}
	});

	it('a user that is new meanwhile has tags that may not be read; the others keep theirs', async () => {
		const added = { accountId, userName: 'newcomer', tags: { Owner: 'somebody' } };
		const userId = stage.rig.simulator.control.mutate({ addIamUser: added }) ?? '';
		await stage.rig.collect({ enrich: 'due' });
		const users = await stage.users();
		expect(users.get(userId)?.unknown['tags']).toBe('not_permitted');
		expect(users.get(userId)?.attributes).not.toHaveProperty('tags');
		expect((await usersOf(accountId)).filter((user) => user.unknown['tags'] === 'unconfirmed').length).toBe(9);
		stage.mutate({ allowAction: { accountId, action: detail } });
		await stage.rig.collect({ enrich: 'due' });
		expect((await stage.users()).get(userId)?.attributes.tags).toEqual({ Owner: 'somebody' });
		for (const user of await usersOf(accountId)) expect(user.unknown).not.toHaveProperty('tags');
	});

	it('refused for single users, as their path may be: theirs alone are unknown, run after run', async () => {
		const { control } = stage.rig.simulator;
		const hidden = control.mutate({ addIamUser: { accountId, userName: 'hidden', tags: { Owner: 'somebody' } } }) ?? '';
		const before = await stage.users();
		const known = [...before.values()].find((each) => each.attributes.tags && each.attributes.account_id === accountId);
		const refuse = (...names: readonly string[]): void =>
			control.setFaults(
				names.map((subject) => ({ fault: 'access_denied', times: null, match: { action: 'GetUser', subject } })),
			);
		const expectUnknown = async (summary: ExecutionSummary, reasons: Readonly<Record<string, string>>) => {
			for (const user of await usersOf(accountId)) {
				expect(user.unknown['tags']).toBe(reasons[user.nativeId]);
				expect(user.attributes.tags).toEqual(before.get(user.nativeId)?.attributes.tags);
			}
			expect(scopeOf(summary, accountId, 'global')?.enrichments.map((each) => each.outcome)).not.toContain('denied');
		};
		refuse('hidden', known?.attributes.usernames?.[0] ?? '');
		const all = await stage.rig.collect({ enrich: 'all' });
		await expectUnknown(all, { [hidden]: 'not_permitted', [known?.nativeId ?? '']: 'unconfirmed' });
		// The one that is refused for ever is soon the only one that is due.
		refuse('hidden');
		await expectUnknown(await stage.rig.collect({ enrich: 'due' }), { [hidden]: 'not_permitted' });
		control.clearCalls();
		await expectUnknown(await stage.rig.collect({ enrich: 'due' }), { [hidden]: 'not_permitted' });
		expect(countCalls(stage.rig.simulator, 'GetUser')).toBe(1);
		control.setFaults([]);
	});

	it('denied by a policy of the AWS Organization: asked for again only after a day, since each denial is noise', async () => {
		const arn = stage.rig.simulator.control.mutate({ scpDenyAction: { accountId: other, action: detail } }) ?? '';
		const summary = await stage.rig.collect({ enrich: 'all' });
		expect(scopeOf(summary, other, 'global')).toMatchObject({
			outcome: 'complete',
			enrichments: [{ action: detail, outcome: 'blocked_by_policy' }],
		});
		const ofOther = () =>
			stage.rig.simulator.control.calls().filter((call) => call.action === 'GetUser' && call.accountId === other)
				.length;
		expect(ofOther()).toBe(1);
		for (const user of await usersOf(other)) expect(user.unknown['tags']).toBe('unconfirmed');

		// Due for their day or not: while the denial is fresh nobody is asked.
		await stage.query(`update record_detail set confirmed_at = confirmed_at - interval '27 hours'`);
		for (const _ of [1, 2]) await stage.rig.collect({ enrich: 'due' });
		expect(ofOther()).toBe(1);
		for (const user of await usersOf(other)) expect(user.unknown['tags']).toBe('unconfirmed');

		const letADayPass = (): Promise<unknown> =>
			stage.query(
				`update scope set enrichments = jsonb_set(enrichments, '{iam:GetUser,tried_at}',
					to_jsonb(to_char(now() at time zone 'utc' - interval '27 hours', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
				where account_id = $1`,
				[other],
			);
		await letADayPass();
		await stage.rig.collect({ enrich: 'due' });
		expect(ofOther()).toBe(2);
		await stage.rig.collect({ enrich: 'due' });
		expect(ofOther()).toBe(2);

		stage.mutate({ detachScp: arn });
		await letADayPass();
		await stage.rig.collect({ enrich: 'due' });
		expect(ofOther()).toBe(2 + 8);
		for (const user of await usersOf(other)) expect(user.unknown).not.toHaveProperty('tags');
	});
});

describe('invariant 1: whatever refuses GetUser, lines of `--out` tell of every user, and never of tags that were not read', () => {
	it('each user is one line whose tags are not permitted', async () => {
		const stage = await openStage({ kind: 'iam.users', simulator: world });
		for (const each of listTrueAccounts(stage.rig.simulator.world)) {
			stage.mutate({ denyAction: { accountId: each.accountId, action: detail } });
		}
		const { lines } = await stage.rig.collectLines();
		await stage.close();
		expect(lines.length).toBe(17);
		for (const line of lines) {
			expect(line).toMatchObject({ unknown: { tags: 'not_permitted', permissions_boundary: 'not_permitted' } });
			expect(line).not.toHaveProperty('attributes.tags');
		}
	});
});
