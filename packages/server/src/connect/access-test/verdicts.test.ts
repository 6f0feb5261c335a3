import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClock } from '#platform/clock.ts';
import { createPatientClock } from './testing/patient-clock.ts';
import { accountOf, checkOf, openTestRig, type TestRig, verdictsOf } from './testing/test-rig.ts';

const addresses = 'ec2:DescribeAddresses';
const always = { times: null } as const;

let rig: TestRig;
let primary: string;
let member: string;
beforeEach(async () => {
	rig = await openTestRig();
	[primary = '', member = ''] = rig.accounts;
});
afterEach(() => rig.close());

test('all allowed: every account, region and action by name, every role proven, nothing blocks activation', async () => {
	const result = await rig.test();
	expect(result).toMatchObject({
		result: 'success',
		message: null,
		blocks_activation: null,
		warnings: [],
		counts: { accounts: 4, verdicts: { allowed: 4 + 1 + 4 * (1 + 3 * 3) }, roles_proven: 4, roles_open: 0 },
	});
	expect(Object.keys(result.counts.verdicts)).toEqual(['allowed']);
	for (const accountId of rig.accounts) {
		expect(checkOf(result, accountId, 'eu-west-1', addresses)).toMatchObject({
			verdict: 'allowed',
			kinds: ['ec2.devices'],
		});
	}
	expect(checkOf(result, primary, 'us-east-1', 'organizations:ListAccounts').kinds).toEqual(['organization_discovery']);
});

describe('the entry', () => {
	test('no role: refused, with the three causes in order, and what the account list says', async () => {
		rig.simulator.control.mutate({ removeRole: member });
		const result = await rig.test();
		expect(result.result).toBe('partial');
		const account = accountOf(result, member);
		expect(account).toMatchObject({ state: 'ACTIVE', verdict: 'role_refused', regions: [], proofs: [] });
		const [entry] = account.entries;
		expect(entry).toMatchObject({ code: 'AccessDenied', reference: 'AWS:0009', action: 'sts:AssumeRole' });
		expect(entry?.message).toMatch(
			/\(1\) the role does not exist.*\(2\) its trust policy.*\(3\) the account is.*ACTIVE/u,
		);
		expect(entry?.said).toContain('is not authorized to perform: sts:AssumeRole');
		expect(entry?.advice).toContain('Deploy the role');
	});

	test('an account that is not active is told by its state, and nothing is asked of it', async () => {
		rig.simulator.control.mutate({ suspendAccount: member });
		const result = await rig.test();
		expect(result.result).toBe('success');
		expect(accountOf(result, member)).toMatchObject({
			state: 'SUSPENDED',
			verdict: 'account_not_active',
			entries: [{ message: expect.stringContaining('SUSPENDED') }],
		});
		expect(rig.calls().filter((call) => call.accountId === member)).toEqual([]);
	});

	test('another external id than the role asks for: nothing is usable, no proof is tried, activation is blocked', async () => {
		const result = await rig.test({ externalId: 'not-the-right-one' });
		expect(result).toMatchObject({
			result: 'failed',
			blocks_activation: expect.stringContaining('could not be assumed'),
			accounts: [{ account_id: primary, verdict: 'role_refused', proofs: [] }],
		});
		expect(rig.calls()).toHaveLength(1);
	});

	test('bad credentials, by their name', async () => {
		const result = await rig.test({ secret: 'wrong'.repeat(8) });
		expect(result.result).toBe('failed');
		expect(accountOf(result, primary).entries[0]).toMatchObject({
			verdict: 'credentials',
			code: 'SignatureDoesNotMatch',
		});
		expect(JSON.stringify(result)).not.toContain('wrong'.repeat(8));
	});

	test('a clock that is off, by its name', async () => {
		await rig.close();
		rig = await openTestRig({ clock: () => Date.now() + 3_600_000 });
		const result = await rig.test();
		expect(accountOf(result, rig.accounts[0]).entries[0]).toMatchObject({
			verdict: 'clock',
			advice: expect.stringContaining('NTP'),
		});
	});

	test('STS out of reach', async () => {
		const endpoints = { all: rig.simulator.endpoint, byService: { sts: 'http://127.0.0.1:9' } };
		const result = await rig.test({ aws: { endpoints } });
		expect(result.result).toBe('failed');
		expect(accountOf(result, primary)).toMatchObject({ verdict: 'unreachable', entries: [{ reference: 'AWS:0012' }] });
	});
});

