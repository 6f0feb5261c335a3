import type { Mutation } from '@rollcall/aws-simulator/control/mutations.ts';
import type { FaultName, FaultRule } from '@rollcall/aws-simulator/faults/rules.ts';
import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceRow } from '#store/devices.ts';
import { ageDenials, idsIn, openStage, type Stage, type StoredRecord, scopeOf, until } from './stage.ts';

const [first, second] = ['us-east-1', 'eu-west-1'];
const listing = { action: 'DescribeInstances' } as const;

/** How a scope is broken, and what must be said of it. */
interface Breakage {
	readonly name: string;
	readonly account: number;
	readonly region: string;
	readonly outcome: Outcome;
	readonly code: string;
	/** What it may be instead where the machine is slow. */
	readonly otherCode?: string;
	readonly mutation?: (accountId: string) => Mutation;
	/** Hits every attempt, from the second page on: the first has been stored by then. */
	readonly fault?: FaultName;
	/** Region of the scope in the summary, where the whole account failed. */
	readonly reported?: string;
}

const breakages: readonly Breakage[] = [
	{
		name: 'denied from the first page on',
		account: 1,
		region: first,
		outcome: 'denied',
		code: 'UnauthorizedOperation',
		mutation: (accountId) => ({ denyAction: { accountId, action: 'ec2:DescribeInstances', region: first } }),
	},
	{
		name: 'blocked by a service control policy',
		account: 1,
		region: second,
		outcome: 'blocked_by_policy',
		code: 'UnauthorizedOperation',
		mutation: (accountId) => ({ scpDenyRegion: { accountId, region: second } }),
	},
	{
		name: 'throttled out',
		account: 2,
		region: first,
		outcome: 'throttled_out',
		code: 'RequestLimitExceeded',
		fault: 'throttling',
	},
	{
		name: 'answered by bodies that end early',
		account: 2,
		region: second,
		outcome: 'failed',
		code: 'ECONNRESET',
		fault: 'truncated_body',
	},
	{
		name: 'answered by cut documents',
		account: 3,
		region: first,
		outcome: 'failed',
		code: 'TruncatedBody',
		fault: 'cut_body',
	},
	{
		name: 'sent round in a circle',
		account: 3,
		region: second,
		outcome: 'failed',
		code: 'RepeatedToken',
		fault: 'repeated_token',
	},
	{
		name: 'met with silence',
		account: 4,
		region: first,
		outcome: 'failed',
		code: 'Timeout',
		otherCode: 'NoProgress',
		fault: 'silent',
	},
	{
		name: 'refused its own page tokens',
		account: 4,
		region: second,
		outcome: 'failed',
		code: 'InvalidParameterValue',
		fault: 'invalid_token',
	},
	{
		name: 'refused half way',
		account: 5,
		region: first,
		outcome: 'denied',
		code: 'UnauthorizedOperation',
		fault: 'access_denied',
	},
	{
		name: 'answered by a proxy’s error page',
		account: 5,
		region: second,
		outcome: 'failed',
		code: 'Http502',
		fault: 'garbage',
	},
	{
		name: 'of an account that is suspended',
		account: 6,
		region: first,
		outcome: 'skipped',
		code: 'AccountNotActive',
		mutation: (accountId) => ({ suspendAccount: accountId }),
		reported: '*',
	},
	{
		name: 'of an account without the role',
		account: 7,
		region: second,
		outcome: 'denied',
		code: 'AccessDenied',
		mutation: (accountId) => ({ removeRole: accountId }),
		reported: '*',
	},
];

