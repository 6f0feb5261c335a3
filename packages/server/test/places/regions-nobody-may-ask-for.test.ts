import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ageDenials, openStage, type Stage, scopeOf } from '../invariants/stage.ts';

const optIn = 'af-south-1';
const action = 'ec2:DescribeRegions';

let stage: Stage;
/** Service control policies bind members only; it is the one account that is read. */
let member: string;

beforeEach(async () => {
	stage = await openStage({
		simulator: { accounts: 2, regions: 17, instances: 2 * 17, terminatedShare: 0 },
		clockSpeed: 100,
	});
	const { simulator } = stage.rig;
	const accounts = [...listTrueAccounts(simulator.world)].map((account) => account.accountId);
	member = accounts.find((accountId) => accountId !== simulator.managementAccountId) ?? '';
	stage.mutate({ enableRegion: { accountId: member, region: optIn } }, { add: { accountId: member, region: optIn } });
});
afterEach(() => stage?.close());

async function collect(regions?: readonly string[]): Promise<ExecutionSummary> {
	stage.rig.simulator.control.clearCalls();
	return await stage.rig.collect({ enrich: 'none', accounts: [member], ...(regions ? { regions } : {}) });
}

/** Regions where the member was asked for its regions, in the order of asking, and whether it was told. */
function askedIn(): readonly string[] {
	const calls = stage.rig.simulator.control.calls().filter((call) => call.accountId === member);
	return calls
		.filter((call) => call.action === 'DescribeRegions')
		.map(({ region, status }) => `${region} ${status === 200 ? 'told' : 'denied'}`);
}

/** The member's devices as people see them. */
async function standings(region?: string): Promise<readonly string[]> {
	const devices = [...(await stage.devices()).values()].filter(
		({ attributes }) => attributes.account_id === member && (region === undefined || attributes.region === region),
	);
	return [...new Set(devices.map(({ standing }) => `${standing.state} ${standing.reason ?? ''}`.trim()))];
}