describe('an action', () => {
	test('denied: the action to add, in the account and region where it is missing, and the others allowed', async () => {
		rig.simulator.control.mutate({ denyAction: { accountId: member, action: addresses, region: 'eu-west-1' } });
		const result = await rig.test();
		expect(result.result).toBe('partial');
		expect(checkOf(result, member, 'eu-west-1', addresses)).toMatchObject({
			verdict: 'denied',
			code: 'UnauthorizedOperation',
			reference: 'AWS:0002',
			message: expect.stringContaining(`add ${addresses}`),
			said: expect.stringContaining(`because no identity-based policy allows the ${addresses} action`),
			advice: `Add ${addresses} to the policy of the role in that account, then test again.`,
		});
		expect(result.counts.verdicts).toMatchObject({ denied: 1 });
	});

	test('not within the permissions boundary: the boundary is to be changed, and not the policy', async () => {
		const policy = {
			Version: '2012-10-17',
			Statement: [{ Effect: 'Allow', Action: ['ec2:DescribeRegions', 'ec2:DescribeInstances'], Resource: '*' }],
		} as const;
		rig.simulator.control.mutate({ setPermissionsBoundary: { accountId: member, policy } });
		const result = await rig.test();
		const { verdict, message, advice } = checkOf(result, member, 'eu-west-1', addresses);
		expect(verdict).toBe('denied');
		for (const text of [message, advice]) {
			expect(text).toMatch(new RegExp(`permissions boundary of the role.*${addresses} to the boundary`, 'u'));
			expect(text).not.toContain('policy of the role');
		}
	});

	test('blocked by a service control policy: which, and it is no error', async () => {
		rig.simulator.control.mutate({ scpDenyRegion: { region: 'eu-west-1', accountId: member } });
		const result = await rig.test();
		expect(result.result).toBe('success');
		expect(checkOf(result, member, 'eu-west-1', addresses)).toMatchObject({
			verdict: 'blocked_by_policy',
			reference: 'AWS:0003',
			policy_arn: expect.stringMatching(/^arn:aws:organizations::\d{12}:policy\/o-.*\/service_control_policy\/p-/u),
		});
		expect(accountOf(result, member).verdict).toBe('blocked_by_policy');
	});

	test('where a policy denies the list of regions in one region, another one tells it', async () => {
		rig.simulator.control.mutate({ scpDenyRegion: { region: 'us-east-1', accountId: member } });
		const result = await rig.test();
		expect(result).toMatchObject({ result: 'success', warnings: [] });
		expect(checkOf(result, member, 'us-east-1', 'ec2:DescribeRegions').verdict).toBe('blocked_by_policy');
		expect(checkOf(result, member, 'eu-west-1', addresses).verdict).toBe('allowed');
	});

	test('where nobody tells the regions, those that every account has are tested, and it is said so', async () => {
		await rig.close();
		rig = await openTestRig({ accounts: 2, regions: 17 });
		[primary = '', member = ''] = rig.accounts;
		rig.simulator.control.mutate({ denyAction: { accountId: member, action: 'ec2:DescribeRegions' } });
		const result = await rig.test();
		expect(checkOf(result, member, 'us-east-1', 'ec2:DescribeRegions').verdict).toBe('denied');
		expect(accountOf(result, member).regions).toHaveLength(17);
		expect(checkOf(result, member, 'sa-east-1', addresses).verdict).toBe('allowed');
		expect(result.warnings).toEqual([expect.stringMatching(new RegExp(`${member}.*every account has`, 'u'))]);
	});

	test('regions that were asked for but are not enabled are no error, and nothing is asked there', async () => {
		const result = await rig.test({ regions: ['eu-west-1', 'ap-east-1'] });
		expect(result.result).toBe('success');
		expect(checkOf(result, member, 'ap-east-1', addresses).verdict).toBe('region_not_enabled');
		expect(rig.calls().filter((call) => call.region === 'ap-east-1')).toEqual([]);
		expect(accountOf(result, member).regions.map(({ region }) => region)).toEqual([
			'ap-east-1',
			'eu-west-1',
			'us-east-1',
		]);
	});

	test('a region that nobody knows and no account has is a slip, not nothing to do', async () => {
		const result = await rig.test({ regions: ['eu-west-1', 'eu-wset-1'] });
		expect(result.result).toBe('partial');
		expect(checkOf(result, member, 'eu-wset-1', addresses)).toMatchObject({
			verdict: 'not_found',
			code: 'RegionUnknown',
			advice: expect.stringContaining('Check the name eu-wset-1'),
		});
		expect(rig.calls().filter((call) => call.region === 'eu-wset-1')).toEqual([]);
	});

	test('throttled for as long as we try', async () => {
		rig.simulator.control.setFaults([
			{ fault: 'throttling', match: { accountId: member, action: 'DescribeAddresses' }, ...always },
		]);
		const result = await rig.test();
		expect(result.result).toBe('partial');
		expect(checkOf(result, member, 'eu-west-1', addresses)).toMatchObject({
			verdict: 'throttled',
			reference: 'AWS:0001',
		});
	});

	test('throttled, but not for long, is allowed', async () => {
		rig.simulator.control.setFaults([{ fault: 'throttling', match: { service: 'ec2' }, times: 2 }]);
		expect((await rig.test()).result).toBe('success');
	});

	test('an endpoint that cuts every connection is out of reach, and does not hide the other regions', async () => {
		rig.simulator.control.setFaults([{ fault: 'reset', match: { region: 'eu-west-1' }, ...always }]);
		const result = await rig.test();
		expect(checkOf(result, member, 'eu-west-1', addresses)).toMatchObject({
			verdict: 'unreachable',
			reference: 'AWS:0012',
		});
		expect(checkOf(result, member, 'us-east-1', addresses).verdict).toBe('allowed');
	});

	test('an endpoint that let nobody through is not asked by every further account', async () => {
		rig.simulator.control.setFaults([{ fault: 'reset', match: { region: 'eu-west-1' }, ...always }]);
		const result = await rig.test({ limits: { accountsAtOnce: 1 } });
		const asked = new Set(rig.calls().flatMap((call) => (call.region === 'eu-west-1' ? [call.accountId] : [])));
		expect(asked.size).toBe(1);
		for (const accountId of rig.accounts) {
			expect(checkOf(result, accountId, 'eu-west-1', addresses)).toMatchObject({
				action: addresses,
				verdict: 'unreachable',
			});
		}
	});

	test('a peer that takes the question and stays silent is out of reach, in time', async () => {
		rig.simulator.control.setFaults([
			{ fault: 'silent', match: { accountId: primary, action: 'DescribeAddresses', region: 'eu-west-1' }, ...always },
		]);
		// The clock runs 30 times faster: 45 s are over after 1.5.
		const result = await rig.test({ access: 'single', clock: createClock(30) });
		expect(checkOf(result, primary, 'eu-west-1', addresses).verdict).toBe('unreachable');
		expect(result.seconds).toBeLessThan(60);
	});

	test('our own session policy too tight is our fault, loudly', async () => {
		const result = await rig.test({ access: 'single', forget: [addresses] });
		expect(checkOf(result, primary, 'eu-west-1', addresses)).toMatchObject({
			verdict: 'session_policy',
			reference: 'AWS:0004',
			advice: expect.stringContaining('fault of Rollcall'),
		});
		expect(result.result).toBe('partial');
	});

	test('all denied: nothing is usable', async () => {
		for (const action of ['ec2:*']) rig.simulator.control.mutate({ denyAction: { accountId: primary, action } });
		const result = await rig.test({ access: 'single', regions: ['eu-west-1'] });
		expect(result).toMatchObject({ result: 'failed', blocks_activation: expect.stringContaining('Nothing') });
		expect(verdictsOf(result)).toEqual(['allowed', 'denied']);
	});
});

