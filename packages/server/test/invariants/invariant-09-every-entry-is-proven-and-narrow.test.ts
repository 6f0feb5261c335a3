import type { CallLogEntry } from '@rollcall/aws-simulator/control/call-log.ts';
import { listTrueAccounts } from '@rollcall/aws-simulator/truth.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Rig, type RunChoices } from '#collect/testing/rig.ts';
import { startWorkerProcesses } from '#collect/worker/worker-process.ts';
import { findWorkerEntry } from '#platform/assets-root.ts';
import { findCollection } from '#sources/registry.ts';

const declared = findCollection('ec2.devices').permissions.toSorted();
const withDiscovery = [...declared, 'organizations:ListAccounts'].toSorted();

describe('invariant 9: every AssumeRole into an account carries the external id and a narrow session policy', () => {
	let rig: Rig;
	let accounts: readonly string[];

	beforeEach(async () => {
		rig = await openRig({ simulator: { accounts: 4, regions: 2, instances: 80 }, clockSpeed: 100 });
		accounts = [...listTrueAccounts(rig.simulator.world)].map((account) => account.accountId);
	});
	afterEach(() => rig?.close());

	/** Runs, and checks every entry made by it. */
	async function entriesOf(choices: RunChoices, home: readonly string[]): Promise<readonly CallLogEntry[]> {
		await rig.collectLines({ enrich: 'all', ...choices });
		const entries = rig.simulator.control.calls().filter((call) => call.action === 'AssumeRole');
		for (const entry of entries) {
			expect(entry.externalId).toBe('right');
			const wanted = entry.accountId === rig.simulator.managementAccountId ? home : declared;
			expect(entry.sessionPolicyActions?.toSorted()).toEqual(wanted);
		}
		return entries;
	}

	it('a whole AWS Organization: one entry an account; only the primary may list accounts', async () => {
		const entries = await entriesOf({}, withDiscovery);
		expect(entries.map((entry) => entry.accountId).toSorted()).toEqual([...accounts].toSorted());
	});

	it('one account alone: nothing but its collection', async () => {
		const entries = await entriesOf({ access: 'single' }, declared);
		expect(entries.map((entry) => entry.accountId)).toEqual([rig.simulator.managementAccountId]);
	});

	it('entries that fail, are repeated or refused carry the same', async () => {
		rig.simulator.control.mutate({ removeRole: accounts[2] ?? '' });
		rig.simulator.control.setFaults([
			{ fault: 'throttling', match: { action: 'AssumeRole' }, probability: 0.5, times: 2, seed: 3 },
			{ fault: 'internal_error', match: { action: 'AssumeRole' }, probability: 0.5, times: 2, seed: 4 },
			{ fault: 'expired_token', match: { action: 'DescribeInstances' }, times: 1 },
		]);
		const entries = await entriesOf({}, withDiscovery);
		expect(entries.some((entry) => entry.status >= 400)).toBe(true);
		expect(entries.length).toBeGreaterThan(accounts.length);
	});

	it('an access key enters no role at all', async () => {
		expect(await entriesOf({ access: 'keys' }, declared)).toEqual([]);
	});

	it('worker processes enter nothing themselves: their coordinator does, once an account', async () => {
		const spread = await openRig({
			target: rig.simulator,
			workers: 2,
			startWorker: startWorkerProcesses(findWorkerEntry(), 256),
		});
		await spread.collectLines({ enrich: 'none' });
		await spread.close();
		const entries = rig.simulator.control.calls().filter((call) => call.action === 'AssumeRole');
		expect(entries.map((entry) => entry.accountId).toSorted()).toEqual([...accounts].toSorted());
		for (const entry of entries) expect(entry.externalId).toBe('right');
	});

	it('with a wrong external id nothing is entered and nothing is read', async () => {
		const stranger = await openRig({ target: { ...rig.simulator, externalId: 'not-the-right-one' } });
		const { summary, lines } = await stranger.collectLines();
		await stranger.close();
		expect(summary.result).toBe('failed');
		expect(lines).toEqual([]);
		expect(rig.simulator.control.calls().filter((call) => call.status === 200)).toEqual([]);
	});
});