describe('invariant 1: only a complete scope may remove', () => {
	let stage: Stage;
	let accounts: readonly string[];
	let firstRunAt: string;
	let before: ReadonlyMap<string, StoredRecord>;
	let after: ReadonlyMap<string, StoredRecord>;
	let devices: ReadonlyMap<string, DeviceRow>;
	let broken: ExecutionSummary;
	/** Gone from AWS in every scope: one of the first page, one of the last. */
	let vanished: readonly string[];

	beforeAll(async () => {
		stage = await openStage({
			simulator: { accounts: 8, regions: 2, instances: 8 * 2 * 12, terminatedShare: 0, pageCap: 7 },
			clockSpeed: 100,
			// Silence is what is shown here: it has to end as a timeout before the scope counts as stuck.
			requestTimeoutMs: 30_000,
		});
		accounts = [...listTrueAccounts(stage.rig.simulator.world)].map((account) => account.accountId);
		const complete = await stage.rig.collect({ enrich: 'none' });
		expect(complete.result).toBe('success');
		firstRunAt = new Date().toISOString();
		before = await stage.records();
		vanished = accounts.flatMap((accountId) =>
			[first, second].flatMap((region) => {
				const arns = stage.truth({ accountId, region });
				return [arns[0], arns[11]].filter((arn) => arn !== undefined);
			}),
		);
		stage.mutate(...vanished.map((arn): Mutation => ({ remove: arn })));
		breakScopes();
		broken = await stage.rig.collect({ enrich: 'none' });
		after = await stage.records();
		devices = await stage.devices();
	});
	afterAll(() => stage?.close());

	function accountOf(breakage: Breakage): string {
		return accounts[breakage.account] ?? '';
	}

	function breakScopes(): void {
		const faults: FaultRule[] = [];
		for (const breakage of breakages) {
			const accountId = accountOf(breakage);
			if (breakage.mutation) stage.mutate(breakage.mutation(accountId));
			if (breakage.fault) {
				const match = { ...listing, accountId, region: breakage.region, hasToken: true };
				faults.push({ fault: breakage.fault, match, times: null });
			}
		}
		stage.rig.simulator.control.setFaults(faults);
	}

	function recordsOf(all: ReadonlyMap<string, StoredRecord>, accountId: string, region: string): StoredRecord[] {
		return [...all.values()].filter((record) => record.account_id === accountId && record.region === region);
	}

	it.each(breakages)('a scope $name is $outcome and leaves its records untouched', (breakage) => {
		const accountId = accountOf(breakage);
		const { region, outcome, code } = breakage;
		const reported = scopeOf(broken, accountId, breakage.reported ?? region);
		expect(reported?.outcome).toBe(outcome);
		const [said] = reported?.cause?.split(':') ?? [];
		expect([code, breakage.otherCode]).toContain(said);
		const kept = recordsOf(after, accountId, region);
		expect(kept).toHaveLength(12);
		expect(kept).toEqual(recordsOf(before, accountId, region));
		for (const { native_id: nativeId } of kept) {
			const device = devices.get(nativeId);
			expect(device?.standing).toMatchObject({ state: 'unconfirmed', reason: `${outcome}: ${said}` });
			expect(Date.parse(device?.standing.since ?? '')).toBeLessThanOrEqual(Date.parse(firstRunAt));
		}
	});

	it('a scope that was complete in the same run loses what it did not list, and nothing else is lost', () => {
		const retired = idsIn(after, 'retired');
		const inComplete = vanished.filter((arn) => arn.includes(`:${accounts[0]}:`));
		expect(retired).toEqual(inComplete.toSorted());
		expect(retired.map((arn) => after.get(arn)?.reason)).toEqual(retired.map(() => 'absent'));
		expect(broken).toMatchObject({ result: 'partial', counts: { removed: inComplete.length, held: 0 } });
	});

	it('every scope that should have been read has an outcome', () => {
		expect(broken.accounts.map((account) => account.account_id).toSorted()).toEqual([...accounts].toSorted());
		for (const account of broken.accounts) expect(account.regions.length).toBeGreaterThan(0);
	});

	it('a scope that is cancelled leaves its records untouched, and they say so', async () => {
		const stopping = new AbortController();
		stopping.abort();
		const earlier = await stage.records();
		const summary = await stage.rig.collect({ enrich: 'none', stopping: stopping.signal });
		expect(summary).toMatchObject({ result: 'cancelled', counts: { removed: 0, held: 0 } });
		expect(await stage.records()).toEqual(earlier);
		for (const device of (await stage.devices()).values()) {
			expect(device.standing).toMatchObject({ state: 'unconfirmed', reason: expect.stringContaining('cancelled') });
		}
	});

	it('once every scope is complete again, exactly what is gone from AWS is retired, each with one event', async () => {
		stage.rig.simulator.control.setFaults([]);
		stage.mutate(
			{ allowAction: { accountId: accounts[1] ?? '', action: 'ec2:DescribeInstances', region: first } },
			{ scpAllowRegion: { accountId: accounts[1] ?? '', region: second } },
			{ reopenAccount: accounts[6] ?? '' },
			{ restoreRole: accounts[7] ?? '' },
		);
		// What a policy denied is asked for once a day.
		await ageDenials(stage, 27);
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary.result).toBe('success');
		const records = await stage.records();
		expect(idsIn(records, 'retired')).toEqual([...vanished].toSorted());
		expect(idsIn(records, 'active')).toEqual(stage.truth());
		const removals = (await stage.events()).filter((event) => event.type === 'SourceMembershipRemove');
		expect(removals.map((event) => event.native_id).toSorted()).toEqual([...vanished].toSorted());
		for (const device of (await stage.devices()).values()) expect(device.standing.state).toBe('active');
	});

	it('closing a scope only marks what it missed; the sweep at the end of the run removes it', async () => {
		const [gone = ''] = stage.truth({ accountId: accounts[0] ?? '', region: first });
		const slow = { ...listing, accountId: accounts[7] ?? '', region: second, page: 0 };
		stage.mutate({ remove: gone });
		stage.rig.simulator.control.setFaults([{ fault: 'slow', match: slow, delayMs: 200, times: null }]);
		let ended = false;
		const run = stage.rig.collect({ enrich: 'none' }).finally(() => {
			ended = true;
		});
		const marked = await until('the mark', async () => {
			const record = (await stage.records()).get(gone);
			return record?.missed === true ? record : undefined;
		});
		expect(ended).toBe(false);
		expect(marked).toMatchObject({ state: 'active', held: false });
		expect((await run).counts.removed).toBe(1);
		expect((await stage.records()).get(gone)).toMatchObject({ state: 'retired', reason: 'absent', missed: false });
	});

	it('a run that asks for one region leaves the others untouched and confirmed as before', async () => {
		stage.rig.simulator.control.setFaults([]);
		const [asked = '', other = ''] = [first, second].map(
			(region) => stage.truth({ accountId: accounts[2] ?? '', region })[0],
		);
		stage.mutate({ remove: asked }, { remove: other });
		const earlier = await stage.records();
		const summary = await stage.rig.collect({ enrich: 'none', regions: [first] });
		expect(summary).toMatchObject({ result: 'success', counts: { removed: 1 } });
		const records = await stage.records();
		expect(records.get(asked)?.state).toBe('retired');
		for (const record of records.values())
			if (record.region === second) expect(record).toEqual(earlier.get(record.native_id));
		expect((await stage.devices()).get(other)?.standing.state).toBe('active');
	});

	it('a primary that can not be entered fails the run, and every record stays, unconfirmed', async () => {
		stage.mutate({ removeRole: accounts[0] ?? '' });
		const earlier = await stage.records();
		const summary = await stage.rig.collect({ enrich: 'none' });
		expect(summary).toMatchObject({ result: 'failed', counts: { removed: 0, held: 0 } });
		expect(await stage.records()).toEqual(earlier);
		for (const device of (await stage.devices()).values()) {
			expect(device.standing).toMatchObject({ state: 'unconfirmed', reason: 'denied: AccessDenied' });
		}
		stage.mutate({ restoreRole: accounts[0] ?? '' });
	});
});