describe('our own principal role', () => {
	const nobody = 'arn:aws:iam::999988887777:role/Nobody';
	const aws = (endpoint: string) => ({
		endpoints: { all: endpoint },
		principalRoles: { collectionEc2: nobody },
	});

	test('that cannot be taken is ours to mend, and the role of the customer is not blamed', async () => {
		const result = await rig.test({ aws: aws(rig.simulator.endpoint), patienceMs: 60_000 });
		expect(result).toMatchObject({ result: 'failed', blocks_activation: expect.stringContaining(nobody) });
		const [entry] = accountOf(result, primary).entries;
		expect(entry).toMatchObject({ verdict: 'own_principal', reference: 'AWS:0023' });
		expect(entry?.message).toContain(`Rollcall's own principal role ${nobody} cannot be taken`);
		expect(entry?.advice).toContain('operator of Rollcall');
		expect(JSON.stringify(result.accounts)).not.toContain('Deploy the role');
		// It is not awaited either, as a new role of a customer would be.
		expect(rig.calls()).toHaveLength(1);
	});

	test('that cannot be taken proves nothing: it is no refusal of the wrong external id', async () => {
		rig.simulator.control.mutate({ openRole: primary });
		const result = await rig.test({ access: 'single', proofPrincipalRoles: { collectionEc2: nobody } });
		expect(accountOf(result, primary).proofs).toEqual([
			expect.objectContaining({ status: 'not_provable', reason: expect.stringContaining(nobody) }),
		]);
		expect(result).toMatchObject({ result: 'partial', counts: { roles_proven: 0 } });
	});
});

