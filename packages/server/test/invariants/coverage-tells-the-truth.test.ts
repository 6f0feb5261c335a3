import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Stage, scopeOf } from './stage.ts';

describe('coverage tells the truth', () => {
	let stage: Stage;
	let management: string;
	let members: readonly string[];

	beforeEach(async () => {
		stage = await openStage({
			simulator: { accounts: 3, regions: 2, instances: 3 * 2 * 10, terminatedShare: 0, pageCap: 7 },
			clockSpeed: 100,
		});
		management = stage.rig.simulator.managementAccountId;
		const first = await stage.rig.collect();
		expect(first.result).toBe('success');
		members = first.accounts.map((account) => account.account_id).filter((id) => id !== management);
	});
	afterEach(() => stage.close());

	async function states(accountId: string): Promise<readonly string[]> {
		const devices = [...(await stage.devices()).values()];
		return [
			...new Set(
				devices
					.filter((device) => device.attributes.account_id === accountId)
					.map((device) => `${device.standing.state} ${device.standing.reason ?? ''}`.trim()),
			),
		];
	}

	async function confirmedAt(): Promise<readonly string[]> {
		const rows = await stage.query<{ at: string }>(
			`select enrichments -> 'ec2:DescribeAddresses' ->> 'confirmed_at' as at from scope where region <> '*' order by id`,
		);
		return rows.map((row) => row.at);
	}

	it('an enrichment is not confirmed by a scope whose listing broke off', async () => {
		const before = await confirmedAt();
		stage.rig.simulator.control.setFaults([
			{ fault: 'access_denied', match: { action: 'DescribeInstances', hasToken: true }, times: null },
		]);
		const summary = await stage.rig.collect({ enrich: 'all' });
		expect(summary.result).toBe('failed');
		expect(await confirmedAt()).toEqual(before);
		stage.rig.simulator.control.setFaults([]);
		await stage.rig.collect({ enrich: 'all' });
		expect(await confirmedAt()).not.toEqual(before);
	});

	it('a list of accounts that a policy denies is no success', async () => {
		stage.rig.simulator.control.setFaults([{ fault: 'denied_by_scp', match: { action: 'ListAccounts' }, times: null }]);
		const summary = await stage.rig.collect();
		expect(summary.result).toBe('partial');
		expect(summary.accounts.map((account) => account.account_id).toSorted()).toEqual(
			[management, ...members].toSorted(),
		);
		expect(await states(management)).toEqual(['active']);
		for (const member of members) expect((await states(member))[0]).toMatch(/^unconfirmed blocked_by_policy/);
	});

	it('a primary that a policy denies is a failure, whatever the policy', async () => {
		stage.rig.simulator.control.setFaults([{ fault: 'denied_by_scp', match: { action: 'AssumeRole' }, times: null }]);
		expect((await stage.rig.collect()).result).toBe('failed');
	});

	it('a role that answers for another AWS Organization: alarm, no removal, the old accounts unconfirmed and named', async () => {
		const [member = ''] = members;
		stage.mutate({ repointOrganization: 'o-another00000' }, { leaveAccount: member });
		for (let run = 0; run < 3; run += 1) {
			const summary = await stage.rig.collect();
			expect(summary.warnings.join(' ')).toContain('ALARM');
			expect(scopeOf(summary, member, '*')).toMatchObject({ outcome: 'unavailable' });
			expect(summary.result).toBe('partial');
		}
		expect((await states(member))[0]).toMatch(/^unconfirmed unavailable: AnotherOrganization/);
	});

	it('an account the list lacks for the first time is named and unconfirmed; the second time it has left', async () => {
		const [member = ''] = members;
		stage.mutate({ leaveAccount: member });
		const first = await stage.rig.collect();
		expect(scopeOf(first, member, '*')).toMatchObject({ outcome: 'skipped' });
		expect((await states(member))[0]).toMatch(/^unconfirmed skipped: NotListed/);
		await stage.rig.collect();
		expect(await states(member)).toEqual([]);
	});

	it('a run of one region does not settle what was said of the whole account', async () => {
		const [member = ''] = members;
		const open = () =>
			stage.query<{ region: string }>(
				`select region from scope where account_id = $1 and region = '*' and removed_at is null`,
				[member],
			);
		stage.mutate({ removeRole: member });
		await stage.rig.collect();
		expect(await open()).toHaveLength(1);
		stage.mutate({ restoreRole: member });
		await stage.rig.collect({ accounts: [member], regions: ['us-east-1'] });
		expect(await open()).toHaveLength(1);
		await stage.rig.collect({ accounts: [member] });
		expect(await open()).toHaveLength(0);
	});

	it('an account that is not the one the role enters is not taken for read', async () => {
		const summary = await stage.rig.collect({ access: 'single', accounts: ['999999999999'] });
		expect(summary.accounts).toEqual([]);
		expect(summary.result).toBe('failed');
		expect(summary.warnings.join(' ')).toContain('999999999999');
	});

	it('counts add up after a listing that started again', async () => {
		const [device = ''] = stage.truth({ accountId: management });
		stage.mutate({ retag: { arn: device, set: { changed: 'yes' } } });
		stage.rig.simulator.control.setFaults([
			{ fault: 'invalid_token', match: { action: 'DescribeInstances', hasToken: true }, times: 1 },
		]);
		const { counts, result } = await stage.rig.collect({ enrich: 'none' });
		expect(result).toBe('success');
		expect(counts.added + counts.changed + counts.unchanged).toBe(counts.assets);
	});

	it('once stopped, no further account is entered', async () => {
		stage.rig.simulator.control.clearCalls();
		const stopping = AbortSignal.abort();
		const summary = await stage.rig.collect({ stopping });
		expect(summary.result).toBe('cancelled');
		const entered = stage.rig.simulator.control.calls().filter((call) => call.action === 'AssumeRole');
		expect(entered.filter((call) => call.accountId !== management)).toEqual([]);
	});
});
