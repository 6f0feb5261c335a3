import { listTrueAccounts, listTrueIamUsers } from '@rollcall/aws-simulator/truth.ts';
import { recordLine } from '@rollcall/model/asset/record-line.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage, scopeOf } from './stage.ts';
import { iamAttributes } from './true-users.ts';

/** What IAM does not tell at all, and what it tells only to who asked for an extra. */
const neverTold = {
	enabled: 'not_supported',
	updated_at: 'not_supported',
	groups: 'not_permitted',
	password_enabled: 'not_permitted',
	password_last_changed_at: 'not_permitted',
	mfa_enabled: 'not_permitted',
	access_keys: 'not_permitted',
	access_keys_last_used_at: 'not_permitted',
	credential_report_at: 'not_permitted',
};

describe('users of IAM over an AWS Organization are the truth', () => {
	let stage: Stage;
	let summary: ExecutionSummary;
	let truth: ReadonlyMap<string, Record<string, unknown>>;
	const startedAt = Date.now();

	beforeAll(async () => {
		// The whole company: names, paths, boundaries and tags of every kind; a suspended account and one without the role.
		stage = await openStage({
			kind: 'iam.users',
			simulator: { scenario: 'demo', instances: 0, regions: 1, pageCap: 7, shortPageRate: 0.3, emptyPageRate: 0.2 },
		});
		truth = new Map(
			[...listTrueIamUsers(stage.rig.simulator.world, { readableOnly: true })].map((user) => [
				user.userId,
				iamAttributes(user),
			]),
		);
		summary = await stage.rig.collect({ enrich: 'due' });
	});
	afterAll(() => stage?.close());

	it('the world holds what may be got wrong', () => {
		const users = [...truth.values()];
		const having = (name: string): number => users.filter((user) => name in user).length;
		expect(users.length).toBeGreaterThan(250);
		for (const name of ['emails', 'permissions_boundary', 'tag_email', 'password_last_used_at']) {
			expect(having(name), name).toBeGreaterThan(10);
			expect(having(name), name).toBeLessThan(users.length);
		}
		expect(new Set(users.map((user) => user['path'])).size).toBeGreaterThan(3);
		const text = JSON.stringify(users);
		for (const odd of ['🌙', '物流', '<CI> & \\"', '""', '+batch=eu,nightly@hub']) expect(text).toContain(odd);
	});

	it('every attribute of every readable user is stored as it is, and no other user', async () => {
		const records = await stage.records();
		expect(new Map([...records].map(([nativeId, { attributes }]) => [nativeId, attributes]))).toEqual(truth);
		for (const record of records.values()) expect(record).toMatchObject({ state: 'active', region: 'global' });
		expect(summary.counts).toMatchObject({ assets: truth.size, added: truth.size, removed: 0, insufficient: 0 });
	});

	it('people see the same, with the account’s name and path, when each was last active, and what is not told', async () => {
		const accounts = new Map([...listTrueAccounts(stage.rig.simulator.world)].map((each) => [each.accountId, each]));
		const users = await stage.users();
		const shown = [...users.values()].flatMap(({ members = [] }) => members.map(({ nativeId }) => nativeId));
		expect(shown.toSorted()).toEqual([...truth.keys()].toSorted());
		for (const [nativeId, user] of users) {
			// Users of two accounts with the same e-mail address are one person, who has the attributes of both.
			if (user.members?.length !== 1) continue;
			const expected = truth.get(nativeId) ?? {};
			const account = accounts.get(user.attributes.account_id ?? '');
			const { last_activity_at: activeAt = '', ...attributes } = user.attributes;
			expect(attributes).toEqual({ ...expected, account_name: account?.name, ou_path: account?.path });
			if ('password_last_used_at' in expected) expect(activeAt).toBe(expected['password_last_used_at']);
			else expect(Date.parse(activeAt)).toBeGreaterThanOrEqual(startedAt);
			expect(user.unknown).toEqual(neverTold);
			expect(user.standing.state).toBe('active');
		}
	});

	it('an account that may not be read is named with its reason, and has no users instead of wrong ones', async () => {
		const { world } = stage.rig.simulator;
		const unread = [...listTrueAccounts(world)].filter(({ regions }) => regions[0]?.outcome !== 'readable');
		expect(unread.map(({ regions }) => regions[0]?.outcome).toSorted()).toEqual(['not_active', 'role_missing']);
		const live = [...(await stage.users()).values()].map((user) => user.attributes.account_id);
		for (const { accountId, state } of unread) {
			expect(scopeOf(summary, accountId, '*')?.outcome).toBe(state === 'ACTIVE' ? 'denied' : 'skipped');
			expect(live).not.toContain(accountId);
		}
		expect(summary.result).toBe('partial');
	});

	it('one listing an account and one GetUser a user are all it takes', () => {
		expect(summary.calls['iam:GetUser']).toBe(truth.size);
		expect(Object.keys(summary.calls).toSorted()).toEqual([
			'iam:GetUser',
			'iam:ListUsers',
			'organizations:ListAccounts',
			'sts:AssumeRole',
		]);
		expect(summary.calls_total).toBe(summary.calls_minimum);
	});

	it('lines of `--out` say the same of each user as what is stored', async () => {
		const { lines } = await stage.rig.collectLines({ enrich: 'all' });
		const users = await stage.users();
		expect(lines.length).toBe(truth.size);
		for (const line of lines.map((each) => recordLine.parse(each))) {
			const user = users.get(line.native_id);
			if (user?.members?.length !== 1) continue;
			const when = 'password_last_used_at' in line.attributes ? {} : { last_activity_at: expect.any(String) };
			expect(line).toEqual({
				type: 'user',
				source: 'iam.users',
				native_id: user?.nativeId,
				scope: { account_id: user?.attributes.account_id, region: 'global' },
				attributes: { ...user?.attributes, ...when },
				unknown: user?.unknown,
			});
		}
	});
});
