import { type AccessAccount, checksOf } from '@rollcall/model/run/access-test.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountOf, checkOf, openTestRig, type TestChoices, type TestRig } from './testing/test-rig.ts';

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

describe('what the earlier test was not asked is never taken for answered', () => {
	const role = (name: string, accountId = primary): string => `arn:aws:iam::${accountId}:role/${name}`;
	const changes: readonly (readonly [string, () => TestChoices])[] = [
		['another role', () => ({ roleArn: role('Nope') })],
		['a role of another account', () => ({ roleArn: rig.simulator.roleArn.replace(primary, first) })],
		['another external id', () => ({ externalId: 'another-id' })],
		['another kind', () => ({ kinds: ['iam.users'] })],
		['one kind more', () => ({ kinds: ['ec2.devices', 'iam.users'] })],
		['an extra', () => ({ settings: { extras: ['credential-report'] } })],
		['other regions', () => ({ regions: ['eu-west-1'] })],
		['keys instead of the role', () => ({ access: 'keys' })],
		['one account alone', () => ({ access: 'single' })],
	];

	test.each(changes)('%s: everything is asked anew, and nothing stands from before', async (_name, change) => {
		const earlier = await rig.test();
		expect(earlier.result).toBe('success');
		const result = await rig.test({ earlier, ...change() });
		const fresh = { ...result, warnings: [], seconds: 0, tested_at: '' };
		const alone = { ...(await rig.test(change())), warnings: [], seconds: 0, tested_at: '' };
		expect(fresh).toEqual({ ...alone, retest_of: null });
		expect(result.warnings).toEqual([expect.stringContaining('asked anew')]);
	});

	test('keys of another account than the earlier test was of', async () => {
		const earlier = await rig.test({ access: 'keys' });
		const text = JSON.stringify(earlier).replaceAll(primary, '999988887777');
		const result = await rig.test({ access: 'keys', earlier: JSON.parse(text) });
		expect(result.accounts.map((account) => account.account_id)).toEqual([primary]);
		expect(checksOf(accountOf(result, primary)).every((check) => !check.earlier)).toBe(true);
		expect(result.warnings).toEqual([expect.stringContaining(primary)]);
	});

	const gaps: readonly (readonly [string, (account: AccessAccount) => void])[] = [
		['a proof', (account) => account.proofs.splice(0)],
		['an entry', (account) => account.entries.splice(0)],
		['a check', (account) => account.regions[1]?.checks.splice(0, 1)],
		['every region', (account) => account.regions.splice(0)],
	];
	test.each(gaps)('a file that leaves out %s of an account: it is asked', async (_name, leaveOut) => {
		const earlier = await rig.test();
		leaveOut(accountOf(earlier, second));
		const result = await rig.test({ earlier });
		expect(result).toMatchObject({ result: 'success', counts: { ...earlier.counts, roles_proven: 4 } });
		expect(calledIn(first)).toEqual([]);
		expect(calledIn(second).length).toBeGreaterThan(0);
	});

	test('a region that was asked for and that the file leaves out is asked', async () => {
		const regions = ['eu-west-1', 'us-east-1'];
		const earlier = await rig.test({ regions });
		const account = accountOf(earlier, second);
		account.regions = account.regions.filter(({ region }) => region !== 'eu-west-1');
		const result = await rig.test({ regions, earlier });
		expect(checkOf(result, second, 'eu-west-1', addresses)).toMatchObject({ verdict: 'allowed', earlier: false });
	});

	test('a proof of another role than this test enters is none', async () => {
		const earlier = await rig.test();
		for (const proof of accountOf(earlier, second).proofs) proof.role_arn = role('Other', second);
		rig.simulator.control.mutate({ openRole: second });
		expect(await rig.test({ earlier })).toMatchObject({ result: 'failed', counts: { roles_open: 1 } });
	});
});

test('an open role stays open in a retest that proves nothing', async () => {
	rig.simulator.control.mutate({ openRole: second });
	const earlier = await rig.test();
	const result = await rig.test({ earlier, proof: false });
	expect(accountOf(result, second)).toMatchObject({
		may_be_collected: false,
		proofs: [{ status: 'open', earlier: true }],
	});
	expect(result.result).toBe('failed');
});
