import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LiveAccessTest } from './board.ts';
import type { PatienceNow } from './patience.ts';
import { createPatientClock } from './testing/patient-clock.ts';
import { accountOf, checkOf, openTestRig, type TestRig } from './testing/test-rig.ts';

const patienceMs = 120_000;
const addresses = 'ec2:DescribeAddresses';

let rig: TestRig;
let primary: string;
let member: string;
beforeEach(async () => {
	rig = await openTestRig();
	[primary = '', member = ''] = rig.accounts;
});
afterEach(() => rig.close());

/** A clock at which something happens in AWS after a while. */
function clockThat(afterMs: number, happens: () => void) {
	let done = false;
	return createPatientClock((waitedMs) => {
		if (done || waitedMs < afterMs) return;
		done = true;
		happens();
	});
}

describe('a new role', () => {
	test.each(['primary', 'member'] as const)('that AWS knows only after 40 s is entered then: %s', async (which) => {
		const accountId = which === 'primary' ? primary : member;
		rig.simulator.control.mutate({ removeRole: accountId });
		const clock = clockThat(40_000, () => rig.simulator.control.mutate({ restoreRole: accountId }));
		const result = await rig.test({ patienceMs, clock });
		expect(result.result).toBe('success');
		expect(accountOf(result, accountId).verdict).toBe('allowed');
		expect(clock.waitedMs()).toBeGreaterThanOrEqual(40_000);
		expect(clock.waitedMs()).toBeLessThan(65_000);
	});

	test('that never comes is given up after two minutes in total, however many there are', async () => {
		for (const accountId of rig.accounts.slice(1)) rig.simulator.control.mutate({ removeRole: accountId });
		const clock = createPatientClock();
		const result = await rig.test({ patienceMs, clock, limits: { accountsAtOnce: 1 } });
		expect(result.counts.verdicts.role_refused).toBe(3);
		// What the calls themselves took counts too.
		expect(clock.waitedMs()).toBeGreaterThan(patienceMs - 20_000);
		expect(clock.waitedMs()).toBeLessThan(patienceMs + 20_000);
		const tries = rig.calls().filter((call) => call.action === 'AssumeRole' && call.accountId === member);
		expect(tries.length).toBeLessThanOrEqual(10);
	});

	test('whose first calls are refused though it can be entered gets the same patience', async () => {
		// The clock of signatures: it can be entered at once, and the first four calls of its session are refused.
		rig.simulator.control.mutate({ newRole: { accountId: member, readyAt: 0, refusals: 4 } });
		const clock = createPatientClock();
		const result = await rig.test({ patienceMs, clock });
		expect(result.result).toBe('success');
		expect(clock.waitedMs()).toBeGreaterThan(0);
	});

	test('patience 0 asks once', async () => {
		rig.simulator.control.mutate({ removeRole: member });
		const clock = createPatientClock();
		await rig.test({ patienceMs: 0, clock });
		expect(clock.waitedMs()).toBe(0);
		expect(rig.calls().filter((call) => call.accountId === member)).toHaveLength(1);
	});

	test('while it waits it says for what, and for how long', async () => {
		rig.simulator.control.mutate({ removeRole: primary });
		const seen: PatienceNow[] = [];
		let live: LiveAccessTest | undefined;
		const clock = createPatientClock(() => {
			const now = live?.waiting();
			if (now) seen.push(now);
		});
		await rig.test({ access: 'single', patienceMs, clock, onStart: (given) => (live = given) });
		expect(seen[0]).toMatchObject({ awaited: 'role', accounts: 1 });
		expect(seen.at(-1)?.elapsedMs).toBeGreaterThan(100_000);
		expect(live?.waiting()).toBeUndefined();
	});

	test('a stop ends the wait', async () => {
		rig.simulator.control.mutate({ removeRole: primary });
		const stopping = new AbortController();
		const clock = clockThat(10_000, () => stopping.abort());
		const result = await rig.test({ patienceMs, clock, stopping: stopping.signal });
		expect(accountOf(result, primary).verdict).toBe('role_refused');
		expect(clock.waitedMs()).toBeLessThan(20_000);
	});
});

describe('a new policy of a role', () => {
	test('that AWS knows only after 30 s: one region goes ahead, and the others follow when it gets through', async () => {
		rig.simulator.control.mutate({ denyAction: { accountId: member, action: addresses } });
		const clock = clockThat(30_000, () =>
			rig.simulator.control.mutate({ allowAction: { accountId: member, action: addresses } }),
		);
		const result = await rig.test({ patienceMs, clock });
		expect(result.result).toBe('success');
		for (const { region } of accountOf(result, member).regions.filter((each) => each.region !== '*')) {
			expect(checkOf(result, member, region, addresses).verdict).toBe('allowed');
		}
		const refused = rig.calls().filter((call) => call.accountId === member && call.code === 'UnauthorizedOperation');
		// Three regions at first, then one a try.
		expect(refused.length).toBeLessThanOrEqual(3 + 4);
	});

	test('the account list too', async () => {
		const denied = { accountId: primary, action: 'organizations:ListAccounts' };
		rig.simulator.control.mutate({ denyAction: denied });
		const clock = clockThat(20_000, () => rig.simulator.control.mutate({ allowAction: denied }));
		const result = await rig.test({ patienceMs, clock });
		expect(result).toMatchObject({ result: 'success', counts: { accounts: 4 } });
	});

	test('the list of regions too: the regions are then those the account has', async () => {
		const denied = { accountId: member, action: 'ec2:DescribeRegions' };
		rig.simulator.control.mutate({ denyAction: denied });
		const clock = clockThat(20_000, () => rig.simulator.control.mutate({ allowAction: denied }));
		const result = await rig.test({ patienceMs, clock, accounts: [member], regions: ['eu-west-1', 'ap-east-1'] });
		expect(checkOf(result, member, 'us-east-1', 'ec2:DescribeRegions').verdict).toBe('allowed');
		expect(checkOf(result, member, 'ap-east-1', addresses).verdict).toBe('region_not_enabled');
		expect(result.result).toBe('success');
	});
});

test('what a service control policy denies is not waited for', async () => {
	rig.simulator.control.mutate({ scpDenyRegion: { region: 'eu-west-1', accountId: member } });
	const clock = createPatientClock();
	await rig.test({ patienceMs, clock });
	expect(clock.waitedMs()).toBe(0);
	const asked = rig.calls().filter((call) => call.accountId === member && call.region === 'eu-west-1');
	expect(asked).toHaveLength(3);
});
