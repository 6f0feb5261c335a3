import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRawDocument } from './asset-detail.ts';
import { tagTerm } from './terms.ts';
import {
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
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';

onEveryServer((openCluster) => {
	let ground: Ground;
	beforeEach(async () => {
		ground = await openGround(openCluster);
	});
	afterEach(() => ground.close());

	test('invariant 4: an unchanged second run writes no row of source_record, and no event', async () => {
		const rows = ids(50).map((id) => makeRow(id));
		await readScope(ground, rows, { executionId: await beginRun(ground, minute(0)), at: minute(0) });
		const image = () => ground.look('select ctid, xmin, xmax, * from source_record order by id');
		const [before, events] = [await image(), await ground.look('select * from event')];
		const executionId = await beginRun(ground, minute(60));
		await readScope(ground, rows, { executionId, at: minute(60), pageSize: 7 });
		expect(await image()).toEqual(before);
		expect(await ground.look('select * from event')).toEqual(events);
		expect(await ground.look('select * from scope_page')).toEqual([]);
		const [scope] = await ground.look('select last_complete_at from scope');
		expect(scope).toEqual({ last_complete_at: minute(60) });
	});

	test('invariant 4: a row that says nothing new is not written even when it is sent', async () => {
		const executionId = await beginRun(ground, minute(0));
		await readScope(ground, [makeRow('a')], { executionId, at: minute(0) });
		const { scopes } = await openScopes(ground, executionId, { at: minute(1) });
		const before = await ground.look('select ctid, xmin from source_record');
		const [result] = await apply(ground, executionId, pageOf(scopes[0], executionId, 1, 0, [makeRow('a')]));
		expect(result).toMatchObject({ status: 'applied', added: 0, changed: 0, unchanged: 1 });
		expect(await ground.look('select ctid, xmin from source_record')).toEqual(before);
	});

	test('invariant 3: pages and closes repeated after an unheard commit change nothing', async () => {
		const executionId = await beginRun(ground, minute(0));
		await readScope(ground, [makeRow('old'), makeRow('a')], { executionId, at: minute(0) });
		const { scopes } = await openScopes(ground, executionId, { at: minute(5) });
		const first = pageOf(scopes[0], executionId, 5, 0, [makeRow('a', { version: 2 }), makeRow('b')]);
		const last = {
			...pageOf(scopes[0], executionId, 5, 1, [makeRow('c')]),
			close: { outcome: 'complete', at: minute(5) } as const,
		};
		await apply(ground, executionId, first);
		const [again] = await apply(ground, executionId, first);
		expect(again).toMatchObject({ status: 'applied', added: 0, changed: 0, unchanged: 2 });
		await apply(ground, executionId, last);
		const image = async () => [
			await recordsOf(ground),
			await ground.look('select * from event order by number'),
			await ground.look('select * from record_version'),
			await ground.look('select * from scope_outcome'),
			await ground.look('select * from scope'),
		];
		const before = await image();
		const repeated = await apply(ground, executionId, first, last);
		expect(repeated.map(({ status }) => status)).toEqual(['applied', 'applied']);
		expect(await image()).toEqual(before);
		expect(
			(await recordsOf(ground)).filter((record) => record.missed_in !== null).map((record) => record.native_id),
		).toEqual([nativeIdOf('old')]);
	});

	test('invariant 3: an older epoch writes nothing', async () => {
		const executionId = await beginRun(ground, minute(0));
		const stale = await openScopes(ground, executionId, { at: minute(0) });
		const fresh = await openScopes(ground, executionId, { at: minute(1) });
		expect(fresh.scopes[0]?.epoch).toBe((stale.scopes[0]?.epoch ?? 0) + 1);
		const close = { outcome: 'complete', at: minute(1) } as const;
		const late = { ...pageOf(stale.scopes[0], executionId, 1, 0, [makeRow('a')]), close };
		const good = pageOf(fresh.scopes[0], executionId, 1, 0, [makeRow('b')]);
		const results = await apply(ground, executionId, late, good);
		expect(results.map(({ status }) => status)).toEqual(['lease_lost', 'applied']);
		expect((await recordsOf(ground)).map((record) => record.native_id)).toEqual([nativeIdOf('b')]);
		expect(await ground.look('select outcome from scope')).toEqual([{ outcome: null }]);
	});

	test('invariant 3: a lease that is held is busy for another execution until it runs out', async () => {
		const [one, two] = [await beginRun(ground, minute(0)), await beginRun(ground, minute(0))];
		await openScopes(ground, one, { at: minute(0), leaseMs: 60_000, owner: 'first' });
		const refused = await openScopes(ground, two, { at: minute(0) });
		expect(refused).toMatchObject({
			scopes: [],
			busy: [{ region: 'eu-west-1', owner: 'first', expiresAt: minute(1) }],
		});
		expect((await openScopes(ground, two, { at: minute(1) })).scopes).toHaveLength(1);
	});

	test('invariant 3: an older observation never overwrites a newer one', async () => {
		const executionId = await beginRun(ground, minute(9));
		await readScope(ground, [makeRow('a', { version: 2 })], { executionId, at: minute(9) });
		const { scopes } = await openScopes(ground, executionId, { at: minute(10) });
		const [result] = await apply(
			ground,
			executionId,
			pageOf(scopes[0], executionId, 8, 0, [makeRow('a', { version: 1 })]),
		);
		expect(result).toMatchObject({ changed: 0, unchanged: 1 });
		expect((await recordOf(ground, 'a'))?.attributes['tags']).toEqual({ version: '2' });
	});

	test('invariant 3: a scope whose worker was killed between pages is repeated without a duplicate', async () => {
		const executionId = await beginRun(ground, minute(0));
		const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
		await apply(
			ground,
			executionId,
			pageOf(
				scopes[0],
				executionId,
				0,
				0,
				ids(5).map((id) => makeRow(id)),
			),
		);
		expect(await ground.look('select page from scope_page')).toEqual([{ page: 0 }]);
		await readScope(
			ground,
			ids(10).map((id) => makeRow(id)),
			{ executionId, at: minute(2), pageSize: 3 },
		);
		expect(await recordsOf(ground)).toHaveLength(10);
		const events = await ground.look<{ number: string; type: string }>(
			'select number, type from event order by number',
		);
		expect(events.map(({ number }) => Number(number))).toEqual(ids(10).map((_, index) => index + 1));
		expect(await ground.look('select * from scope_page')).toEqual([]);
	});

	test('an item that AWS lists twice is one record with one event', async () => {
		const executionId = await beginRun(ground, minute(0));
		const { scopes } = await openScopes(ground, executionId, { at: minute(0) });
		await apply(
			ground,
			executionId,
			pageOf(scopes[0], executionId, 0, 0, [makeRow('a'), makeRow('a', { version: 2 })]),
			pageOf(scopes[0], executionId, 0, 1, [makeRow('a', { version: 3 })]),
		);
		expect(await recordsOf(ground)).toMatchObject([{ attributes: { tags: { version: '3' } } }]);
		expect(await eventsOf(ground, 'a')).toEqual(['SourceMembershipAdd']);
	});

	test('a terminated instance retires at first sight with one Remove, and returns with one Add', async () => {
		const states = [
			makeRow('a'),
			makeRow('a', { presence: 'gone' }),
			makeRow('a', { presence: 'gone' }),
			makeRow('a', { version: 2 }),
		];
		const seen: unknown[] = [];
		for (const [index, row] of states.entries()) {
			const executionId = await beginRun(ground, minute(index));
			await readScope(ground, [row], { executionId, at: minute(index) });
			const record = await recordOf(ground, 'a');
			const [device] = await ground.look<{ record_state: string }>('select record_state from device');
			seen.push([record?.state, record?.reason, device?.record_state, (await eventsOf(ground, 'a')).length]);
		}
		expect(seen).toEqual([
			['active', null, 'active', 1],
			['retired', 'terminated', 'retired', 2],
			['retired', 'terminated', 'retired', 2],
			['active', null, 'active', 3],
		]);
		expect(await eventsOf(ground, 'a')).toEqual([
			'SourceMembershipAdd',
			'SourceMembershipRemove',
			'SourceMembershipAdd',
		]);
	});

	test('an instance first seen terminated is a retired record that never was a member', async () => {
		const executionId = await beginRun(ground, minute(0));
		await readScope(ground, [makeRow('a', { presence: 'gone' })], { executionId, at: minute(0) });
		expect(await recordOf(ground, 'a')).toMatchObject({ state: 'retired', reason: 'terminated' });
		expect(await eventsOf(ground, 'a')).toEqual([]);
	});

	test('a change closes the version before it, from when to when it held', async () => {
		for (const version of [1, 2, 3]) {
			const executionId = await beginRun(ground, minute(version));
			await readScope(ground, [makeRow('a', { version })], { executionId, at: minute(version) });
		}
		const versions = await ground.look(
			'select valid_from, valid_to, state, attributes from record_version order by valid_to',
		);
		expect(versions).toMatchObject([
			{ valid_from: minute(1), valid_to: minute(2), state: 'active', attributes: { tags: { version: '1' } } },
			{ valid_from: minute(2), valid_to: minute(3), state: 'active', attributes: { tags: { version: '2' } } },
		]);
		expect(await recordOf(ground, 'a')).toMatchObject({ first_observed_at: minute(1), changed_at: minute(3) });
		const changed = ['AttributeValueRemove', 'AttributeValueAdd'];
		expect(await eventsOf(ground, 'a')).toEqual(['SourceMembershipAdd', ...changed, ...changed]);
		const rows = 'select valid_from, valid_to, terms from device_version order by valid_to';
		expect(await ground.look(rows)).toMatchObject([
			{ valid_from: minute(1), valid_to: minute(2), terms: expect.arrayContaining([tagTerm('version', '1')]) },
			{ valid_from: minute(2), valid_to: minute(3), terms: expect.arrayContaining([tagTerm('version', '2')]) },
		]);
	});

	test('of a changed device only the addresses are written that came, and deleted that went', async () => {
		const write = async (minutes: number, addresses: Readonly<Record<string, unknown>>) => {
			const attributes = { name: `name ${minutes}`, account_id: '1', region: 'r', ...addresses };
			const rows = [makeRow('a', { attributes })];
			await readScope(ground, rows, { executionId: await beginRun(ground, minute(minutes)), at: minute(minutes) });
			return await ground.look<{ ip: string }>('select ctid, xmin, xmax, * from asset_ip order by kind, ip');
		};
		const addresses = { internal_ips: ['10.0.0.1', '10.0.0.2'], external_ips: ['52.0.0.1'], ipv6: ['2001:db8::1'] };
		const first = await write(0, addresses);
		expect(first).toHaveLength(4);
		expect(await write(1, addresses)).toEqual(first);
		const changed = { internal_ips: ['10.0.0.2', '10.0.0.3'], external_ips: ['52.0.0.1', '10.0.0.1'], ipv6: null };
		const second = await write(2, changed);
		expect(second.map(({ ip }) => ip)).toEqual(['10.0.0.1', '52.0.0.1', '10.0.0.2', '10.0.0.3']);
		expect(first.filter((row) => second.some((other) => JSON.stringify(other) === JSON.stringify(row)))).toHaveLength(
			2,
		);
		expect(await write(3, { internal_ips: [], external_ips: null })).toEqual([]);
	});

	test('parts that were not read keep their attributes and digests', async () => {
		const executionId = await beginRun(ground, minute(0));
		const full = makeRow('a', {
			partsRead: [0, 1, 2],
			attributes: { name: 'x', elastic_ips: ['1'], network_interfaces: ['2'] },
		});
		await readScope(ground, [full], { executionId, at: minute(0) });
		const changed = { ...makeRow('a', { attributes: { state: 'stopped' } }), replacedKeys: ['name', 'state'] };
		await readScope(ground, [changed], { executionId, at: minute(1) });
		const record = await recordOf(ground, 'a');
		expect(record?.attributes).toEqual({ state: 'stopped', elastic_ips: ['1'], network_interfaces: ['2'] });
		expect(record?.hash).toEqual(Buffer.concat([changed.hash.subarray(0, 32), full.hash.subarray(32)]));
	});

	test('the raw document is kept as of the last change', async () => {
		const executionId = await beginRun(ground, minute(0));
		await readScope(ground, [makeRow('a', { version: 1 })], { executionId, at: minute(0) });
		await readScope(ground, [makeRow('a', { version: 1 })], { executionId, at: minute(1) });
		const [record] = await ground.look<{ asset_id: string }>('select asset_id from source_record');
		const read = () => ground.store.tenant(ground.organizationId, (tx) => readRawDocument(tx, record?.asset_id ?? ''));
		expect(await read()).toEqual({ asOf: minute(0).toISOString(), json: '{"InstanceId":"i-a","version":1}' });
		await readScope(ground, [makeRow('a', { version: 2 })], { executionId, at: minute(2) });
		expect(await read()).toEqual({ asOf: minute(2).toISOString(), json: '{"InstanceId":"i-a","version":2}' });
	});

	test('an insufficient record is kept aside: no event, no device', async () => {
		const executionId = await beginRun(ground, minute(0));
		await readScope(ground, [makeRow('odd', { insufficient: true })], { executionId, at: minute(0) });
		expect(await recordOf(ground, 'odd')).toMatchObject({ state: 'insufficient' });
		expect(await ground.look('select * from device')).toEqual([]);
		expect(await ground.look('select * from event')).toEqual([]);
	});
});
