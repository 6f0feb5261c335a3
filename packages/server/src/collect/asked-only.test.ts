import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultSourceSettings } from '#sources/registry.ts';
import { migrate } from '#store/migrate.ts';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { openRig, type Rig, type RigOptions } from './testing/rig.ts';

let rig: Rig;
let connection: NonNullable<RigOptions['connection']>;
let drop = async (): Promise<void> => undefined;

interface ScopeRow {
	readonly account_id: string;
	readonly region: string;
	readonly outcome: string;
}

async function readScopes(): Promise<readonly ScopeRow[]> {
	return await rig.store.tenant(rig.organizationId, async (tx) => {
		const { rows } = await tx.client.query<ScopeRow>(
			'select account_id, region, outcome from tenant_scope where removed_at is null order by account_id, region',
		);
		return rows;
	});
}

beforeAll(async () => {
	const cluster = await openTestCluster();
	await cluster.prepareTemplate('schema', async (connection) => {
		await migrate(connection);
	});
	const database = await cluster.createDatabase('schema');
	drop = () => database.drop();
	({ connection } = database);
	rig = await openRig({ connection, clockSpeed: 100, simulator: { accounts: 3, instances: 30 } });
	await rig.collect();
});

afterAll(async () => {
	await rig.close();
	await drop();
});

/** Collects an identity store, of the id given, through the integration that every one of them shares. */
async function collectStore(identityStoreId: string): Promise<void> {
	const region = rig.simulator.identityStoreRegion;
	const sources = { ...defaultSourceSettings, identityCenter: { identityStoreId, region } };
	const users = await openRig({
		target: rig.simulator,
		connection,
		kind: 'identity_center.users',
		sources,
		clockSpeed: 100,
	});
	await users.collect();
	await users.close();
}

describe('scopes not asked for stay untouched', () => {
	it('when the primary role can not be entered, only accounts and regions that were asked for are unconfirmed', async () => {
		const before = await readScopes();
		const [asked] = before;
		if (!asked) throw new Error('nothing was collected');
		rig.simulator.control.mutate({ removeRole: rig.simulator.managementAccountId });
		const summary = await rig.collect({ accounts: [asked.account_id], regions: [asked.region] });
		rig.simulator.control.mutate({ restoreRole: rig.simulator.managementAccountId });
		expect(summary.result).toBe('failed');
		const after = (await readScopes()).filter((scope) => scope.region !== '*');
		expect(after.filter((scope) => scope.outcome !== 'complete')).toEqual([{ ...asked, outcome: 'denied' }]);
	});

	it('when the list of accounts breaks off, accounts that were not asked for keep their outcome', async () => {
		await rig.collect();
		const all = [...new Set((await readScopes()).map((scope) => scope.account_id))];
		const other = all.find((accountId) => accountId !== rig.simulator.managementAccountId) ?? '';
		rig.simulator.control.setFaults([{ fault: 'access_denied', match: { action: 'ListAccounts' }, times: null }]);
		const summary = await rig.collect({ accounts: [other] });
		rig.simulator.control.setFaults([]);
		expect(summary.result).not.toBe('success');
		const failed = (await readScopes()).filter((scope) => scope.outcome !== 'complete');
		expect([...new Set(failed.map((scope) => scope.account_id))]).toEqual([other]);
	});

	it('a region that is asked for but not enabled is skipped with the reason, and nothing else is touched', async () => {
		await rig.collect();
		const summary = await rig.collect({ regions: ['xx-nowhere-1'] });
		expect(summary.accounts.flatMap((account) => account.regions.map((region) => region.outcome))).toEqual(
			summary.accounts.map(() => 'skipped'),
		);
		expect((await readScopes()).every((scope) => scope.outcome === 'complete')).toBe(true);
	});

	it('an identity store that another one was asked for instead of keeps its outcome, and one that never answered is forgotten', async () => {
		const { identityStoreId } = rig.simulator;
		const outcomes = async () =>
			(await readScopes()).flatMap(({ region, outcome }) => (region.startsWith('d-') ? [[region, outcome]] : []));
		await collectStore(identityStoreId);
		await collectStore('d-0000000000');
		expect(await outcomes()).toEqual([
			['d-0000000000', 'failed'],
			[identityStoreId, 'complete'],
		]);
		await collectStore(identityStoreId);
		expect(await outcomes()).toEqual([[identityStoreId, 'complete']]);
	});
});