describe('where a policy denies the list of regions', () => {
	test('in the entry region only, another region is asked, and everything is read', async () => {
		stage.mutate({ scpDenyAction: { action, region: 'us-east-1' } });
		const summary = await collect();
		expect(askedIn()).toEqual(['us-east-1 denied', 'eu-central-1 told']);
		expect(summary).toMatchObject({ result: 'success', warnings: [], counts: { scopes: 18, scopes_complete: 18 } });
		expect([...(await stage.records()).keys()]).toEqual(stage.truth({ accountId: member }));
		// Nor is the entry region asked again within a day, if only another tells.
		await collect();
		expect(askedIn()).toEqual(['eu-central-1 told']);
		await ageDenials(stage, 27);
		await collect();
		expect(askedIn()).toEqual(['us-east-1 denied', 'eu-central-1 told']);
	});

	test('everywhere, the regions on by default are read, and people are told that others may be missing', async () => {
		stage.mutate({ scpDenyAction: { action } });
		const summary = await collect();
		expect(summary).toMatchObject({ result: 'success', counts: { scopes: 17, scopes_complete: 17 } });
		expect(summary.warnings).toEqual([expect.stringContaining(`${member}: A policy of the AWS Organization denies`)]);
		expect(summary.warnings.join()).toMatch(/regions that are on by default were read.*Opt-in regions/i);
		const unread = stage.truth({ accountId: member, region: optIn });
		expect(unread.length).toBeGreaterThan(0);
		expect([...(await stage.records()).keys()]).toEqual(
			stage.truth({ accountId: member }).filter((arn) => !unread.includes(arn)),
		);
		expect(askedIn().every((asked) => asked.endsWith('denied'))).toBe(true);
		// Where it was denied nobody asks again within the day, and the next run says the same.
		const before = askedIn();
		expect((await collect()).warnings).toEqual(summary.warnings);
		expect(askedIn().filter((asked) => before.includes(asked))).toEqual([]);
	});

	test('everywhere, an opt-in region that was read before is read on: it is neither skipped nor forgotten', async () => {
		await collect();
		const denial = stage.rig.simulator.control.mutate({ scpDenyAction: { action } }) ?? '';
		const added = stage.rig.simulator.control.mutate({ add: { accountId: member, region: optIn } }) ?? '';
		const summary = await collect();
		expect(scopeOf(summary, member, optIn)).toMatchObject({ outcome: 'complete' });
		expect(summary).toMatchObject({
			result: 'success',
			counts: { scopes: 18, scopes_complete: 18, removed: 0, held: 0 },
		});
		expect(summary.warnings).toHaveLength(1);
		expect((await stage.records()).get(added)).toMatchObject({ state: 'active' });
		expect(await standings()).toEqual(['active']);
		// Once it is disabled that cannot be told from a fault, so it is told as one, and nothing is removed.
		stage.mutate({ disableRegion: { accountId: member, region: optIn } });
		expect(scopeOf(await collect(), member, optIn)).toMatchObject({ outcome: 'unavailable' });
		expect(await standings(optIn)).toEqual(['unconfirmed unavailable: AuthFailure']);
		stage.mutate({ detachScp: denial });
		await ageDenials(stage, 27);
		expect(scopeOf(await collect(), member, optIn)).toBeUndefined();
		expect(await standings(optIn)).toEqual(['unconfirmed skipped: RegionNotEnabled']);
		// From then on it is known to be disabled, and the fallback leaves it alone.
		stage.mutate({ scpDenyAction: { action } });
		expect(scopeOf(await collect(), member, optIn)).toBeUndefined();
	});

	test('everywhere, regions that a person names are asked all the same', async () => {
		stage.mutate({ scpDenyAction: { action } });
		const summary = await collect([optIn, 'me-south-1']);
		expect(scopeOf(summary, member, optIn)).toMatchObject({ outcome: 'complete', assets: 1 });
		expect(scopeOf(summary, member, 'me-south-1')).toMatchObject({ outcome: 'unavailable' });
	});

	test('in all regions but one, as it does everything there, that one is found, and asked first from then on', async () => {
		const Condition = { StringNotEquals: { 'aws:RequestedRegion': 'eu-north-1' } };
		const statement = {
			Effect: 'Deny',
			NotAction: ['iam:*', 'organizations:*', 'sts:*'],
			Resource: '*',
			Condition,
		} as const;
		stage.mutate({ attachScp: { policy: { Version: '2012-10-17', Statement: [statement] } } });
		const told = { result: 'success', warnings: [], counts: { scopes: 18, scopes_complete: 1 } };
		expect(await collect()).toMatchObject(told);
		expect(askedIn().at(-1)).toBe('eu-north-1 told');
		const second = await collect();
		expect(askedIn()).toEqual(['eu-north-1 told']);
		expect(second).toMatchObject(told);
		expect(scopeOf(second, member, optIn)).toMatchObject({ outcome: 'blocked_by_policy' });
	});

	test('in every region, as it does everything, the account is said to be blocked by the next run too', async () => {
		const statement = { Effect: 'Deny', Action: 'ec2:*', Resource: '*' } as const;
		stage.mutate({ attachScp: { policy: { Version: '2012-10-17', Statement: [statement] } } });
		for (const run of [1, 2]) {
			const summary = await collect();
			expect(summary, `run ${run}`).toMatchObject({ result: 'failed', counts: { scopes: 17, scopes_complete: 0 } });
			expect(summary.warnings, `run ${run}`).toHaveLength(1);
			const account = summary.accounts.find(({ account_id }) => account_id === member);
			expect(account).toMatchObject({ outcome: 'blocked_by_policy' });
		}
		expect(
			stage.rig.simulator.control.calls().filter((call) => call.accountId === member && call.action !== 'AssumeRole'),
		).toEqual([]);
	});
});
