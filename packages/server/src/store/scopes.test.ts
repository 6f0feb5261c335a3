import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { endRegions, failScopes, renewLeases, resetScopePages } from './scopes.ts';
import {
	accountId,
	apply,
	beginRun,
	type Ground,
	makeRow,
	minute,
	nativeIdOf,
	openGround,
	openScopes,
	pageOf,
	readScope,
} from './testing/ground.ts';
import type { TenantTransaction } from './transaction.ts';

let ground: Ground;
beforeEach(async () => {
	ground = await openGround(openTestCluster);
});
afterEach(() => ground.close());

const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) =>
	ground.store.tenant(ground.organizationId, work);
const outcomes = () => ground.look('select region, outcome from scope where removed_at is null order by region');

test('a renewed lease lasts longer; one that was taken over is not renewed', async () => {
	const [one, two] = [await beginRun(ground, minute(0)), await beginRun(ground, minute(0))];
	const mine = (await openScopes(ground, one, { at: minute(0), regions: ['a', 'b'], leaseMs: 60_000 })).scopes;
	const renewed = () => tenant((tx) => renewLeases(tx, { scopes: mine, leaseMs: 60_000, now: minute(1) }));
	expect([...(await renewed())].sort()).toEqual(mine.map(({ scopeId }) => scopeId).sort());
	expect((await openScopes(ground, two, { at: minute(1), regions: ['a'] })).busy).toHaveLength(1);
	await openScopes(ground, two, { at: minute(2), regions: ['a'] });
	expect(await renewed()).toEqual(mine.filter(({ region }) => region === 'b').map(({ scopeId }) => scopeId));
});

test('a scope whose reader died fails, and the reader writes nothing more; one that closed keeps its outcome, and one never opened gets it', async () => {
	const executionId = await beginRun(ground, minute(0));
	const { scopes } = await openScopes(ground, executionId, { at: minute(0), regions: ['dead'] });
	await readScope(ground, [], { executionId, at: minute(0), regions: ['done'] });
	const cause = { code: 'WorkerDied', message: 'It died.' };
	const failed = ['dead', 'done', 'never opened'].map(
		(region) => ({ accountId, region, outcome: 'failed', cause }) as const,
	);
	await tenant((tx) =>
		failScopes(tx, { integrationId: ground.integrationId, executionId, scopes: failed, at: minute(1) }),
	);
	expect(await outcomes()).toEqual([
		{ region: 'dead', outcome: 'failed' },
		{ region: 'done', outcome: 'complete' },
		{ region: 'never opened', outcome: 'failed' },
	]);
	const [late] = await apply(ground, executionId, pageOf(scopes[0], executionId, 2, 0, [makeRow('a')]));
	expect(late?.status).toBe('lease_lost');
});

test('skipped regions get that outcome; those another execution reads, or this one read before, are left to it', async () => {
	const before = await beginRun(ground, minute(0));
	for (const region of ['a', 'b', 'c']) {
		await readScope(ground, [], { executionId: before, at: minute(0), regions: [region] });
	}
	const executionId = await beginRun(ground, minute(1));
	await readScope(ground, [], { executionId, at: minute(1), regions: ['read'] });
	await openScopes(ground, await beginRun(ground, minute(1)), { at: minute(1), regions: ['b'] });
	const cause = { code: 'RegionNotEnabled', message: 'The region is not enabled.' };
	const skip = {
		integrationId: ground.integrationId,
		executionId,
		accountId,
		regions: ['a', 'b', 'read'],
		cause,
		at: minute(1),
	};
	await tenant((tx) => endRegions(tx, { ...skip, outcome: 'skipped' }));
	expect(await outcomes()).toEqual([
		{ region: 'a', outcome: 'skipped' },
		{ region: 'b', outcome: 'complete' },
		{ region: 'c', outcome: 'complete' },
		{ region: 'read', outcome: 'complete' },
	]);
});

test('a scope that is read again from page one forgets what it saw, under its own epoch only', async () => {
	const executionId = await beginRun(ground, minute(0));
	await readScope(ground, [makeRow('a')], { executionId, at: minute(0) });
	const { scopes, known } = await openScopes(ground, executionId, { at: minute(1) });
	expect(known).toMatchObject([{ nativeId: nativeIdOf('a'), missed: false }]);
	const [scope] = scopes;
	const seenIds = known.map(({ id }) => id);
	await apply(ground, executionId, { ...pageOf(scope, executionId, 1, 0, []), seenIds });
	const reset = (epoch: number) =>
		tenant((tx) => resetScopePages(tx, { executionId, scopeId: scope?.scopeId ?? '', epoch }));
	await reset((scope?.epoch ?? 0) - 1);
	expect(await ground.look('select page from scope_page')).toHaveLength(1);
	await reset(scope?.epoch ?? 0);
	const close = { outcome: 'complete', at: minute(1) } as const;
	const [result] = await apply(ground, executionId, { ...pageOf(scope, executionId, 1, 0, []), close });
	expect(result).toMatchObject({ status: 'applied', missed: 1 });
});
