import { afterEach, beforeEach, expect, test } from 'vitest';
import { confirmRemovals, listHeldRemovals } from './removals.ts';
import { failAccountScopes, openAccountScopes } from './scopes.ts';
import { type SweepResult, sweepExecution } from './sweep.ts';
import {
	accountId,
	apply,
	beginRun,
	eventsOf,
	type Ground,
	ids,
	makeRow,
	minute,
	nativeIdOf,
	openGround,
	openScopes,
	pageOf,
	readScope,
	recordOf,
	recordsOf,
	region,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import type { TenantTransaction } from './transaction.ts';

onEveryServer((openCluster) => {
	let ground: Ground;
	beforeEach(async () => {
		ground = await openGround(openCluster);
	});
	afterEach(() => ground.close());

	const sweep = (executionId: string, minutes: number): Promise<SweepResult> =>
		ground.store.tenant(ground.organizationId, (tx) =>
			sweepExecution(tx, { integrationId: ground.integrationId, executionId, at: minute(minutes) }),
		);
	/** One execution over one or several regions, swept. */
	const run = async (minutes: number, listed: Readonly<Record<string, readonly string[]>>): Promise<SweepResult> => {
		const executionId = await beginRun(ground, minute(minutes));
		for (const [name, listedIds] of Object.entries(listed)) {
			await readScope(
				ground,
				listedIds.map((id) => makeRow(id)),
				{ executionId, at: minute(minutes), regions: [name] },
			);
		}
		return await sweep(executionId, minutes);
	};
	const live = async () => (await recordsOf(ground)).filter(({ state }) => state === 'active').length;

	test('invariant 1: only a complete scope marks, and only the sweep removes', async () => {
		const rows = ids(6).map((id) => makeRow(id));
		await readScope(ground, rows, { executionId: await beginRun(ground, minute(0)), at: minute(0) });
		for (const outcome of ['denied', 'unavailable', 'throttled_out', 'failed', 'cancelled'] as const) {
			const executionId = await beginRun(ground, minute(1));
			await readScope(ground, rows.slice(0, 2), { executionId, at: minute(1), outcome });
			expect(await sweep(executionId, 1)).toEqual({ removed: 0, held: 0, scopesHeld: 0 });
			expect(await ground.look('select from source_record where missed_in is not null')).toEqual([]);
		}
		const executionId = await beginRun(ground, minute(2));
		const { missed } = await readScope(ground, rows.slice(0, 5), { executionId, at: minute(2), pageSize: 2 });
		expect([missed, await live()]).toEqual([1, 6]);
		expect(await sweep(executionId, 3)).toMatchObject({ removed: 1 });
		expect(await recordOf(ground, '0005')).toMatchObject({
			state: 'retired',
			reason: 'absent',
			changed_at: minute(3),
		});
		expect(await eventsOf(ground, '0005')).toEqual(['SourceMembershipAdd', 'SourceMembershipRemove']);
		expect(await ground.look('select record_state from device where instance_id = $1', ['i-0005'])).toEqual([
			{ record_state: 'retired' },
		]);
	});

	test('invariant 1: a close whose earlier pages are not all there removes nothing', async () => {
		await run(0, { [region]: ids(4) });
		const executionId = await beginRun(ground, minute(1));
		const { scopes } = await openScopes(ground, executionId, { at: minute(1) });
		await apply(ground, executionId, pageOf(scopes[0], executionId, 1, 0, [makeRow('0000')]));
		const last = {
			...pageOf(scopes[0], executionId, 1, 2, [makeRow('0001')]),
			close: { outcome: 'complete', at: minute(1) } as const,
		};
		const [result] = await apply(ground, executionId, last);
		expect(result).toMatchObject({ status: 'untrusted', missed: 0 });
		expect(await sweep(executionId, 1)).toMatchObject({ removed: 0 });
		expect(await live()).toBe(4);
	});

	test('invariant 1: a record that appeared after the read began is not missed', async () => {
		const first = await beginRun(ground, minute(10));
		await readScope(ground, [makeRow('new')], { executionId: first, at: minute(10) });
		const executionId = await beginRun(ground, minute(5));
		const { missed } = await readScope(ground, [], { executionId, at: minute(5) });
		expect(missed).toBe(0);
	});

	test('a record that is listed again loses its mark', async () => {
		await run(0, { [region]: ids(100) });
		expect(await run(1, { [region]: ids(50) })).toEqual({ removed: 0, held: 50, scopesHeld: 1 });
		expect(await run(2, { [region]: ids(100) })).toEqual({ removed: 0, held: 0, scopesHeld: 0 });
		expect(await ground.look('select from source_record where missed_in is not null or held_in is not null')).toEqual(
			[],
		);
	});

	// Both limits of a pair must be exceeded. [before, lost, removed]
	test.each([
		[20, 20, 20],
		[21, 21, 0],
		[70, 21, 21],
		[69, 21, 0],
		[100, 30, 30],
		[100, 31, 0],
	])('brake: a scope of %i that loses %i removes %i', async (before, lost, removed) => {
		await run(0, { [region]: ids(before) });
		expect(await run(1, { [region]: ids(before).slice(lost) })).toEqual({
			removed,
			held: lost - removed,
			scopesHeld: removed === 0 ? 1 : 0,
		});
		expect(await live()).toBe(before - removed);
	});

	test.each([
		[100, 1000, 100],
		[101, 1100, 101],
		[101, 1000, 0],
	])('brake: an execution that loses %i of %i removes %i', async (lost, before, removed) => {
		const regions = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
		const share = (count: number, index: number) => Math.floor(count / 10) + (index < count % 10 ? 1 : 0);
		const listed = (without: number) =>
			Object.fromEntries(
				regions.map((name, index) => [
					name,
					ids(share(before, index), name).slice(without ? share(without, index) : 0),
				]),
			);
		await run(0, listed(0));
		const result = await run(1, listed(lost));
		expect([result.removed, result.held]).toEqual([removed, lost - removed]);
	});

	test('brake: records already terminated do not count', async () => {
		await run(0, { [region]: ids(60) });
		const executionId = await beginRun(ground, minute(1));
		const rows = ids(60).map((id, index) => makeRow(id, { presence: index < 30 ? 'gone' : 'present' }));
		await readScope(ground, rows.slice(0, 40), { executionId, at: minute(1) });
		// 30 live ones are left, 20 of them missed: more than 30 %, but not more than 20.
		expect(await sweep(executionId, 1)).toMatchObject({ removed: 20, held: 0 });
	});

	test('a held record that the next complete run misses too is removed, and does not count', async () => {
		await run(0, { [region]: ids(200) });
		expect(await run(1, { [region]: ids(100) })).toMatchObject({ removed: 0, held: 100 });
		expect(await run(2, { [region]: ids(90) })).toEqual({ removed: 110, held: 0, scopesHeld: 0 });
	});

	test('a held record stays held while its scope is not complete', async () => {
		await run(0, { [region]: ids(100) });
		await run(1, { [region]: [] });
		const executionId = await beginRun(ground, minute(2));
		await readScope(ground, [], { executionId, at: minute(2), outcome: 'denied' });
		expect(await sweep(executionId, 2)).toMatchObject({ removed: 0 });
		expect(await live()).toBe(100);
	});

	test('the sweep of an execution decides once: repeated, it removes nothing more', async () => {
		await run(0, { a: ids(100, 'a'), b: ids(100, 'b') });
		const executionId = await beginRun(ground, minute(1));
		const listed = { a: ids(100, 'a').slice(50), b: ids(100, 'b').slice(10) };
		for (const [name, listedIds] of Object.entries(listed)) {
			await readScope(
				ground,
				listedIds.map((id) => makeRow(id)),
				{ executionId, at: minute(1), regions: [name] },
			);
		}
		expect(await sweep(executionId, 2)).toEqual({ removed: 10, held: 50, scopesHeld: 1 });
		const before = [await recordsOf(ground), await ground.look('select * from event order by number')];
		expect(await sweep(executionId, 3)).toEqual({ removed: 0, held: 50, scopesHeld: 1 });
		expect([await recordsOf(ground), await ground.look('select * from event order by number')]).toEqual(before);
	});

	test('a person confirms held removals by id, by execution, or all', async () => {
		await run(0, { [region]: ids(100) });
		const { held } = await run(1, { [region]: ids(60) });
		const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) =>
			ground.store.tenant(ground.organizationId, work);
		const removals = await tenant((tx) => listHeldRemovals(tx));
		expect([held, removals.length, removals[0]]).toMatchObject([
			40,
			40,
			{ nativeId: nativeIdOf('0060'), name: 'name 0060', accountId, region, heldSince: minute(1).toISOString() },
		]);
		const [first, second] = removals;
		const recordIds = [first?.recordId ?? '', '999999'];
		expect(await tenant((tx) => confirmRemovals(tx, { recordIds }, minute(2)))).toEqual({ removed: 1 });
		expect(await eventsOf(ground, '0060')).toEqual(['SourceMembershipAdd', 'SourceMembershipRemove']);
		const executionId = second?.executionId ?? '';
		expect(await tenant((tx) => confirmRemovals(tx, { executionId }, minute(2)))).toEqual({ removed: 39 });
		expect(await tenant((tx) => confirmRemovals(tx, { all: true }, minute(2)))).toEqual({ removed: 0 });
		expect(await live()).toBe(60);
	});

	test('an account that fails before its regions are known gives its scopes that outcome, and * until they are', async () => {
		await run(0, { a: ['1'], b: ['2'] });
		const executionId = await beginRun(ground, minute(1));
		const cause = { code: 'AccessDenied', message: 'no', action: 'sts:AssumeRole' };
		const fail = {
			integrationId: ground.integrationId,
			executionId,
			accountId,
			outcome: 'denied',
			cause,
			at: minute(1),
		} as const;
		await ground.store.tenant(ground.organizationId, (tx) => failAccountScopes(tx, fail));
		await ground.store.tenant(ground.organizationId, (tx) => failAccountScopes(tx, fail));
		const outcomes = () =>
			ground.look('select region, outcome, outcome_since from scope where removed_at is null order by region');
		expect(await outcomes()).toEqual(
			['*', 'a', 'b'].map((name) => ({ region: name, outcome: 'denied', outcome_since: minute(1) })),
		);
		expect(await live()).toBe(2);
		await ground.store.tenant(ground.organizationId, (tx) =>
			openAccountScopes(tx, { ...fail, regions: ['a'], owner: 'test', leaseMs: 1000, now: minute(2) }),
		);
		expect((await outcomes()).map((row) => (row as { region: string }).region)).toEqual(['a', 'b']);
	});

	test('an outcome is one interval for as long as it stays the same', async () => {
		await run(0, { [region]: ['1'] });
		await run(1, { [region]: ['1'] });
		const executionId = await beginRun(ground, minute(2));
		for (const minutes of [2, 3]) {
			const cause = { code: 'AccessDenied', message: `request ${minutes}` };
			await readScope(ground, [], { executionId, at: minute(minutes), outcome: 'denied', cause });
		}
		await run(4, { [region]: ['1'] });
		expect(await ground.look('select outcome, from_at, to_at from scope_outcome order by from_at')).toEqual([
			{ outcome: 'complete', from_at: minute(0), to_at: minute(1) },
			{ outcome: 'denied', from_at: minute(2), to_at: minute(3) },
			{ outcome: 'complete', from_at: minute(4), to_at: minute(4) },
		]);
	});
});
