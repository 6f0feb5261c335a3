import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { assetIdOf } from './asset-id.ts';
import { assignLabel, type LabelledAssets, unassignLabel } from './assign-labels.ts';
import { listDevices } from './devices.ts';
import { createLabel, deleteLabel, findLabel, listLabels, readLabels, updateLabel } from './labels.ts';
import { queryAssets } from './query/query-assets.ts';
import { prepareQuery } from './query/query-source.ts';
import {
	accountId,
	beginRun,
	type Ground,
	ids,
	makeRow,
	minute,
	nativeIdOf,
	openGround,
	readScope,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import { makeUserRow, withKind } from './testing/user-rows.ts';
import type { TenantTransaction } from './transaction.ts';
import { findUsers } from './users.ts';

const now = minute(10);

onEveryServer((openCluster) => {
	let ground: Ground;
	let users: Ground;
	const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) =>
		ground.store.tenant(ground.organizationId, work);
	const deviceId = (name: string) => assetIdOf(ground.organizationId, nativeIdOf(name));
	const userId = (name: string) => assetIdOf(ground.organizationId, `AIDA-${name}`);

	beforeAll(async () => {
		ground = await openGround(openCluster);
		users = await withKind(ground, 'iam.users');
		await readDevices(ids(5), 0);
		const rows = ['ann', 'bob'].map((name) =>
			makeUserRow('iam.users', `AIDA-${name}`, { attributes: { usernames: [name], account_id: accountId } }),
		);
		await readScope(users, rows, { executionId: await beginRun(users, minute(0)), at: minute(0), regions: ['global'] });
	});
	afterAll(() => ground.close());
	beforeEach(() => ground.look('delete from asset_label; delete from label'));

	async function readDevices(names: readonly string[], minutes: number, version = 1): Promise<void> {
		const rows = names.map((name) => makeRow(name, { version }));
		await readScope(ground, rows, { executionId: await beginRun(ground, minute(minutes)), at: minute(minutes) });
	}

	async function create(name: string): Promise<string> {
		return (await tenant((tx) => createLabel(tx, { name }, now))).id;
	}

	const put = (labelId: string, assetIds: readonly string[], value: string | null = null) =>
		tenant((tx) => assignLabel(tx, { labelId, assets: { assetIds }, value, now }));

	const found = (text: string, entity: 'device' | 'user' = 'device') =>
		tenant(async (tx): Promise<LabelledAssets> => {
			const checked = checkQuery(parseQuery(text, entity), entity, now);
			return { query: await prepareQuery(tx, checked, null) };
		});

	/** Ids of what a query finds, which stands on an SQL of its own. */
	const ask = (text: string, entity: 'device' | 'user' = 'device') =>
		tenant(async (tx) => {
			const source = await prepareQuery(tx, checkQuery(parseQuery(text, entity), entity, now), null);
			const page = await queryAssets(tx, source, { sort: 'name', descending: false, limit: 100, cursor: null });
			return page.assets.map(({ id }) => id);
		});

	describe('a label', () => {
		test('is found by its name in any case, has a colour by itself, and is listed with what it is', async () => {
			const created = await tenant((tx) => createLabel(tx, { name: ' Zoë ', description: 'hers' }, now));
			expect(created).toMatchObject({ name: 'Zoë', color: 'gray', description: 'hers', createdAt: now.toISOString() });
			expect(await tenant((tx) => findLabel(tx, 'ZOË'))).toEqual(created);
			expect(await tenant(listLabels)).toEqual([{ ...created, assets: 0 }]);
		});

		test('takes no name that another has, in any case; not when it is renamed either', async () => {
			await create('prod');
			const other = await create('test');
			const taken = { code: 'LABEL:0002', details: { field: 'name' } };
			await expect(create('PROD')).rejects.toMatchObject(taken);
			await expect(tenant((tx) => updateLabel(tx, other, { name: 'Prod' }))).rejects.toMatchObject(taken);
			expect(await tenant((tx) => updateLabel(tx, other, { name: 'Test' }))).toMatchObject({ name: 'Test' });
		});

		test('that is not there is told with the one that may be meant', async () => {
			await create('production');
			const fault = { code: 'LABEL:0003', fix: 'did you mean production?' };
			await expect(tenant((tx) => findLabel(tx, 'producton'))).rejects.toMatchObject(fault);
		});

		test('keeps its assets when it is changed, and what is not given stays', async () => {
			const label = await create('prod');
			await put(label, [deviceId('0000')], 'eu');
			await tenant((tx) => updateLabel(tx, label, { name: 'live', description: 'sold' }));
			expect(await tenant((tx) => updateLabel(tx, label, { color: '#AABBCC' }))).toMatchObject({
				name: 'live',
				color: '#aabbcc',
				description: 'sold',
			});
			expect(await ask('labels.live = eu')).toEqual([deviceId('0000')]);
		});

		test('that is deleted says how many assets lose it', async () => {
			const label = await create('prod');
			await put(label, [deviceId('0000'), deviceId('0001'), userId('ann')]);
			expect(await tenant((tx) => deleteLabel(tx, label))).toEqual({ assets: 3 });
			expect(await ask('labels.prod exists')).toEqual([]);
			expect(await ground.look('select from asset_label')).toEqual([]);
		});
	});

	describe('labels on assets', () => {
		test('are put on devices and users by id, with the value given last, and counted once an asset', async () => {
			const label = await create('Env');
			const both = [deviceId('0000'), userId('ann')];
			expect(await put(label, [...both, deviceId('0000').toUpperCase()], 'Prod')).toEqual({ assets: 2, changed: 2 });
			expect(await put(label, both, 'Prod')).toEqual({ assets: 2, changed: 0 });
			expect(await put(label, [userId('ann')], '')).toEqual({ assets: 1, changed: 1 });
			expect(await tenant((tx) => readLabels(tx, [...both, deviceId('0001')]))).toEqual(
				new Map([
					[deviceId('0000'), { Env: 'Prod' }],
					[userId('ann'), { Env: '' }],
				]),
			);
			expect(await ask('labels.env = prod')).toEqual([deviceId('0000')]);
			expect(await ask('labels.ENV = ""', 'user')).toEqual([userId('ann')]);
			expect(await tenant(listLabels)).toMatchObject([{ name: 'Env', assets: 2 }]);
			const page = await tenant((tx) => listDevices(tx, { filter: {}, sort: 'name', limit: 2, cursor: null }));
			expect(page.assets.map(({ labels }) => labels)).toEqual([{ Env: 'Prod' }, {}]);
			expect(await tenant((tx) => findUsers(tx, 'ann'))).toMatchObject([{ labels: { Env: '' } }]);
		});

		test('are put on nothing where one of the ids is no asset’s', async () => {
			const label = await create('prod');
			const nobody = assetIdOf(ground.organizationId, 'nobody');
			const wanted = put(label, [deviceId('0000'), nobody, 'i-0000']);
			await expect(wanted).rejects.toMatchObject({ code: 'LABEL:0004', details: { ids: [nobody, 'i-0000'] } });
			expect(await ask('labels.prod exists')).toEqual([]);
		});

		test('are put on all that a query finds, and taken from all that a query finds', async () => {
			const label = await create('prod');
			const some = await found('name in ("name 0001", "name 0002", "name 0003")');
			expect(await tenant((tx) => assignLabel(tx, { labelId: label, assets: some, value: null, now }))).toEqual({
				assets: 3,
				changed: 3,
			});
			expect(await ask('labels.prod exists')).toEqual(['0001', '0002', '0003'].map(deviceId));
			expect(await ask('labels.prod not exists')).toEqual(['0000', '0004'].map(deviceId));
			const fewer = await found('name in ("name 0002", "name 0004")');
			expect(await tenant((tx) => unassignLabel(tx, { labelId: label, assets: fewer }))).toEqual({
				assets: 2,
				changed: 1,
			});
			expect(await ask('labels.prod exists')).toEqual(['0001', '0003'].map(deviceId));
		});

		test('a query for users labels users alone', async () => {
			const label = await create('people');
			const all = await found('', 'user');
			expect(await tenant((tx) => assignLabel(tx, { labelId: label, assets: all, value: 'x', now }))).toEqual({
				assets: 2,
				changed: 2,
			});
			expect(await ask('labels exists')).toEqual([]);
			expect(await ask('labels exists', 'user')).toEqual([userId('ann'), userId('bob')]);
		});

		test('stay through another collection, retirement and return; the list counts live assets', async () => {
			const label = await create('kept');
			await put(label, [deviceId('0004')], 'v');
			await ground.look(`update device set record_state = 'retired' where asset_id = $1`, [deviceId('0004')]);
			await ground.look(`update source_record set state = 'retired' where asset_id = $1`, [deviceId('0004')]);
			expect(await tenant(listLabels)).toMatchObject([{ assets: 0 }]);
			await readDevices(ids(5), 5, 2);
			expect(await ask('labels.kept = v')).toEqual([deviceId('0004')]);
			expect(await tenant(listLabels)).toMatchObject([{ assets: 1 }]);
		});
	});

	describe('of assets that are merged and split', () => {
		/** As the correlator does it: `bob` comes into the asset of `ann`. */
		async function merge(): Promise<void> {
			await move(userId('ann'), false);
			await ground.look(
				`insert into asset_alias (organization, asset_id, record, merged_into, valid_from)
				select organization, $1, id, $2, $3 from source_record where native_id = 'AIDA-bob'`,
				[userId('bob'), userId('ann'), now],
			);
		}

		async function split(): Promise<void> {
			await move(userId('bob'), true);
			await ground.look('delete from asset_alias');
		}

		async function move(assetId: string, isPrimary: boolean): Promise<void> {
			const of = `(select id from source_record where native_id = 'AIDA-bob')`;
			await ground.look(`update source_record set asset_id = $1 where id = ${of}`, [assetId]);
			await ground.look(`update directory_user set asset_id = $1, is_primary = $2 where record = ${of}`, [
				assetId,
				isPrimary,
			]);
		}

		test('the asset has the labels of all its records, and each record goes away with its own', async () => {
			const [red, blue] = [await create('red'), await create('blue')];
			await put(red, [userId('ann')]);
			await put(blue, [userId('bob')], 'b');
			await merge();
			expect(await ask('labels.red exists and labels.blue = b', 'user')).toEqual([userId('ann')]);
			expect(await tenant((tx) => readLabels(tx, [userId('ann')]))).toEqual(
				new Map([[userId('ann'), { blue: 'b', red: null }]]),
			);
			expect(await tenant(listLabels)).toMatchObject([{ assets: 1 }, { assets: 1 }]);
			await split();
			expect(await ask('labels.red exists', 'user')).toEqual([userId('ann')]);
			expect(await ask('labels.blue exists', 'user')).toEqual([userId('bob')]);
		});

		test('by the id that one of them had before, the asset is found; it has one value, and loses it as a whole', async () => {
			const label = await create('team');
			await put(label, [userId('ann')], 'of ann');
			await put(label, [userId('bob')], 'of bob');
			await merge();
			expect(await tenant((tx) => countLabels(tx))).toEqual([{ asset: userId('ann'), count: 2 }]);
			expect(await put(label, [userId('bob')], 'now')).toEqual({ assets: 1, changed: 1 });
			expect(await tenant((tx) => readLabels(tx, [userId('ann')]))).toEqual(
				new Map([[userId('ann'), { team: 'now' }]]),
			);
			expect(await ask('labels.team = "of bob"', 'user')).toEqual([]);
			const gone = await tenant((tx) => unassignLabel(tx, { labelId: label, assets: { assetIds: [userId('bob')] } }));
			expect(gone).toEqual({ assets: 1, changed: 1 });
			await split();
			expect(await ask('labels.team exists', 'user')).toEqual([]);
		});

		async function countLabels(tx: TenantTransaction) {
			const { rows } = await tx.client.query(
				`select r.asset_id as asset, count(*)::int as count from tenant_asset_label l join tenant_record r on r.id = l.record
				group by r.asset_id`,
			);
			return rows;
		}
	});
});
