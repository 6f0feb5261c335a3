import { afterEach, beforeEach, expect, test } from 'vitest';
import { listAccounts } from './account-list.ts';
import { closeAccountList, listKnownAccounts, recordAccountPage, retireAccountRecords } from './accounts.ts';
import { skipAccountScopes } from './scopes.ts';
import {
	accountId,
	beginRun,
	eventsOf,
	type Ground,
	ids,
	makeRow,
	minute,
	openGround,
	readScope,
	recordOf,
	recordsOf,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import type { TenantTransaction } from './transaction.ts';

interface Listed {
	readonly id: string;
	readonly state?: string;
	readonly name?: string;
	readonly organizationId?: string | null;
}

onEveryServer((openCluster) => {
	let ground: Ground;
	beforeEach(async () => {
		ground = await openGround(openCluster);
	});
	afterEach(() => ground.close());

	const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) =>
		ground.store.tenant(ground.organizationId, work);
	const recordPage = (at: Date, awsOrganizationId: string | null, accounts: readonly Listed[]) =>
		tenant((tx) =>
			recordAccountPage(tx, {
				configurationId: ground.configurationId,
				awsOrganizationId,
				observedAt: at,
				accounts: accounts.map(({ id, state = 'ACTIVE', name = `account ${id}`, ...rest }) => ({
					...rest,
					accountId: id,
					arn: `arn:aws:organizations::999999999999:account/${awsOrganizationId}/${id}`,
					name,
					email: `${id}@example.com`,
					state,
					ouPath: '/root/team',
				})),
			}),
		);
	const closeList = (at: Date, awsOrganizationId: string, executionId: string) =>
		tenant((tx) =>
			closeAccountList(tx, { configurationId: ground.configurationId, awsOrganizationId, executionId, observedAt: at }),
		);
	/** One complete list in an execution of its own. */
	const list = async (minutes: number, awsOrganizationId: string, accounts: readonly Listed[]) => {
		const at = minute(minutes);
		const executionId = await beginRun(ground, at);
		await recordPage(at, awsOrganizationId, accounts);
		return { executionId, ...(await closeList(at, awsOrganizationId, executionId)) };
	};
	const one = { id: accountId };
	const two = { id: '222222222222' };

	test('invariant 2: an account has left after two complete lists of its AWS Organization without it', async () => {
		await list(0, 'o-a', [one, two]);
		expect(await list(1, 'o-a', [one])).toMatchObject({ closed: [], left: [] });
		expect(await list(2, 'o-a', [one])).toMatchObject({ closed: [], left: [{ accountId: two.id }] });
		expect(await list(3, 'o-a', [one])).toMatchObject({ closed: [], left: [] });
	});

	test('invariant 2: a list that is closed again counts once', async () => {
		await list(0, 'o-a', [one, two]);
		const { executionId } = await list(1, 'o-a', [one]);
		expect(await closeList(minute(2), 'o-a', executionId)).toMatchObject({ left: [] });
	});

	test('invariant 2: an account that is listed again in between begins anew', async () => {
		await list(0, 'o-a', [one, two]);
		await list(1, 'o-a', [one]);
		await list(2, 'o-a', [one, two]);
		expect(await list(3, 'o-a', [one])).toMatchObject({ left: [] });
	});

	test.each([
		['a page whose AWS Organization cannot be read', null, { ...two }],
		['an entry whose AWS Organization cannot be read', 'o-a', { ...two, organizationId: null }],
		['an entry that tells its AWS Organization itself', null, { ...two, organizationId: 'o-a' }],
	])('invariant 2: an account that is still listed, in %s, has not left', async (_, ofPage, entry) => {
		await list(0, 'o-a', [one, two]);
		for (const minutes of [1, 2, 3]) {
			const executionId = await beginRun(ground, minute(minutes));
			await recordPage(minute(minutes), 'o-a', [one]);
			await recordPage(minute(minutes), ofPage, [entry]);
			expect(await closeList(minute(minutes), 'o-a', executionId)).toEqual({ closed: [], left: [] });
		}
		expect(
			await ground.look('select aws_organization_id, absent_lists, last_seen_at from account where account_id = $1', [
				two.id,
			]),
		).toEqual([{ aws_organization_id: 'o-a', absent_lists: 0, last_seen_at: minute(3) }]);
	});

	test('invariant 2: an account that is named under another AWS Organization has left its own', async () => {
		await list(0, 'o-a', [one, two]);
		await list(1, 'o-a', [one, { ...two, organizationId: 'o-b' }]);
		expect(await list(2, 'o-a', [one, { ...two, organizationId: 'o-b' }])).toMatchObject({
			left: [{ accountId: two.id }],
		});
	});

	test('invariant 2: lists of another AWS Organization are an alarm and count for nothing', async () => {
		await list(0, 'o-a', [one, two]);
		for (const minutes of [1, 2, 3]) {
			const result = await list(minutes, 'o-b', [{ id: '333333333333' }, { ...one, state: 'CLOSED' }]);
			expect(result).toMatchObject({ closed: [], left: [], alarm: { storedOrganizationId: 'o-a' } });
		}
		expect(
			await ground.look('select account_id, state, absent_lists from account where aws_organization_id = $1', ['o-a']),
		).toEqual([
			{ account_id: one.id, state: 'ACTIVE', absent_lists: 0 },
			{ account_id: two.id, state: 'ACTIVE', absent_lists: 0 },
		]);
	});

	test('invariant 2: the records of a closed account retire for that reason, past the brake, and return with it', async () => {
		await list(0, 'o-a', [one]);
		const rows = ids(50).map((id) => makeRow(id));
		await readScope(ground, rows, { executionId: await beginRun(ground, minute(0)), at: minute(0) });
		const { executionId, closed } = await list(1, 'o-a', [{ ...one, state: 'CLOSED' }]);
		expect(closed).toEqual([{ accountId, ouPath: '/root/team' }]);
		const retirement = {
			integrationId: ground.integrationId,
			accountIds: [accountId],
			reason: 'account_closed',
			at: minute(1),
			executionId,
		} as const;
		const retire = () => tenant((tx) => retireAccountRecords(tx, retirement));
		// Killed before it retired them: the next list names the account again.
		expect((await closeList(minute(1), 'o-a', executionId)).closed).toEqual(closed);
		expect(await retire()).toEqual({ retired: 50 });
		expect(await retire()).toEqual({ retired: 0 });
		expect((await closeList(minute(1), 'o-a', executionId)).closed).toEqual([]);
		expect(await recordOf(ground, '0000')).toMatchObject({ state: 'retired', reason: 'account_closed' });
		expect(await tenant((tx) => listAccounts(tx))).toMatchObject([
			{ accountId, state: 'CLOSED', retiredReason: 'account_closed', outcome: 'skipped', scopes: 0, devices: 0 },
		]);

		await list(2, 'o-a', [one]);
		await readScope(ground, rows.slice(0, 1), { executionId: await beginRun(ground, minute(2)), at: minute(2) });
		expect(await recordOf(ground, '0000')).toMatchObject({ state: 'active', reason: null });
		expect(await eventsOf(ground, '0000')).toEqual([
			'SourceMembershipAdd',
			'SourceMembershipRemove',
			'SourceMembershipAdd',
		]);
		expect(await tenant((tx) => listAccounts(tx))).toMatchObject([
			{ retiredReason: null, outcome: 'complete', devices: 1 },
		]);
	});

	test('invariant 2: a suspended account keeps its records, unconfirmed', async () => {
		await list(0, 'o-a', [one]);
		await readScope(ground, [makeRow('a')], { executionId: await beginRun(ground, minute(0)), at: minute(0) });
		const { executionId, closed, left } = await list(1, 'o-a', [{ ...one, state: 'SUSPENDED' }]);
		expect([closed, left]).toEqual([[], []]);
		const cause = { code: 'AccountSuspended', message: 'The account is suspended.' };
		await tenant((tx) =>
			skipAccountScopes(tx, { integrationId: ground.integrationId, executionId, accountId, cause, at: minute(1) }),
		);
		expect(await recordsOf(ground)).toMatchObject([{ state: 'active' }]);
		expect(await tenant((tx) => listAccounts(tx))).toMatchObject([
			{ state: 'SUSPENDED', outcome: 'skipped', cause, scopes: 0, devices: 1 },
		]);
	});

	test('facts of an account are kept as its history, one version for as long as they stay the same', async () => {
		await list(0, 'o-a', [{ ...one, name: 'old' }]);
		await list(1, 'o-a', [{ ...one, name: 'old' }]);
		await list(2, 'o-a', [{ ...one, name: 'new' }]);
		await recordPage(minute(2), 'o-a', [{ ...one, name: 'new' }]);
		expect(await ground.look('select name, valid_from, valid_to from account_version order by valid_from')).toEqual([
			{ name: 'old', valid_from: minute(0), valid_to: minute(2) },
			{ name: 'new', valid_from: minute(2), valid_to: null },
		]);
	});

	test('known accounts are those that were listed or read and have not retired', async () => {
		await list(0, 'o-a', [two, { id: '333333333333', state: 'CLOSED' }]);
		await readScope(ground, [makeRow('a')], { executionId: await beginRun(ground, minute(0)), at: minute(0) });
		const { configurationId, integrationId } = ground;
		const known = (listed: boolean) =>
			tenant((tx) => listKnownAccounts(tx, { configurationId, integrationId, listed }));
		expect(await known(true)).toEqual([
			{ accountId, ouPath: null },
			{ accountId: two.id, ouPath: '/root/team' },
		]);
		// What is read in one account only knows nothing of the list.
		expect(await known(false)).toEqual([{ accountId, ouPath: null }]);
	});
});
