import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { listAccounts } from '#store/account-list.ts';
import { ageDenials, openStage, type Stage, scopeOf } from '../invariants/stage.ts';

let stage: Stage;
let accounts: readonly string[];

afterEach(() => stage?.close());

async function open(kind: string, delegatedAdministrator?: number): Promise<void> {
	const world = { accounts: 3, regions: 1, instances: 9, terminatedShare: 0, iamUsersPerAccount: 3 };
	const simulator = { ...world, ...(delegatedAdministrator === undefined ? {} : { delegatedAdministrator }) };
	stage = await openStage({ kind, simulator, clockSpeed: 100 });
	accounts = [...listTrueAccounts(stage.rig.simulator.world)].map((account) => account.accountId);
}

const roleCauses = /role .* could not be assumed.*\(1\).*does not exist.*\(2\).*trust policy.*\(3\).*suspended/i;

describe.each(['ec2.devices', 'iam.users'])('a delegated administrator reads %s', (kind) => {
	test('of every account that the list names; the management account without the role is denied like any other', async () => {
		await open(kind, 1);
		const { managementAccountId, control } = stage.rig.simulator;
		const [, delegated = '', other = ''] = accounts;
		const summary = await stage.rig.collect();
		expect(summary.accounts.map(({ account_id }) => account_id).toSorted()).toEqual(accounts.toSorted());
		expect(scopeOf(summary, managementAccountId, '*')).toMatchObject({
			outcome: 'denied',
			action: 'sts:AssumeRole',
			cause: expect.stringMatching(roleCauses),
		});
		expect(summary).toMatchObject({ result: 'partial', counts: { scopes: 3, scopes_complete: 2 } });
		const found = new Set([...(await stage.records()).values()].map((record) => record.account_id));
		expect([...found].sort()).toEqual([delegated, other].sort());
		// Its own session reads its own account: it is entered once.
		const entered = control.calls().filter(({ action }) => action === 'AssumeRole');
		expect(entered.map(({ accountId }) => accountId).toSorted()).toEqual(accounts.toSorted());
		expect(entered.filter(({ accountId }) => accountId === delegated)).toHaveLength(1);
		const listed = await stage.rig.store.tenant(stage.rig.organizationId, (tx) => listAccounts(tx));
		expect(listed.map(({ accountId, state }) => [accountId, state]).toSorted()).toEqual(
			accounts.map((accountId) => [accountId, 'ACTIVE']).toSorted(),
		);
	});
});

test('users that a service control policy hides are uncovered, with its name; those known stay, unconfirmed', async () => {
	await open('iam.users');
	const [, member = '', other = ''] = accounts;
	await stage.rig.collect();
	const before = await stage.records();
	const arn =
		stage.rig.simulator.control.mutate({ scpDenyAction: { action: 'iam:ListUsers', accountId: member } }) ?? '';
	const summary = await stage.rig.collect({ enrich: 'due' });
	expect(summary).toMatchObject({ result: 'success', counts: { scopes: 3, scopes_complete: 2, removed: 0, held: 0 } });
	expect(scopeOf(summary, member, 'global')).toMatchObject({
		outcome: 'blocked_by_policy',
		action: 'iam:ListUsers',
		cause: expect.stringContaining(arn),
	});
	expect(scopeOf(summary, other, 'global')).toMatchObject({ outcome: 'complete' });
	expect(await stage.records()).toEqual(before);
	const standings = await stage.query<{ outcome: string; code: string }>(
		`select outcome, cause ->> 'code' as code from scope where account_id = $1`,
		[member],
	);
	expect(standings).toEqual([{ outcome: 'blocked_by_policy', code: 'AccessDenied' }]);
});

test('users that a service control policy hides are asked for once a day, and have that outcome in every run', async () => {
	await open('iam.users');
	const [, member = ''] = accounts;
	const { control } = stage.rig.simulator;
	const arn = control.mutate({ scpDenyAction: { action: 'iam:ListUsers', accountId: member } }) ?? '';
	const outcomes: string[] = [];
	const collect = async (): Promise<void> => {
		control.clearCalls();
		const summary = await stage.rig.collect({ enrich: 'none' });
		const isAsked = control.calls().some((call) => call.action === 'ListUsers' && call.accountId === member);
		outcomes.push(`${isAsked ? 'asked' : 'not asked'}: ${scopeOf(summary, member, 'global')?.outcome}`);
	};
	await collect();
	await collect();
	await ageDenials(stage, 27);
	await collect();
	stage.mutate({ detachScp: arn });
	await collect();
	await ageDenials(stage, 27);
	await collect();
	expect(outcomes).toEqual([
		'asked: blocked_by_policy',
		'not asked: blocked_by_policy',
		'asked: blocked_by_policy',
		'not asked: blocked_by_policy',
		'asked: complete',
	]);
});

describe('a member that cannot be entered', () => {
	test.each([
		{ what: 'sts:AssumeRole is not allowed', fault: 'access_denied', outcome: 'denied', result: 'partial' },
		{ what: 'a policy denies it', fault: 'denied_by_scp', outcome: 'blocked_by_policy', result: 'success' },
	] as const)('because $what has one outcome, $outcome, and keeps its records', async ({ fault, outcome, result }) => {
		await open('ec2.devices');
		const [, member = '', other = ''] = accounts;
		await stage.rig.collect();
		const before = await stage.records();
		stage.rig.simulator.control.setFaults([{ fault, match: { action: 'AssumeRole', accountId: member }, times: null }]);
		const summary = await stage.rig.collect();
		expect(summary).toMatchObject({ result, counts: { scopes: 3, scopes_complete: 2, removed: 0, held: 0 } });
		const account = summary.accounts.find(({ account_id }) => account_id === member);
		expect(account?.regions).toMatchObject([{ region: '*', outcome, action: 'sts:AssumeRole' }]);
		expect(scopeOf(summary, other, 'us-east-1')).toMatchObject({ outcome: 'complete' });
		expect(await stage.records()).toEqual(before);
		const states = [...(await stage.devices()).values()].map(({ attributes, standing }) => [
			attributes.account_id === member,
			standing.state,
		]);
		expect([...new Set(states.map(String))].sort()).toEqual(['false,active', 'true,unconfirmed']);
	});

	test('because it asks for the external id of somebody else hears three causes, the likeliest first', async () => {
		await open('iam.users');
		const [, member = ''] = accounts;
		stage.mutate({ wrongExternalId: member });
		const summary = await stage.rig.collect();
		expect(scopeOf(summary, member, '*')).toMatchObject({
			outcome: 'denied',
			cause: expect.stringMatching(roleCauses),
		});
		expect(summary).toMatchObject({ result: 'partial', counts: { scopes: 3, scopes_complete: 2 } });
	});
});
