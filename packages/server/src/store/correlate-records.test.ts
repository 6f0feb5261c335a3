import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assetIdOf } from './asset-id.ts';
import { correlateAll } from './correlate-organization.ts';
import { correlateDue } from './correlate-records.ts';
import { findDevices } from './devices.ts';
import { setCorrelation } from './organization-settings.ts';
import { countRecords } from './record-counts.ts';
import { correlateAt, listOnly, userRow, withIntegration } from './testing/correlated-world.ts';
import { type Ground, ids, makeRow, minute, nativeIdOf, openGround } from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import { findUsers } from './users.ts';

const person = { id: 'anna', store: '111', emails: ['anna@x.io'] };
const inStore = { id: 'a-1', store: 'd-1', emails: ['anna@x.io'] };

interface Row {
	readonly native_id: string;
	readonly asset_id: string;
	readonly is_primary: boolean;
	readonly is_duplicate: boolean;
}

interface Told {
	readonly type: string;
	readonly asset_id: string;
	readonly value: Readonly<Record<string, unknown>>;
}

onEveryServer((openCluster) => {
	let ground: Ground;
	let iam: Ground;
	let center: Ground;
	beforeEach(async () => {
		ground = await openGround(openCluster);
		iam = await withIntegration(ground, 'iam.users', 'one');
		center = await withIntegration(ground, 'identity_center.users', 'one');
	});
	afterEach(async () => {
		await ground.close();
	});

	const ownId = (native: string): string => assetIdOf(ground.organizationId, native);
	const rowsOf = async (table = 'directory_user'): Promise<Row[]> =>
		await ground.look<Row>(
			`select r.native_id, d.asset_id, d.is_primary, d.is_duplicate from ${table} d
			join source_record r on r.id = d.record and r.asset_id = d.asset_id order by r.native_id, r.id`,
		);
	const told = async (...types: string[]): Promise<Told[]> =>
		await ground.look<Told>('select type, asset_id, value from event where type = any ($1) order by number', [types]);
	const find = async (id: string) => await ground.store.tenant(ground.organizationId, (tx) => findUsers(tx, id));
	/** Ids that no record stands in, with where they lead. */
	const aliases = async (): Promise<[string, string][]> => {
		const rows = await ground.look<{ asset_id: string; merged_into: string }>(
			'select asset_id, merged_into from asset_alias where valid_to is null order by asset_id',
		);
		return rows.map(({ asset_id, merged_into }) => [asset_id, merged_into]);
	};

	test('users of IAM and of Identity Center with one address are one, under the older id, and one event says so', async () => {
		await listOnly(iam, 1, [userRow('iam.users', person)]);
		await correlateAt(ground, 2);
		await listOnly(center, 3, [userRow('identity_center.users', inStore)]);
		expect(await correlateAt(ground, 4)).toEqual({ merged: 1, split: 0, changed: 1 });
		expect(await rowsOf()).toEqual([
			{ native_id: '111/anna', asset_id: ownId('111/anna'), is_primary: true, is_duplicate: false },
			{ native_id: 'd-1/a-1', asset_id: ownId('111/anna'), is_primary: false, is_duplicate: false },
		]);
		expect(await told('AssetMerge', 'AssetSplit', 'RecordStateChange')).toEqual([
			{
				type: 'AssetMerge',
				asset_id: ownId('111/anna'),
				value: {
					from: ownId('d-1/a-1'),
					to: ownId('111/anna'),
					records: [expect.any(String)],
					reason: { by: 'email', value: 'anna@x.io', with: expect.any(String) },
				},
			},
		]);
	});

	test('an asset is found by an id that was merged away, with all its sources and why they are together', async () => {
		await listOnly(iam, 1, [userRow('iam.users', person)]);
		await listOnly(center, 3, [userRow('identity_center.users', inStore)]);
		await correlateAt(ground, 4);
		const [byOld] = await find(ownId('d-1/a-1'));
		const [byNative] = await find('d-1/a-1');
		expect(byNative?.id).toBe(ownId('111/anna'));
		expect(byOld?.id).toBe(ownId('111/anna'));
		expect(byOld?.sources.map(({ kind, link }) => [kind, link])).toEqual([
			['iam.users', null],
			['identity_center.users', { by: 'email', value: 'anna@x.io', with: '111/anna' }],
		]);
		expect(byOld?.events.map(({ type }) => type).sort()).toEqual([
			'AssetMerge',
			'SourceMembershipAdd',
			'SourceMembershipAdd',
		]);
	});

	test('an address that two users of one store have makes nobody one, whoever came first', async () => {
		await listOnly(center, 1, [userRow('identity_center.users', inStore)]);
		await listOnly(iam, 2, [userRow('iam.users', person)]);
		await correlateAt(ground, 3);
		await listOnly(center, 4, [
			userRow('identity_center.users', inStore),
			userRow('identity_center.users', { ...inStore, id: 'a-2' }),
		]);
		expect(await correlateAt(ground, 5)).toMatchObject({ merged: 0, split: 1 });
		expect(new Set((await rowsOf()).map(({ asset_id }) => asset_id)).size).toBe(3);
		// As soon as it is one user's alone again, it tells again.
		await listOnly(center, 6, [userRow('identity_center.users', inStore)]);
		expect(await correlateAt(ground, 7)).toMatchObject({ merged: 1 });
	});

	test('of a user is told which addresses are ambiguous, why, and with how many it shares them; of others nothing', async () => {
		const shared = async (id: string) => (await find(id)).flatMap(({ sources }) => sources.map((each) => each.shared));
		await listOnly(iam, 1, [
			userRow('iam.users', { ...person, emails: ['anna@x.io', 'all@x.io'] }),
			...['b', 'c', 'd'].map((id) => userRow('iam.users', { id, store: `11${id}`, emails: ['all@x.io'] })),
		]);
		await listOnly(center, 2, [
			userRow('identity_center.users', inStore),
			userRow('identity_center.users', { ...inStore, id: 'a-2', emails: ['anna@x.io', 'own@x.io'] }),
		]);
		await correlateAt(ground, 3);
		const anna = { value: 'anna@x.io', why: 'shared_within_store', isExact: true };
		expect(await shared('111/anna')).toEqual([
			[
				{ value: 'all@x.io', why: 'too_many_of_a_kind', others: 3, othersOfStore: 0, isExact: true },
				{ ...anna, others: 2, othersOfStore: 0 },
			],
		]);
		expect(await shared('d-1/a-1')).toEqual([[{ ...anna, others: 2, othersOfStore: 1 }]]);
		// As soon as one has left the store, the address makes the others one, and is nothing to tell.
		await listOnly(center, 4, [userRow('identity_center.users', inStore)]);
		await correlateAt(ground, 5);
		expect((await shared('d-1/a-1')).flat()).toEqual([expect.objectContaining({ value: 'all@x.io' })]);
		await listOnly(iam, 6, [userRow('iam.users', person)]);
		await correlateAt(ground, 7);
		expect(await shared('d-1/a-1')).toEqual([[], []]);
	});

	test('an address that many have is looked at once, and takes nobody along', async () => {
		const many = ids(15).map((id) => userRow('iam.users', { id, store: `1${id}`, emails: ['all@x.io'] }));
		await listOnly(iam, 1, many);
		await correlateAt(ground, 2, 7);
		await listOnly(center, 3, [userRow('identity_center.users', { ...inStore, emails: ['all@x.io', 'anna@x.io'] })]);
		expect(await correlateAt(ground, 4)).toEqual({ merged: 0, split: 0, changed: 0 });
		await listOnly(iam, 5, [...many.slice(0, 2), userRow('iam.users', person)]);
		// Of the many only two are left: now the address tells.
		expect(await correlateAt(ground, 6)).toMatchObject({ merged: 3 });
	});

	test('who loses the address leaves with an id of his own, and the id stays with the primary', async () => {
		await listOnly(iam, 1, [userRow('iam.users', person)]);
		await listOnly(center, 2, [userRow('identity_center.users', inStore)]);
		await correlateAt(ground, 3);
		await listOnly(center, 4, [userRow('identity_center.users', { ...inStore, emails: ['other@x.io'] })]);
		expect(await correlateAt(ground, 5)).toEqual({ merged: 0, split: 1, changed: 1 });
		expect((await rowsOf()).map(({ asset_id, is_primary }) => [asset_id, is_primary])).toEqual([
			[ownId('111/anna'), true],
			[ownId('d-1/a-1'), true],
		]);
		expect(await told('AssetSplit')).toEqual([
			{
				type: 'AssetSplit',
				asset_id: ownId('d-1/a-1'),
				value: { from: ownId('111/anna'), to: ownId('d-1/a-1'), records: [expect.any(String)], reason: null },
			},
		]);
		expect(await aliases()).toEqual([]);
	});

	test('an id leads where its record is, also after that one has gone on, and come back half of the way', async () => {
		const user = (id: string, emails: readonly string[]) => userRow('iam.users', { id, store: `1-${id}`, emails });
		const idOf = (id: string) => ownId(`1-${id}/${id}`);
		await listOnly(iam, 1, [user('c', ['c@x.io'])]);
		await listOnly(iam, 2, [user('c', ['c@x.io']), user('b', ['b@x.io'])]);
		await listOnly(iam, 3, [user('c', ['c@x.io']), user('b', ['b@x.io']), user('a', ['b@x.io'])]);
		await correlateAt(ground, 4);
		expect(await aliases()).toEqual([[idOf('a'), idOf('b')]]);
		await listOnly(iam, 5, [user('c', ['c@x.io']), user('b', ['b@x.io', 'c@x.io']), user('a', ['b@x.io'])]);
		await correlateAt(ground, 6);
		expect(await aliases()).toEqual([idOf('a'), idOf('b')].sort().map((id) => [id, idOf('c')]));
		await listOnly(iam, 7, [user('c', ['c@x.io']), user('b', ['b@x.io']), user('a', ['b@x.io'])]);
		await correlateAt(ground, 8);
		expect(new Set((await rowsOf()).map(({ asset_id }) => asset_id))).toEqual(new Set([idOf('b'), idOf('c')]));
		expect(await aliases()).toEqual([[idOf('a'), idOf('b')]]);
		expect((await find(idOf('a'))).map(({ id }) => id)).toEqual([idOf('b')]);
	});

	test('an asset of retired records that go to several leads to one of them, and nothing is left undone', async () => {
		const user = (id: string, emails: readonly string[] = []) => userRow('iam.users', { id, store: `1-${id}`, emails });
		const shared = ['all@x.io'];
		const two = await withIntegration(ground, 'iam.users', 'two');
		await listOnly(two, 2, [user('x', shared)]);
		await listOnly(two, 3, [user('x', shared), user('a', shared), user('b', shared)]);
		await correlateAt(ground, 4);
		// Whose id it is goes alone, and the others retire in it.
		await listOnly(two, 5, [user('a', shared), user('b', shared)]);
		await correlateAt(ground, 6);
		await listOnly(two, 7, [user('x'), user('a', shared), user('b', shared)]);
		await correlateAt(ground, 8);
		await listOnly(two, 9, [user('x')]);
		await correlateAt(ground, 10);
		const left = ownId('1-x/x');
		expect((await rowsOf()).filter(({ asset_id }) => asset_id === left)).toHaveLength(2);
		const [primary] = (await rowsOf()).filter(({ asset_id, is_primary }) => asset_id === left && is_primary);
		// Another integration had seen both earlier, which is known only now, and they are gone there, too.
		await listOnly(iam, 1, [user('a'), user('b')]);
		await listOnly(iam, 11, []);
		expect(await correlateAt(ground, 12)).toMatchObject({ merged: 1, split: 1 });
		expect(await aliases()).toEqual([[left, ownId(primary?.native_id ?? '')]]);
	});

	test('who is read through another integration, too, is found in whatever asset he stands', async () => {
		await listOnly(center, 1, [userRow('identity_center.users', inStore)]);
		await listOnly(iam, 2, [userRow('iam.users', person)]);
		await correlateAt(ground, 3);
		const twin = await withIntegration(ground, 'iam.users', 'two');
		await listOnly(twin, 4, [userRow('iam.users', { ...person, emails: [] })]);
		await correlateAt(ground, 5);
		const own = ownId('d-1/a-1');
		expect((await rowsOf()).map((row) => [row.native_id, row.asset_id, row.is_primary, row.is_duplicate])).toEqual([
			['111/anna', own, false, false],
			['111/anna', own, false, true],
			['d-1/a-1', own, true, false],
		]);
	});

	test('who left the asset that his own id began never takes that id again, however long ago it was', async () => {
		const bob = userRow('identity_center.users', { id: 'b-1', store: 'd-1', emails: ['bob@x.io'] });
		const anna = (emails: readonly string[]) => userRow('iam.users', { ...person, emails });
		await listOnly(center, 1, [bob]);
		await listOnly(iam, 2, [anna(['anna@x.io'])]);
		await listOnly(center, 3, [bob, userRow('identity_center.users', inStore)]);
		await correlateAt(ground, 4);
		// She is missed, so the other stands for the asset; when she returns she shares nothing with it.
		await listOnly(iam, 5, []);
		await correlateAt(ground, 6);
		await listOnly(iam, 7, [anna([])]);
		await correlateAt(ground, 8);
		const idOf = async (native: string) =>
			(await rowsOf()).find(({ native_id }) => native_id === native)?.asset_id ?? '';
		const spare = await idOf('111/anna');
		expect([await idOf('d-1/a-1'), spare.slice(0, -3)]).toEqual([ownId('111/anna'), ownId('111/anna').slice(0, -3)]);
		expect(spare).not.toBe(ownId('111/anna'));
		await listOnly(iam, 9, [anna(['bob@x.io'])]);
		await correlateAt(ground, 10);
		expect(await idOf('111/anna')).toBe(ownId('d-1/b-1'));
		await listOnly(iam, 11, [anna([])]);
		await correlateAt(ground, 12);
		expect(await idOf('111/anna')).toBe(spare);
		expect(await idOf('d-1/a-1')).toBe(ownId('111/anna'));
	});

	test('an address in a tag correlates only where the organization wants it', async () => {
		await listOnly(iam, 1, [userRow('iam.users', { ...person, emails: [] }, { tag_email: 'anna@x.io' })]);
		await listOnly(center, 2, [userRow('identity_center.users', inStore)]);
		expect(await correlateAt(ground, 3)).toMatchObject({ merged: 0 });
		await setCorrelation(ground.store, ground.organizationId, { tagEmail: true });
		expect(await correlateAt(ground, 4, 1)).toMatchObject({ merged: 1 });
		expect(await setCorrelation(ground.store, ground.organizationId, { tagEmail: true })).toBe(0);
		expect(await setCorrelation(ground.store, ground.organizationId, { tagEmail: false })).toBe(2);
		expect(await correlateAt(ground, 5)).toMatchObject({ split: 1 });
	});

	test('a correlator at work never looks at anybody by the setting of before', async () => {
		await listOnly(iam, 1, [userRow('iam.users', { ...person, emails: [] }, { tag_email: 'anna@x.io' })]);
		await listOnly(center, 2, [userRow('identity_center.users', inStore)]);
		let change: Promise<number> | undefined;
		await ground.store.tenant(ground.organizationId, async (tx) => {
			await correlateDue(tx, { at: minute(3) });
			change = setCorrelation(ground.store, ground.organizationId, { tagEmail: true });
			await expect
				.poll(() =>
					ground.look(`select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`),
				)
				.toHaveLength(1);
		});
		expect(await change).toBe(2);
		expect(await correlateAt(ground, 4)).toMatchObject({ merged: 1 });
	});

	describe('a device that two integrations read', () => {
		let twin: Ground;
		const find = async () => await ground.store.tenant(ground.organizationId, (tx) => findDevices(tx, nativeIdOf('1')));
		beforeEach(async () => {
			twin = await withIntegration(ground, 'ec2.devices', 'two');
			await listOnly(ground, 1, [makeRow('1'), makeRow('2')]);
			await listOnly(twin, 2, [makeRow('1')]);
			await correlateAt(ground, 3);
		});

		test('is one asset with one primary; the other record is its duplicate, and says of which', async () => {
			const of1 = (await rowsOf('device')).filter(({ native_id }) => native_id === nativeIdOf('1'));
			expect(of1.map(({ is_primary, is_duplicate }) => [is_primary, is_duplicate])).toEqual([
				[true, false],
				[false, true],
			]);
			expect((await told('RecordStateChange')).map(({ value }) => value)).toEqual([
				{ from: 'active', to: 'duplicate', of: expect.any(String) },
			]);
			const [device] = await find();
			expect(device?.sources.map(({ standing }) => [standing.state, standing.reason])).toEqual([
				['active', null],
				['duplicate', expect.stringContaining('ec2.devices')],
			]);
			expect(device?.sources[1]?.link).toEqual({ by: 'native_id', value: null, with: nativeIdOf('1') });
		});

		test('stays live when its primary is removed: the other takes over, as it was', async () => {
			await listOnly(ground, 4, [makeRow('2')]);
			const taken = (await rowsOf('device')).filter(({ native_id }) => native_id === nativeIdOf('1'));
			expect(taken.map(({ is_primary, is_duplicate }) => [is_primary, is_duplicate])).toEqual([
				[false, false],
				[true, false],
			]);
			await correlateAt(ground, 5);
			expect((await find())[0]).toMatchObject({ standing: { state: 'active' } });
			expect((await told('RecordStateChange')).map(({ value }) => value)).toMatchObject([
				{ from: 'active', to: 'duplicate' },
				{ from: 'duplicate', to: 'active' },
			]);
			// It comes back as the duplicate of the one that stands for it now.
			await listOnly(ground, 6, [makeRow('1'), makeRow('2')]);
			await correlateAt(ground, 7);
			const back = (await rowsOf('device')).filter(({ native_id }) => native_id === nativeIdOf('1'));
			expect(back.map(({ is_primary, is_duplicate }) => [is_primary, is_duplicate])).toEqual([
				[false, true],
				[true, false],
			]);
		});

		test('makes way when the scope of its primary was incomplete for three runs, and no earlier', async () => {
			const first = async () => (await rowsOf('device'))[0]?.is_primary;
			for (const minutes of [4, 5]) await listOnly(ground, minutes, [], { outcome: 'denied' });
			await correlateAt(ground, 6);
			expect(await first()).toBe(true);
			await listOnly(ground, 7, [], { outcome: 'denied' });
			await correlateAt(ground, 8);
			expect(await first()).toBe(false);
			await listOnly(ground, 9, [makeRow('1'), makeRow('2')]);
			expect(await correlateAt(ground, 10)).toMatchObject({ changed: 0 });
		});

		test('is counted once: each source says what became of its records', async () => {
			await listOnly(ground, 4, [makeRow('1')], {});
			await listOnly(twin, 5, [], { outcome: 'throttled_out' });
			await correlateAt(ground, 6);
			const counts = await ground.store.tenant(ground.organizationId, countRecords);
			const none = { unconfirmed: 0, duplicate: 0, stale: 0, insufficient: 0, retired: 0 };
			expect(counts.filter(({ kind }) => kind === 'ec2.devices')).toHaveLength(2);
			expect(counts.find(({ integrationId }) => integrationId === ground.integrationId)).toEqual({
				...none,
				integrationId: ground.integrationId,
				kind: 'ec2.devices',
				total: 2,
				live: 1,
				retired: 1,
			});
			expect(counts.find(({ integrationId }) => integrationId === twin.integrationId)).toMatchObject({
				...none,
				total: 1,
				live: 0,
				duplicate: 1,
			});
		});
	});

	test('invariant 4: where nothing is otherwise, correlation writes nothing', async () => {
		await listOnly(iam, 1, [userRow('iam.users', person)]);
		await listOnly(center, 2, [userRow('identity_center.users', inStore)]);
		await correlateAt(ground, 3);
		const everything = async () => [
			await ground.look('select xmin::text, * from source_record order by id'),
			await ground.look('select xmin::text, * from directory_user order by record'),
			await ground.look('select * from directory_user_version order by record, valid_to'),
			await ground.look('select * from event order by number'),
			await ground.look('select xmin::text, * from record_identifier order by value, record'),
		];
		const before = await everything();
		await listOnly(center, 4, [userRow('identity_center.users', inStore)]);
		await correlateAt(ground, 5);
		expect(await correlateAll(ground.store, ground.organizationId, { now: () => minute(6) })).toEqual({
			merged: 0,
			split: 0,
			changed: 0,
		});
		expect(await everything()).toEqual(before);
		expect(await ground.look('select * from correlation_due')).toEqual([]);
	});

	test('two correlators at once do the work once', async () => {
		await listOnly(
			iam,
			1,
			ids(40).map((id) => userRow('iam.users', { id, store: `1${id}`, emails: [`${id}@x.io`] })),
		);
		await listOnly(
			center,
			2,
			ids(40).map((id) => userRow('identity_center.users', { id, store: 'd-1', emails: [`${id}@x.io`] })),
		);
		const done = await Promise.all([correlateAt(ground, 3, 8), correlateAt(ground, 3, 8)]);
		expect(done.reduce((sum, { merged }) => sum + merged, 0)).toBe(40);
		expect(await told('AssetMerge')).toHaveLength(40);
	});
});
