import { checksOf, isAccessTrouble } from '@rollcall/model/run/access-test.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultSourceSettings, findCollection, listCollections, listExtras } from '#sources/registry.ts';
import { accountOf, openTestRig, type TestRig } from './testing/test-rig.ts';

const declared = findCollection('ec2.devices').permissions;

let rig: TestRig;
beforeEach(async () => {
	rig = await openTestRig();
});
afterEach(() => rig.close());

/** How often each action was called in an account, and whether for real. */
function countCalls(accountId: string): Readonly<Record<string, number>> {
	const counts: Record<string, number> = {};
	for (const call of rig.calls().filter((each) => each.accountId === accountId)) {
		const name = `${call.action}${call.dryRun ? ' (dry run)' : ''}`;
		counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}

describe('invariant 10: the permission test calls what is declared', () => {
	test('and nothing else: EC2 is asked by DryRun but for the regions, and each question once', async () => {
		await rig.test();
		const [primary = '', ...members] = rig.accounts;
		const everywhere = {
			AssumeRole: 3,
			DescribeRegions: 1,
			'DescribeInstances (dry run)': 3,
			'DescribeAddresses (dry run)': 3,
			'DescribeNetworkInterfaces (dry run)': 3,
		};
		expect(countCalls(primary)).toEqual({ ...everywhere, ListAccounts: 1 });
		for (const member of members) expect(countCalls(member)).toEqual(everywhere);
	});

	test('a role that allows exactly what is declared passes, with an access key too', async () => {
		const actions = new Set(['organizations:ListAccounts', ...declared]);
		await rig.close();
		const rolePolicy = {
			Version: '2012-10-17',
			Statement: [{ Effect: 'Allow', Action: [...actions], Resource: '*' }],
		} as const;
		rig = await openTestRig({ rolePolicy });
		expect((await rig.test()).result).toBe('success');
		expect((await rig.test({ access: 'keys' })).result).toBe('success');
		const made = new Set(rig.calls().map((call) => `${call.service}:${call.action}`));
		expect(made).toEqual(new Set(['sts:GetCallerIdentity', ...declared]));
	});

	test('all kinds and extras together: a role with exactly their actions passes, and every one of them is asked', async () => {
		const { identityStoreId, identityStoreRegion } = rig.simulator;
		const extras = listExtras().map((extra) => extra.name);
		const settings = { extras, identityCenter: { identityStoreId, region: identityStoreRegion } };
		const kinds = listCollections().map((collection) => collection.kind);
		const actions = new Set([
			'organizations:ListAccounts',
			...listCollections({ ...defaultSourceSettings, ...settings }).flatMap((collection) => collection.permissions),
		]);
		const Statement = [{ Effect: 'Allow', Action: [...actions], Resource: '*' }] as const;
		rig.simulator.control.mutate({ setRolePolicy: { policy: { Version: '2012-10-17', Statement } } });
		const result = await rig.test({ kinds, settings });
		expect(result).toMatchObject({ result: 'success', warnings: [], kinds });
		const made = new Set(rig.calls().map((call) => `${call.service}:${call.action}`));
		expect([...made].toSorted()).toEqual([...actions, 'sts:AssumeRole'].toSorted());
		// Identity Center is asked once, in the account that was given; IAM in every account, once.
		const asked = (action: string): number => rig.calls().filter((call) => call.action === action).length;
		expect(asked('ListGroups')).toBe(1);
		expect(asked('GetUser')).toBe(4);
	});

	test('each kind and extra: an action the role lacks is named, and no other', async () => {
		const { identityStoreId, identityStoreRegion } = rig.simulator;
		const extras = listExtras().map((extra) => extra.name);
		const settings = { extras, identityCenter: { identityStoreId, region: identityStoreRegion } };
		const collections = listCollections({ ...defaultSourceSettings, ...settings });
		const actions = [...new Set(collections.flatMap((collection) => collection.permissions))];
		for (const missing of actions) {
			const Action = actions.filter((action) => action !== missing);
			const Statement = [{ Effect: 'Allow', Action, Resource: '*' }] as const;
			rig.simulator.control.mutate({ setRolePolicy: { policy: { Version: '2012-10-17', Statement } } });
			const kinds = collections.map((collection) => collection.kind);
			const result = await rig.test({ kinds, settings, access: 'single', regions: ['eu-west-1'], proof: false });
			const troubled = result.accounts
				.flatMap(checksOf)
				.filter((check) => isAccessTrouble(check.verdict))
				.map((check) => [check.action, check.verdict]);
			expect(troubled).toEqual([[missing, 'denied']]);
		}
	});

	test('faults do not make it call anything else, nor without bounds', async () => {
		rig.simulator.control.setFaults([
			{ fault: 'internal_error', probability: 0.3, times: 2, seed: 1 },
			{ fault: 'expired_token', match: { service: 'ec2' }, probability: 0.2, times: 1, seed: 2 },
			{ fault: 'throttling', match: { service: 'ec2' }, probability: 0.3, times: null, seed: 3 },
		]);
		await rig.test();
		const allowed = new Set(['sts:AssumeRole', 'organizations:ListAccounts', ...declared]);
		expect(rig.calls().filter((call) => !allowed.has(`${call.service}:${call.action}`))).toEqual([]);
		const questions = 4 * (3 + 1 + 3 * 3) + 1;
		expect(rig.calls().length).toBeLessThan(10 * questions);
	});
});

describe('invariant 9: every entry carries the external id and a narrow session policy', () => {
	test('but the proof, whose entries allow nothing: first the right id works, then none and a wrong one fail', async () => {
		const result = await rig.test();
		for (const accountId of rig.accounts) {
			const entries = rig.calls().filter((call) => call.action === 'AssumeRole' && call.accountId === accountId);
			const [first, ...proof] = entries;
			expect(first).toMatchObject({ externalId: 'right', status: 200 });
			const wanted =
				accountId === rig.simulator.managementAccountId ? ['organizations:ListAccounts', ...declared] : declared;
			expect(first?.sessionPolicyActions?.toSorted()).toEqual([...wanted].toSorted());
			expect(proof.map((call) => call.externalId).toSorted()).toEqual(['absent', 'wrong']);
			for (const call of proof) expect(call).toMatchObject({ status: 403, sessionPolicyDeniesAll: true });
			expect(accountOf(result, accountId).proofs).toEqual([
				expect.objectContaining({ status: 'proven', role_arn: expect.stringContaining(accountId), openings: [] }),
			]);
		}
	});

	test('no proof on request: said, and it blocks activation', async () => {
		const result = await rig.test({ proof: false });
		expect(result.result).toBe('success');
		expect(rig.calls().filter((call) => call.externalId !== 'right' && call.action === 'AssumeRole')).toEqual([]);
		expect(result.accounts.flatMap((account) => account.proofs.map((proof) => proof.status))).toEqual(
			Array(4).fill('not_made'),
		);
		expect(result.blocks_activation).toContain('not proven');
	});

	test('where AWS does not answer the proof, nothing is proven, and that is no success', async () => {
		await rig.close();
		rig = await openTestRig({ latencyBaseMs: 20 });
		const run = rig.test({ access: 'single' });
		while (rig.calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
		// The entry got through; the two of the proof come last, and are throttled for ever.
		rig.simulator.control.setFaults([{ fault: 'throttling', match: { action: 'AssumeRole' }, times: null }]);
		const result = await run;
		expect(result).toMatchObject({ result: 'partial', blocks_activation: expect.stringContaining('not proven') });
		expect(accountOf(result, rig.accounts[0])).toMatchObject({
			verdict: 'allowed',
			may_be_collected: true,
			proofs: [{ status: 'not_provable', reason: expect.stringContaining('throttled') }],
		});
	});

	test('collections of different principals enter by their own, and each is proven', async () => {
		const { principalRoleArn } = rig.simulator;
		const result = await rig.test({
			access: 'single',
			kinds: ['ec2.devices', 'iam.users'],
			aws: { endpoints: { all: rig.simulator.endpoint }, principalRoles: { collectionEc2: principalRoleArn } },
		});
		expect(accountOf(result, rig.accounts[0])).toMatchObject({
			entries: [
				{ principal: 'collectionEc2', verdict: 'allowed' },
				{ principal: 'collectionUsers', verdict: 'allowed' },
			],
			proofs: [
				{ principal: 'collectionEc2', status: 'proven' },
				{ principal: 'collectionUsers', status: 'proven' },
			],
		});
		expect(result.counts).toMatchObject({ roles_proven: 1, roles_open: 0 });
		const into = rig.calls().filter((call) => call.action === 'AssumeRole' && call.accountId === rig.accounts[0]);
		expect(new Set(into.map((call) => call.principal === 'base'))).toEqual(new Set([true, false]));
	});
});
