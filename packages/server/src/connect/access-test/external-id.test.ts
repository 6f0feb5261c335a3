import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountOf, checkOf, openTestRig, type TestRig } from './testing/test-rig.ts';

let rig: TestRig;
let primary: string;
let member: string;
beforeEach(async () => {
	rig = await openTestRig();
	[primary = '', member = ''] = rig.accounts;
});
afterEach(() => rig.close());

describe('invariant 9: a role that lets in others than the right external id is found open', () => {
	test('a member that asks for no external id: loud, not to be collected, and the others are proven', async () => {
		rig.simulator.control.mutate({ openRole: member });
		const result = await rig.test();
		expect(result).toMatchObject({
			result: 'failed',
			blocks_activation: null,
			message: expect.stringContaining('open to others'),
			counts: { roles_open: 1, roles_proven: 3 },
		});
		const account = accountOf(result, member);
		expect(account.may_be_collected).toBe(false);
		expect(account.proofs).toEqual([
			expect.objectContaining({
				status: 'open',
				openings: ['without_external_id', 'with_wrong_external_id'],
				reason: expect.stringMatching(
					new RegExp(`${member}.*without any external id, and with a wrong one.*knows its ARN`, 'u'),
				),
				advice: expect.stringContaining('"sts:ExternalId"'),
			}),
		]);
		for (const other of result.accounts.filter((each) => each.account_id !== member)) {
			expect(other.may_be_collected).toBe(true);
		}
	});

	test('a member that takes whichever external id is open too', async () => {
		rig.simulator.control.mutate({ anyExternalId: member });
		const result = await rig.test();
		expect(accountOf(result, member)).toMatchObject({
			may_be_collected: false,
			proofs: [{ status: 'open', openings: ['with_wrong_external_id'] }],
		});
	});

	test('an open primary blocks activation, and still says what is allowed', async () => {
		rig.simulator.control.mutate({ openRole: primary });
		const result = await rig.test();
		expect(result.result).toBe('failed');
		expect(result.blocks_activation).toContain('can be entered without any external id');
		expect(checkOf(result, primary, 'eu-west-1', 'ec2:DescribeAddresses').verdict).toBe('allowed');
	});

	test('what a wrong entry gave is never used: all calls are those of the right one', async () => {
		rig.simulator.control.mutate({ openRole: member });
		await rig.test();
		const proofs = rig.calls().filter((call) => call.roleSessionName === 'rollcall-external-id-proof');
		expect(proofs.filter((call) => call.status === 200)).toHaveLength(2);
		for (const call of proofs) expect(call.sessionPolicyDeniesAll).toBe(true);
		const inside = rig.calls().filter((call) => call.action !== 'AssumeRole');
		expect(inside.filter((call) => call.status !== 200 && call.status !== 412)).toEqual([]);
	});
});

test('a role that wants another external id than ours is refused before any proof', async () => {
	rig.simulator.control.mutate({ wrongExternalId: member });
	const result = await rig.test();
	expect(accountOf(result, member)).toMatchObject({ verdict: 'role_refused', proofs: [], may_be_collected: true });
	expect(rig.calls().filter((call) => call.accountId === member)).toHaveLength(1);
});

test('once it is closed, a retest proves it with nothing else asked', async () => {
	rig.simulator.control.mutate({ openRole: member });
	const earlier = await rig.test();
	rig.simulator.control.mutate({ usualTrust: member });
	const result = await rig.test({ earlier });
	expect(result).toMatchObject({ result: 'success', counts: { roles_proven: 4, roles_open: 0 } });
	expect(rig.calls().filter((call) => call.accountId === member)).toHaveLength(3);
});

test('in another partition roles and regions are of that partition', async () => {
	await rig.close();
	rig = await openTestRig({ partition: 'aws-us-gov', accounts: 2, regions: 2 });
	const result = await rig.test();
	expect(result).toMatchObject({ result: 'success', counts: { roles_proven: 2 } });
	expect(checkOf(result, rig.accounts[1], 'us-gov-east-1', 'ec2:DescribeAddresses').verdict).toBe('allowed');
});
