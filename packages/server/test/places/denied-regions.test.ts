import type { CallLogEntry } from '@rollcall/aws-simulator/control/call-log.ts';
import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listAccounts } from '#store/account-list.ts';
import { ageDenials, openStage, type Stage, scopeOf } from '../invariants/stage.ts';

const denied = 'eu-west-1';

let stage: Stage;
let member: string;
let policyArn: string;

/** Everything is read once; then a policy denies one region to the member. */
beforeEach(async () => {
	stage = await openStage({
		simulator: { accounts: 2, regions: 3, instances: 18, terminatedShare: 0 },
		clockSpeed: 100,
	});
	const { simulator } = stage.rig;
	const accounts = [...listTrueAccounts(simulator.world)].map((account) => account.accountId);
	member = accounts.find((accountId) => accountId !== simulator.managementAccountId) ?? '';
	await stage.rig.collect({ enrich: 'none' });
	policyArn = simulator.control.mutate({ scpDenyAction: { action: 'ec2:Describe*', region: denied } }) ?? '';
});
afterEach(() => stage?.close());

async function collect(regions?: readonly string[]): Promise<ExecutionSummary> {
	stage.rig.simulator.control.clearCalls();
	return await stage.rig.collect({ enrich: 'all', ...(regions ? { regions } : {}) });
}

/** Calls of the member's session into the region that is denied. */
function callsThere(): readonly CallLogEntry[] {
	return stage.rig.simulator.control.calls().filter((call) => call.accountId === member && call.region === denied);
}

async function blocks(): Promise<readonly string[]> {
	const rows = await stage.query<{ block: string }>(
		`select account_id || ' ' || region || ' ' || action as block from policy_block order by 1`,
	);
	return rows.map(({ block }) => block);
}

async function standingsThere(): Promise<readonly string[]> {
	const there = [...(await stage.devices()).values()].filter(
		({ attributes }) => attributes.account_id === member && attributes.region === denied,
	);
	expect(there.length).toBeGreaterThan(0);
	return [...new Set(there.map(({ standing }) => `${standing.state} ${standing.reason ?? ''}`.trim()))];
}

const uncovered = { result: 'success', warnings: [], counts: { scopes: 6, scopes_complete: 5, removed: 0, held: 0 } };

describe('a region that a service control policy denies', () => {
	test('is uncovered, neither an error nor Partial; the policy is named, its records stay', async () => {
		const before = await stage.records();
		const summary = await collect();
		expect(summary).toMatchObject(uncovered);
		expect(scopeOf(summary, member, denied)).toMatchObject({
			outcome: 'blocked_by_policy',
			action: 'ec2:DescribeInstances',
			cause: expect.stringContaining(policyArn),
		});
		expect(await standingsThere()).toEqual(['unconfirmed blocked_by_policy: UnauthorizedOperation']);
		for (const [nativeId, record] of await stage.records()) {
			if (record.account_id === member && record.region === denied) expect(record).toEqual(before.get(nativeId));
		}
		const accounts = await stage.rig.store.tenant(stage.rig.organizationId, (tx) => listAccounts(tx));
		const account = accounts.find(({ accountId }) => accountId === member);
		expect(account).toMatchObject({ outcome: 'blocked_by_policy', scopes: 3, scopesComplete: 2 });
	});

	test('is not asked again within the day, and has its outcome in every run all the same', async () => {
		const first = await collect();
		expect(callsThere().map(({ status }) => status)).toEqual([403, 403, 403]);
		expect(await blocks()).toEqual([`${member} ${denied} ec2:DescribeInstances`]);
		for (let run = 0; run < 2; run += 1) {
			const summary = await collect();
			expect(callsThere()).toEqual([]);
			expect(summary).toMatchObject(uncovered);
			const { enrichments: _, ...scope } = scopeOf(first, member, denied) ?? { enrichments: [] };
			expect(scopeOf(summary, member, denied)).toMatchObject(scope);
			expect(await standingsThere()).toEqual(['unconfirmed blocked_by_policy: UnauthorizedOperation']);
			await ageDenials(stage, 10);
		}
	});

	test('is asked again after a day, and remembered anew', async () => {
		await collect();
		await ageDenials(stage, 27);
		expect(await collect()).toMatchObject(uncovered);
		expect(callsThere().length).toBeGreaterThan(0);
		await collect();
		expect(callsThere()).toEqual([]);
	});

	test('is noticed to be allowed again within a day', async () => {
		await collect();
		stage.mutate({ detachScp: policyArn });
		expect(await collect()).toMatchObject(uncovered);
		await ageDenials(stage, 27);
		expect(await collect()).toMatchObject({ result: 'success', counts: { scopes: 6, scopes_complete: 6 } });
		expect(await standingsThere()).toEqual(['active']);
		expect(await collect()).toMatchObject({ counts: { scopes_complete: 6 } });
	});

	test('is asked at once by whoever names it; what it answers is remembered, or forgotten', async () => {
		await collect();
		expect(scopeOf(await collect([denied]), member, denied)).toMatchObject({ outcome: 'blocked_by_policy' });
		expect(callsThere().length).toBeGreaterThan(0);
		expect(await blocks()).toHaveLength(1);
		stage.mutate({ detachScp: policyArn });
		expect(scopeOf(await collect([denied]), member, denied)).toMatchObject({ outcome: 'complete' });
		expect(await blocks()).toEqual([]);
		expect(await collect()).toMatchObject({ counts: { scopes: 6, scopes_complete: 6 } });
	});

	test('is remembered for the account that it was denied to, and for no other', async () => {
		await collect();
		const { managementAccountId } = stage.rig.simulator;
		const summary = await collect();
		expect(scopeOf(summary, managementAccountId, denied)).toMatchObject({ outcome: 'complete' });
	});

	test('is blocked too where no policy is named in the answer', async () => {
		stage.mutate({ detachScp: policyArn }, { scpDenyAction: { action: 'ec2:*', region: denied, named: false } });
		expect(scopeOf(await collect(), member, denied)).toMatchObject({
			outcome: 'blocked_by_policy',
			cause: expect.stringContaining('by a policy of the AWS Organization'),
		});
	});
});

test('whoever names a region learns of it alone: that the list of regions is denied there stays remembered', async () => {
	stage.mutate({ detachScp: policyArn }, { scpDenyAction: { action: 'ec2:DescribeRegions', region: 'us-east-1' } });
	await collect();
	const remembered = [`${member} us-east-1 ec2:DescribeRegions`];
	expect(await blocks()).toEqual(remembered);
	expect(scopeOf(await collect(['us-east-1']), member, 'us-east-1')).toMatchObject({ outcome: 'complete' });
	expect(await blocks()).toEqual(remembered);
});
