import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountOf, checkOf, openTestRig, type TestRig } from './testing/test-rig.ts';

const addresses = 'ec2:DescribeAddresses';

let rig: TestRig;
let primary: string;
let first: string;
let second: string;
beforeEach(async () => {
	rig = await openTestRig();
	[primary = '', first = '', second = ''] = rig.accounts;
});
afterEach(() => rig.close());

/** Calls into an account, by action. */
function calledIn(accountId: string): readonly string[] {
	return rig
		.calls()
		.flatMap((call) => (call.accountId === accountId ? [`${call.action} ${call.region}`] : []))
		.toSorted();
}

test('only what failed is asked again, and the rest stands as it was', async () => {
	rig.simulator.control.mutate({ denyAction: { accountId: first, action: addresses, region: 'eu-west-1' } });
	rig.simulator.control.mutate({ removeRole: second });
	const earlier = await rig.test();
	expect(earlier.result).toBe('partial');
	rig.simulator.control.mutate({ allowAction: { accountId: first, action: addresses, region: 'eu-west-1' } });
	rig.simulator.control.mutate({ restoreRole: second });
	const result = await rig.test({ earlier });
	expect(result).toMatchObject({
		result: 'success',
		retest_of: earlier.tested_at,
		counts: { accounts: 4, roles_proven: 4 },
	});
	expect(calledIn(first)).toEqual(['AssumeRole us-east-1', 'DescribeAddresses eu-west-1']);
	expect(calledIn(second)).toHaveLength(3 + 1 + 3 * 3);
	expect(calledIn(rig.accounts[3] ?? '')).toEqual([]);
	// The primary is entered for the account list, and nothing else is asked of it.
	expect(calledIn(primary)).toEqual(['AssumeRole us-east-1', 'ListAccounts us-east-1']);
	expect(checkOf(result, first, 'eu-west-1', addresses)).toMatchObject({ verdict: 'allowed', earlier: false });
	expect(checkOf(result, first, 'us-east-1', addresses)).toMatchObject({ verdict: 'allowed', earlier: true });
	expect(result.counts.checks).toBe(earlier.counts.checks + 1 + 3 * 3);
});

test('what still fails fails again, with what AWS says now', async () => {
	rig.simulator.control.mutate({ denyAction: { accountId: first, action: addresses, region: 'eu-west-1' } });
	const earlier = await rig.test();
	const result = await rig.test({ earlier });
	expect(result.result).toBe('partial');
	expect(checkOf(result, first, 'eu-west-1', addresses)).toMatchObject({ verdict: 'denied', earlier: false });
});

test('what was stopped is asked, an account that became active is tested, one that left is dropped', async () => {
	rig.simulator.control.mutate({ suspendAccount: first });
	rig.simulator.control.mutate({ removeRole: second });
	const earlier = await rig.test();
	rig.simulator.control.mutate({ reopenAccount: first });
	rig.simulator.control.mutate({ leaveAccount: second });
	const result = await rig.test({ earlier });
	expect(accountOf(result, first)).toMatchObject({ verdict: 'allowed', state: 'ACTIVE' });
	expect(result.accounts.map((account) => account.account_id)).not.toContain(second);
	expect(result.warnings).toEqual([expect.stringContaining(second)]);
	expect(result.result).toBe('success');
});

test('where the account list can not be read, what failed before is still said to fail', async () => {
	rig.simulator.control.mutate({ removeRole: second });
	const earlier = await rig.test();
	rig.simulator.control.mutate({ denyAction: { accountId: primary, action: 'organizations:ListAccounts' } });
	const result = await rig.test({ earlier });
	expect(accountOf(result, second)).toMatchObject({ verdict: 'role_refused', entries: [{ earlier: true }] });
	expect(result.result).toBe('partial');
});

test('a role that was not proven is proven', async () => {
	const earlier = await rig.test({ proof: false });
	const result = await rig.test({ earlier });
	expect(result).toMatchObject({ result: 'success', blocks_activation: null, counts: { roles_proven: 4 } });
	expect(calledIn(first)).toEqual(Array(3).fill('AssumeRole us-east-1'));
});