test('under a delegated administrator the management account may rightly have no role, and it is said so', async () => {
	await rig.close();
	rig = await openTestRig({ delegatedAdministrator: 1 });
	const [management = '', ...others] = rig.accounts;
	const result = await rig.test();
	expect(result).toMatchObject({ result: 'partial', blocks_activation: null, counts: { roles_proven: 3 } });
	expect(accountOf(result, management)).toMatchObject({
		is_primary: false,
		verdict: 'role_refused',
		entries: [{ message: expect.stringMatching(/management account.*delegated administrator.*rightly/u) }],
	});
	expect(result.accounts.filter((account) => account.is_primary)).toHaveLength(1);
	for (const accountId of others) {
		const account = accountOf(result, accountId);
		expect(account).toMatchObject({ verdict: 'allowed', proofs: [{ status: 'proven' }] });
		expect(account.entries[0]?.message).toBeNull();
		const lists = account.regions
			.flatMap(({ checks }) => checks)
			.filter(({ action }) => action.endsWith('ListAccounts'));
		expect(lists).toHaveLength(account.is_primary ? 1 : 0);
	}
});

describe('the account list', () => {
	const list = 'organizations:ListAccounts';

	test('denied: the primary is tested all the same', async () => {
		rig.simulator.control.mutate({ denyAction: { accountId: primary, action: list } });
		const result = await rig.test();
		expect(result.result).toBe('partial');
		expect(result.accounts).toHaveLength(1);
		expect(checkOf(result, primary, 'us-east-1', list)).toMatchObject({
			verdict: 'denied',
			advice: expect.stringContaining('delegated administrator'),
		});
		expect(checkOf(result, primary, 'eu-west-1', addresses).verdict).toBe('allowed');
	});

	test('accounts that were asked for alone are tested alone, and the primary is entered for the list only', async () => {
		const result = await rig.test({ accounts: [member, '999999999999'] });
		expect(result.accounts.map((account) => account.account_id).toSorted()).toEqual([primary, member].toSorted());
		expect(accountOf(result, primary).regions).toEqual([
			expect.objectContaining({ checks: [expect.objectContaining({ action: list })] }),
		]);
		expect(accountOf(result, primary).proofs).toEqual([expect.objectContaining({ status: 'proven' })]);
		expect(result.warnings).toEqual([expect.stringContaining('999999999999')]);
	});
});

test('an access key tests its own account, enters no role, and has nothing to prove', async () => {
	const result = await rig.test({ access: 'keys' });
	expect(result).toMatchObject({
		result: 'success',
		blocks_activation: null,
		access: { schema: 'access_key', role_arn: null },
	});
	expect(accountOf(result, primary)).toMatchObject({
		entries: [{ action: 'sts:GetCallerIdentity', verdict: 'allowed', principal: null }],
		proofs: [],
	});
	expect(rig.calls().some((call) => call.action === 'AssumeRole')).toBe(false);
});

test('a bad access key has no account, and says why', async () => {
	const result = await rig.test({ access: 'keys', secret: 'wrong'.repeat(8), clock: createPatientClock() });
	expect(result).toMatchObject({ result: 'failed', accounts: [{ account_id: '*', verdict: 'credentials' }] });
});
