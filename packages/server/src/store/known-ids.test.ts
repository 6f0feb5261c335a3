import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SweepResult, sweepExecution } from './sweep.ts';
import {
	apply,
	beginRun,
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
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';

onEveryServer((openCluster) => {
	let ground: Ground;
	beforeEach(async () => {
		ground = await openGround(openCluster);
		const rows = ids(6).map((id) => makeRow(id));
		await readScope(ground, rows, { executionId: await beginRun(ground, minute(0)), at: minute(0) });
	});
	afterEach(() => ground.close());

	const sweep = (executionId: string, minutes: number): Promise<SweepResult> =>
		ground.store.tenant(ground.organizationId, (tx) =>
			sweepExecution(tx, { integrationId: ground.integrationId, executionId, at: minute(minutes) }),
		);
	/** A run that asks for known ids: `seen` were given, `named` were named as missing by AWS. */
	const runByIds = async (minutes: number, seen: readonly string[], named: readonly string[]): Promise<SweepResult> => {
		const executionId = await beginRun(ground, minute(minutes));
		const { scopes, known } = await openScopes(ground, executionId, { at: minute(minutes) });
		const idOf = (id: string): string => known.find(({ nativeId }) => nativeId === nativeIdOf(id))?.id ?? '';
		const missed = new Set(known.filter((record) => record.missed).map(({ id }) => id));
		const seenIds = seen.map(idOf);
		await apply(ground, executionId, {
			...pageOf(scopes[0], executionId, minutes, 0, []),
			seenIds,
			unmissIds: seenIds.filter((id) => missed.has(id)),
			close: { outcome: 'complete', at: minute(minutes), namedMissing: named.map(idOf) },
		});
		return await sweep(executionId, minutes);
	};
	const runListing = async (minutes: number, listed: readonly string[]): Promise<SweepResult> => {
		const executionId = await beginRun(ground, minute(minutes));
		const rows = listed.map((id) => makeRow(id));
		await readScope(ground, rows, { executionId, at: minute(minutes) });
		return await sweep(executionId, minutes);
	};
	const live = async () => (await recordsOf(ground)).filter(({ state }) => state === 'active').length;

	test('invariant 1: known ids remove nothing by absence, and what AWS names as missing only the second time', async () => {
		expect(await runByIds(10, ids(4), [])).toEqual({ removed: 0, held: 0, scopesHeld: 0 });
		expect(await runByIds(20, ids(5), ['0005'])).toEqual({ removed: 0, held: 1, scopesHeld: 1 });
		expect(await live()).toBe(6);
		expect(await runByIds(30, ids(5), ['0005'])).toMatchObject({ removed: 1, held: 0 });
		expect(await recordOf(ground, '0005')).toMatchObject({ state: 'retired', reason: 'absent' });
	});

	test('what was named as missing and is given again is live, and has to be named twice anew', async () => {
		await runByIds(10, ids(5), ['0005']);
		await runByIds(20, ids(6), []);
		expect(await recordOf(ground, '0005')).toMatchObject({ state: 'active', missed_in: null, held_in: null });
		expect(await runByIds(30, ids(5), ['0005'])).toMatchObject({ removed: 0, held: 1 });
	});

	test('a full listing that misses what was named once removes it; absence alone is removed by a full listing', async () => {
		await runByIds(10, ids(5), ['0005']);
		expect(await runListing(20, ids(4))).toMatchObject({ removed: 2 });
		expect(await live()).toBe(4);
	});

	test('the scope tells how it was read, and when it was last listed whole', async () => {
		const scope = async () =>
			(await ground.look('select method, last_full_at, last_complete_at, record_count from scope'))[0];
		await runByIds(10, ids(5), ['0005']);
		expect(await scope()).toEqual({
			method: 'known_ids',
			last_full_at: minute(0),
			last_complete_at: minute(10),
			record_count: 5,
		});
		await runListing(20, ids(6));
		expect(await scope()).toMatchObject({ method: 'full', last_full_at: minute(20), record_count: 6 });
	});

	test('a name that is not of the scope marks nothing', async () => {
		const executionId = await beginRun(ground, minute(10));
		const { scopes } = await openScopes(ground, executionId, { at: minute(10), regions: ['us-east-1'] });
		const [first] = await recordsOf(ground);
		await apply(ground, executionId, {
			...pageOf(scopes[0], executionId, 10, 0, []),
			close: { outcome: 'complete', at: minute(10), namedMissing: [first?.id ?? ''] },
		});
		expect(await ground.look('select from source_record where missed_in is not null')).toEqual([]);
	});
});
