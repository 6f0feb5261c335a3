import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { correlateOrganization } from './correlate-organization.ts';
import { findDevices } from './devices.ts';
import { migrate } from './migrate.ts';
import { openStore } from './open-store.ts';
import { queryAssets } from './query/query-assets.ts';
import { prepareQuery } from './query/query-source.ts';
import type { Store } from './store.ts';
import { fillEarlierInventory } from './testing/earlier-inventory.ts';
import { minute, nativeIdOf } from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import { findUsers } from './users.ts';

onEveryServer((openCluster) => {
	let database: Awaited<ReturnType<Awaited<ReturnType<typeof openCluster>>['createDatabase']>>;
	let organizationId: string;
	let store: Store;
	let eventsBefore: readonly unknown[];
	beforeEach(async () => {
		database = await (await openCluster()).createDatabase();
		organizationId = await withClient(database.connection, fillEarlierInventory);
		eventsBefore = await look('select number, at, type, asset_id, record from event order by number');
		await migrate(database.connection, { now: minute(20) });
		store = await openStore({ connection: database.connection });
	});
	afterEach(async () => {
		await store?.close();
		await database.drop();
	});

	const look = async (query: string): Promise<readonly unknown[]> =>
		(await withClient(database.connection, (client) => client.query(query))).rows;

	const ask = (type: 'device' | 'user', text: string, at: Date | null) =>
		store.tenant(organizationId, async (tx) => {
			const checked = checkQuery(parseQuery(text, type), type, at ?? minute(20));
			const source = await prepareQuery(tx, checked, at?.toISOString() ?? null);
			const { assets } = await queryAssets(tx, source, { sort: 'name', descending: false, limit: 10, cursor: null });
			return assets.map(({ nativeId }) => nativeId);
		});

	test.each([
		['device', 'tags.env = prod and name = web', 'now', [nativeIdOf('a')]],
		['device', 'ips = 10.0.0.0/8', 'now', [nativeIdOf('a')]],
		['device', 'states = retired', 'now', [nativeIdOf('b')]],
		['device', 'tags.env = dev', 'now', []],
		['device', 'tags.env = dev', 'then', [nativeIdOf('b'), nativeIdOf('a')]],
		['device', 'name ~ "ol*" and ips = 10.0.0.1', 'then', [nativeIdOf('a')]],
		['device', 'network_interfaces unknown', 'now', [nativeIdOf('a')]],
		['user', 'emails = anna@x.io', 'now', ['d-1/u-1', 'AIDA1']],
		['user', 'groups unknown', 'now', ['d-1/u-1', 'AIDA1']],
	] as const)(
		'of records from before they were searchable, %ss with %s %s are found',
		async (type, text, at, found) => {
			expect(await ask(type, text, at === 'now' ? null : minute(5))).toEqual(found);
		},
	);

	test('they are since when they were, no event is written of them, and the next correlation makes users one', async () => {
		expect(await look('select number, at, type, asset_id, record from event order by number')).toEqual(eventsBefore);
		expect(eventsBefore).toHaveLength(4);
		const [device] = await store.tenant(organizationId, (tx) => findDevices(tx, nativeIdOf('a')));
		expect(device).toMatchObject({
			standing: { state: 'active' },
			firstObservedAt: minute(0).toISOString(),
			lastChangedAt: minute(10).toISOString(),
		});
		expect(await look('select valid_from, valid_to, name_folded from device_version order by name_folded')).toEqual([
			{ valid_from: minute(0), valid_to: minute(10), name_folded: 'gone' },
			{ valid_from: minute(0), valid_to: minute(10), name_folded: 'old' },
		]);
		const merged = await correlateOrganization(store, organizationId, { now: () => minute(30) });
		expect(merged).toEqual({ merged: 1, split: 0, changed: 1 });
		expect(await look('select value from record_identifier')).toEqual(Array(2).fill({ value: 'anna@x.io' }));
		const [user, ...others] = await store.tenant(organizationId, (tx) => findUsers(tx, 'anna@x.io'));
		expect([user?.sources.length, others]).toEqual([2, []]);
	});
});
