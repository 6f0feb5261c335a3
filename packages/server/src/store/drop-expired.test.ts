import { afterEach, beforeEach, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { findDevices } from './devices.ts';
import { dropExpired, keptFrom } from './drop-expired.ts';
import { readExecution } from './executions.ts';
import { migrate, readHistory } from './migrate.ts';
import { ensurePartitions } from './partitions.ts';
import { requireKept } from './query/moments.ts';
import { readAssets } from './query/read-assets.ts';
import { sweepExecution } from './sweep.ts';
import {
	accountId,
	beginRun,
	type Ground,
	makeRow,
	nativeIdOf,
	openGround,
	type Reading,
	readScope,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';

const now = new Date('2026-09-10T00:00:00.000Z');
const retentionDays = 100;
/** A hundred days before lie in June. */
const limit = '2026-06-01T00:00:00.000Z';
const day = (text: string) => new Date(`2026-${text}T12:00:00.000Z`);

test.each([
	['2026-09-10', 100, '2026-06-01'],
	['2026-09-10', 400, '2025-08-01'],
	['2026-03-31', 30, '2026-02-01'],
	['2026-01-01', 30, '2025-12-01'],
])('on %s with %i days of retention everything stays from %s on', (today, days, from) => {
	expect(keptFrom(new Date(today), days)).toEqual(new Date(from));
});

onEveryServer((openCluster) => {
	let ground: Ground;
	let executions: string[];
	beforeEach(async () => {
		ground = await openGround(openCluster);
		executions = [];
		// The template has the months around January; those of spring and summer are made as time goes on.
		for (const month of ['02', '05', '08']) await asOwner((client) => ensurePartitions(client, day(`${month}-15`)));
	});
	afterEach(() => ground?.close());

	async function asOwner<Result>(work: Parameters<typeof withClient<Result>>[1]): Promise<Result> {
		return await withClient(ground.database.connection, work);
	}

	async function run(
		at: Date,
		rows: ReturnType<typeof makeRow>[],
		outcome: 'complete' | 'denied' = 'complete',
		enrichments: Reading['enrichments'] = {},
	) {
		const executionId = await beginRun(ground, at);
		executions.push(executionId);
		await readScope(ground, rows, { executionId, at, outcome, enrichments });
		await ground.store.tenant(ground.organizationId, (tx) =>
			sweepExecution(tx, { integrationId: ground.integrationId, executionId, at }),
		);
		await ground.look(`update execution set state = 'completed', finished_at = $2 where id = $1`, [executionId, at]);
	}

	const drop = () => asOwner((client) => dropExpired(client, now, retentionDays));
	const countOf = async (query: string) =>
		(await ground.look<{ n: number }>(`select count(*)::int as n from ${query}`))[0]?.n;
	const read = (at: Date) =>
		ground.store.tenant(ground.organizationId, async (tx) => {
			await requireKept(tx, at, now);
			const ids = (
				await ground.look<{ id: string }>('select distinct asset_id as id from source_record order by 1')
			).map(({ id }) => id);
			return await readAssets(tx, { type: 'device', at: at.toISOString() }, ids);
		});

	test('months before the limit go whole, and what they held is refused with the moment from which on it is kept', async () => {
		await run(day('03-01'), [makeRow('a')]);
		await run(day('04-01'), [makeRow('a', { version: 2 })]);
		await run(day('07-01'), [makeRow('a', { version: 3 })]);
		await run(day('08-01'), [makeRow('a', { version: 4 })]);
		const then = await read(day('06-15'));
		expect(then).toMatchObject([{ attributes: { tags: { version: '2' } } }]);
		const dropped = await drop();
		expect(dropped.filter((name) => name.startsWith('record_version'))).toEqual(
			['2025_12', '2026_01', '2026_02', '2026_03', '2026_04', '2026_05'].map((month) => `record_version_${month}`),
		);
		expect(dropped).toHaveLength(4 * 6);
		expect(await read(day('06-15'))).toEqual(then);
		expect(await read(new Date(limit))).toMatchObject([{ attributes: { tags: { version: '2' } } }]);
		await expect(read(day('05-31'))).rejects.toMatchObject({
			code: 'STORE:0010',
			message: expect.stringContaining(limit),
		});
		expect(await countOf(`event where at < '${limit}'`)).toBe(0);
		expect(await countOf(`record_version where valid_to < '${limit}'`)).toBe(0);
		expect(await countOf('record_version')).toBe(2);
		expect(await readHistory(ground.database.connection)).toMatchObject({
			keptSince: new Date(limit),
			hasStrays: false,
		});
	});

	test('a device that did not change since keeps its row and when it was first seen; nothing expires twice', async () => {
		await run(day('02-01'), [makeRow('a'), makeRow('b')]);
		await run(day('04-01'), [makeRow('a', { version: 2 }), makeRow('b')]);
		const detailsOf = () =>
			ground.store.tenant(ground.organizationId, async (tx) => [
				...(await findDevices(tx, nativeIdOf('a'))),
				...(await findDevices(tx, nativeIdOf('b'))),
			]);
		const before = await detailsOf();
		expect(await drop()).not.toEqual([]);
		expect(await detailsOf()).toEqual(before.map((device) => ({ ...device, events: [] })));
		expect(before.map(({ firstObservedAt }) => firstObservedAt)).toEqual(Array(2).fill(day('02-01').toISOString()));
		expect(await read(day('07-01'))).toHaveLength(2);
		expect(await drop()).toEqual([]);
	});

	test('of each scope stays how it had ended by the limit, and when it was complete; earlier intervals and names go', async () => {
		await run(day('02-01'), [], 'denied');
		await run(day('02-02'), [makeRow('a')]);
		await run(day('03-01'), [makeRow('a')], 'denied');
		await run(day('07-01'), [makeRow('a')]);
		const name = `insert into account_version (organization, configuration, account_id, name, state, valid_from, valid_to)
			values ('${ground.organizationId}', '${ground.configurationId}', '${accountId}', $1, 'ACTIVE', $2, $3)`;
		await ground.look(name, ['first', day('02-01'), day('03-01')]);
		await ground.look(name, ['second', day('03-01'), day('07-01')]);
		await ground.look(name, ['third', day('07-01'), null]);
		const then = await read(day('06-15'));
		expect(then).toMatchObject([{ standing: { state: 'unconfirmed' }, lastConfirmedAt: day('02-02').toISOString() }]);
		await drop();
		expect(await read(day('06-15'))).toEqual(then);
		expect(await ground.look('select outcome from scope_outcome order by from_at')).toEqual(
			['complete', 'denied', 'complete'].map((outcome) => ({ outcome })),
		);
		expect(await ground.look('select name from account_version order by valid_from')).toEqual([
			{ name: 'second' },
			{ name: 'third' },
		]);
	});

	test('so of each enrichment of it', async () => {
		const [one, other] = ['ec2:DescribeAddresses', 'ec2:DescribeNetworkInterfaces'];
		const ends = [
			['02-01', 'complete'],
			['02-15', 'denied'],
			['03-01', 'complete'],
			['04-01', 'denied'],
			['07-01', 'complete'],
		] as const;
		for (const [at, outcome] of ends) {
			const enrichments = { [one]: { outcome }, ...(at === '02-15' ? { [other]: { outcome } } : {}) };
			await run(day(at), [makeRow('a')], 'complete', enrichments);
		}
		const then = await read(day('06-15'));
		expect(then).toMatchObject([{ unknown: { elastic_ips: 'not_permitted', network_interfaces: 'not_permitted' } }]);
		await drop();
		expect(await read(day('06-15'))).toEqual(then);
		expect(
			await ground.look('select action, from_at, outcome from enrichment_outcome order by action, from_at'),
		).toEqual([
			...ends.slice(2).map(([at, outcome]) => ({ action: one, from_at: day(at), outcome })),
			{ action: other, from_at: day('02-15'), outcome: 'denied' },
		]);
	});

	test('ids that led elsewhere are kept as long as that can be asked about, and while they lead there', async () => {
		await run(day('02-01'), [makeRow('a'), makeRow('b')]);
		const alias = `insert into asset_alias (organization, asset_id, record, merged_into, valid_from, valid_to)
			select organization, gen_random_uuid(), id, asset_id, $2, $3 from source_record where native_id = $1`;
		for (const until of [day('05-31'), day('06-01'), null]) {
			await ground.look(alias, [nativeIdOf('a'), day('03-01'), until]);
		}
		await drop();
		expect(await ground.look('select valid_to from asset_alias order by valid_to')).toEqual([
			{ valid_to: day('06-01') },
			{ valid_to: null },
		]);
	});

	test('executions go that nothing refers to; the last of each integration stays, however old', async () => {
		await run(day('02-01'), [makeRow('a'), makeRow('b')]);
		await run(day('03-01'), [makeRow('a'), makeRow('b')]);
		await run(day('04-01'), [makeRow('a')]);
		await drop();
		const kept = await ground.look<{ id: string }>('select id from execution order by started_at');
		// The first began the interval that lasts until the last one.
		expect(kept.map(({ id }) => id)).toEqual([executions[0], executions[2]]);
		const last = await ground.store.tenant(ground.organizationId, (tx) => readExecution(tx, executions[2] ?? ''));
		expect(last?.scopes).toMatchObject([{ outcome: 'complete' }]);
	});

	test('rows outside of all months go by their moment', async () => {
		await run(day('07-01'), [makeRow('a')]);
		const stray = `insert into event (organization, number, at, type, asset_id)
			values ('${ground.organizationId}', $1, $2, 'AssetMerge', gen_random_uuid())`;
		await ground.look(stray, [1001, '2019-01-01']);
		await ground.look(stray, [1002, '2031-01-01']);
		expect((await readHistory(ground.database.connection)).hasStrays).toBe(true);
		await drop();
		expect(await ground.look('select number from event_default')).toEqual([{ number: '1002' }]);
	});

	test('while the rest is being deleted nobody waits for the months, and a start that was killed then is done by the next', async () => {
		await run(day('02-01'), [makeRow('a')]);
		await run(day('03-01'), [makeRow('a', { version: 2 })]);
		await run(day('04-01'), [makeRow('a', { version: 3 })]);
		const months = () => countOf(`pg_inherits where inhparent = 'record_version'::regclass`);
		const before = await months();
		await asOwner(async (client) => {
			await client.query('begin');
			await client.query('select from execution for update');
			const killed = expect(drop()).rejects.toThrow(/terminat/);
			await expect.poll(months).toBe((before ?? 0) - 6);
			await ground.look(`set lock_timeout = '100ms'; select from record_version, device_version, event limit 1`);
			await expect(read(day('05-31'))).rejects.toMatchObject({ code: 'STORE:0010' });
			await ground.look(`select pg_terminate_backend(pid) from pg_stat_activity
				where datname = current_database() and wait_event_type = 'Lock'`);
			await killed;
			await client.query('rollback');
		});
		expect(await countOf('execution')).toBe(3);
		expect(await drop()).toHaveLength(4 * 6);
		expect(await countOf('execution')).toBe(2);
		expect(await countOf(`pg_class where relname ~ '_2026_0[1-5]$'`)).toBe(0);
		expect(await drop()).toEqual([]);
	});

	test('a start makes and drops months, unless somebody is reading them: then the next start does', async () => {
		const start = () => migrate(ground.database.connection, { now, retentionDays });
		const lastOf = () => countOf(`pg_class where relname = 'record_version_2026_12'`);
		await asOwner(async (client) => {
			await client.query('begin; select from record_version');
			await start();
			expect(await countOf(`pg_class where relname = 'record_version_2026_05'`)).toBe(1);
			expect(await lastOf()).toBe(0);
			await client.query('rollback');
		});
		await start();
		expect(await countOf(`pg_class where relname = 'record_version_2026_05'`)).toBe(0);
		expect(await lastOf()).toBe(1);
	});
});
