import { deviceAttributes } from '@rollcall/model/asset/device.ts';
import { compareCodePoints, fold } from '@rollcall/model/history/text.ts';
import type { DeviceFilter } from '@rollcall/model/query/list-filters.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeviceQuery, type DeviceRow, findDevices, listDevices, sliceDevices } from './devices.ts';
import { completeExecution, listExecutions, readExecution } from './executions.ts';
import { listObservations } from './observations.ts';
import {
	apply,
	beginRun,
	type Ground,
	makeRow,
	minute,
	nativeIdOf,
	openGround,
	openScopes,
	pageOf,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';

const names = [
	'Zürich',
	'zebra',
	'äpfel',
	'Apfel',
	'a-b',
	'a_b',
	'ab',
	'東京',
	'😀',
	'\uFFFD',
	'Zu\u0308rich',
	undefined,
];

onEveryServer((openCluster) => {
	let ground: Ground;
	let executionId: string;
	beforeAll(async () => {
		ground = await openGround(openCluster);
		executionId = await beginRun(ground, minute(0));
		const regions = ['complete', 'denied', 'never'];
		const { scopes } = await openScopes(ground, executionId, { at: minute(0), regions });
		for (const scope of scopes) {
			const rows = names.map((name, index) =>
				makeRow(`${scope.region}-${index}`, {
					attributes: {
						...(name === undefined ? {} : { name }),
						account_id: '111111111111',
						region: scope.region,
						state: index % 2 ? 'stopped' : 'running',
						os_platform: 'linux',
						owner: index === 0 ? 'Team-Ä' : 'other',
						public: index === 1,
						internal_ips: [`10.${index}.0.1`, 'not an address'],
						...(index === 1 ? { external_ips: ['52.1.2.3'] } : {}),
						...(index === 2 ? { ipv6: ['2001:db8::7'] } : {}),
						...(index < 2 ? { tags: { env: index ? '' : 'prod', 'odd"key\\': 'x' } } : {}),
					},
					partsRead: index === 2 ? [0, 1] : [0],
				}),
			);
			rows.push(makeRow(`${scope.region}-gone`, { presence: 'gone' }));
			const page = pageOf(scope, executionId, 0, 0, rows);
			const observation = { kind: 'address', nativeId: 'eipalloc-1', document: { address: '52.0.0.1' } };
			await apply(ground, executionId, {
				...page,
				enrichments: {
					'ec2:DescribeAddresses': { outcome: 'complete' },
					'ec2:DescribeNetworkInterfaces': {
						outcome: 'denied',
						cause: { code: 'UnauthorizedOperation', message: 'no' },
					},
				},
				observations: [{ action: 'ec2:DescribeAddresses', observations: [observation] }],
				...(scope.region === 'complete' ? { close: { outcome: 'complete', at: minute(1) } } : {}),
			});
			if (scope.region !== 'denied') continue;
			const cause = { code: 'UnauthorizedOperation', message: 'no' };
			await apply(ground, executionId, {
				...page,
				page: -1,
				rows: [],
				close: { outcome: 'denied', cause, at: minute(1) },
			});
		}
	});
	afterAll(() => ground.close());

	const list = (filter: DeviceFilter, query: Partial<DeviceQuery> = {}) =>
		ground.store.tenant(ground.organizationId, (tx) =>
			listDevices(tx, { filter, sort: 'name', limit: 100, cursor: null, ...query }),
		);
	const inComplete = async (filter: DeviceFilter): Promise<number[]> => {
		const { assets: devices } = await list({ ...filter, regions: ['complete'] });
		return devices.map(({ nativeId }) => Number(nativeId.split('-').at(-1))).sort((left, right) => left - right);
	};

	test('devices come in code-point order of their folded names, whatever the database’s locale', async () => {
		const { assets: devices } = await list({ regions: ['complete'] });
		const shown = devices.map((device) =>
			fold(device.attributes.name ?? device.nativeId.slice(device.nativeId.lastIndexOf('/') + 1)),
		);
		expect(shown).toHaveLength(names.length);
		expect(shown).toEqual(shown.toSorted(compareCodePoints));
	});

	test.each(['name', 'account', 'instance'] as const)('keyset pages by %s show every device once', async (sort) => {
		const seen: DeviceRow[] = [];
		let cursor: string | null = null;
		do {
			const page = await list({}, { sort, limit: 5, cursor });
			expect([page.counts.total, page.counts.isExact]).toEqual([names.length * 3, true]);
			seen.push(...page.assets);
			cursor = page.nextCursor;
		} while (cursor !== null);
		const all = await list({}, { sort });
		const first = await list({}, { sort, limit: 5 });
		const rest = await ground.store.tenant(ground.organizationId, (tx) =>
			sliceDevices(tx, { filter: {}, sort, limit: 100, cursor: first.nextCursor }),
		);
		expect(rest).toEqual({ assets: all.assets.slice(5), nextCursor: null });
		expect(seen.map(({ id }) => id)).toEqual(all.assets.map(({ id }) => id));
		expect(new Set(seen.map(({ id }) => id)).size).toBe(names.length * 3);
		await expect(list({}, { sort, cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ code: 'STORE:0007' });
	});

	test.each<readonly [DeviceFilter, readonly number[]]>([
		[{ name: 'zÜRICH' }, [0, 10]],
		[{ name: 'a_b' }, [5]],
		[{ name: 'a*b' }, [4, 5, 6]],
		[{ name: '*complete*' }, []],
		[{ owner: 'team-ä' }, [0]],
		[{ ip: '10.3.0.1' }, [3]],
		[{ ip: '10.3.99.99/16' }, [3]],
		[{ ip: '52.0.0.0/8' }, [1]],
		[{ ip: '2001:db8::/32' }, [2]],
		[{ public: true }, [1]],
		[{ tags: [{ name: 'env' }] }, [0, 1]],
		[{ tags: [{ name: 'env', value: '' }] }, [1]],
		[
			{
				tags: [
					{ name: 'odd"key\\', value: 'x' },
					{ name: 'env', value: 'prod' },
				],
			},
			[0],
		],
		[{ states: ['stopped'], osPlatforms: ['linux', 'windows'] }, [1, 3, 5, 7, 9, 11]],
		[{ osPlatforms: ['windows'] }, []],
	])('the filter %j finds %j', async (filter, found) => {
		expect(await inComplete(filter)).toEqual(found);
	});

	test('an address that is none is refused, naming it', async () => {
		for (const ip of ['10.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', "'"]) {
			await expect(list({ ip })).rejects.toMatchObject({ code: 'QUERY:0001', message: expect.stringContaining(ip) });
		}
	});

	test('unconfirmed is derived from the scope, with its reason and since when', async () => {
		expect((await list({ recordState: 'active' })).counts.total).toBe(names.length);
		const { assets: devices, counts } = await list({ recordState: 'unconfirmed' });
		expect(counts.total).toBe(names.length * 2);
		const standings = new Set(devices.map(({ standing }) => JSON.stringify(standing)));
		expect([...standings].map((standing): unknown => JSON.parse(standing))).toEqual(
			expect.arrayContaining([
				{ state: 'unconfirmed', reason: 'denied: UnauthorizedOperation', since: null },
				{ state: 'unconfirmed', reason: 'never read to its end', since: null },
			]),
		);
		const gone = await list({ recordState: 'retired', regions: ['eu-west-1'] });
		expect(gone.assets[0]?.standing).toEqual({
			state: 'retired',
			reason: 'terminated',
			since: minute(0).toISOString(),
		});
	});

	test('coverage counts the scopes a filter depends on', async () => {
		expect((await list({})).coverage).toEqual({
			scopes: 3,
			scopesComplete: 1,
			oldestConfirmedAt: minute(1).toISOString(),
		});
		expect((await list({ regions: ['denied'] })).coverage).toEqual({
			scopes: 1,
			scopesComplete: 0,
			oldestConfirmedAt: null,
		});
	});

	test('what an enrichment did not read is unknown, and why', async () => {
		const { assets: devices } = await list({ regions: ['complete'] });
		const unknownOf = (index: number) =>
			devices.find(({ nativeId }) => nativeId === nativeIdOf(`complete-${index}`))?.unknown;
		// Read once by DescribeAddresses; never permitted to DescribeNetworkInterfaces.
		expect(unknownOf(2)).toEqual({
			network_interfaces: 'not_permitted',
			account_name: 'not_permitted',
			ou_path: 'not_permitted',
		});
		expect(unknownOf(3)).toMatchObject({ elastic_ips: 'unconfirmed' });
		for (const name of Object.keys(unknownOf(3) ?? {})) expect(deviceAttributes).toHaveProperty(name);
	});

	test('a device is found by asset id, ARN and instance id, with its sources and events', async () => {
		const find = (id: string) => ground.store.tenant(ground.organizationId, (tx) => findDevices(tx, id));
		const [device] = await find(nativeIdOf('complete-1'));
		expect(device).toMatchObject({
			nativeId: nativeIdOf('complete-1'),
			lastConfirmedAt: minute(1).toISOString(),
			sources: [{ kind: 'ec2.devices', region: 'complete', standing: { state: 'active' } }],
			events: [{ type: 'SourceMembershipAdd', executionId, at: minute(0).toISOString() }],
		});
		expect(await find(device?.id ?? '')).toEqual([device]);
		expect(await find('i-complete-1')).toEqual([device]);
		expect(await find('i-nothing')).toEqual([]);
	});

	test('observations are listed with where they were seen', async () => {
		const rows = await ground.store.tenant(ground.organizationId, (tx) =>
			listObservations(tx, { kind: 'address', limit: 10 }),
		);
		expect(rows.map(({ region, document }) => [region, document['address']])).toEqual(
			['complete', 'denied', 'never'].map((region) => [region, '52.0.0.1']),
		);
	});

	test('an execution is found by the beginning of its id, with the outcomes of its scopes', async () => {
		await ground.store.tenant(ground.organizationId, (tx) =>
			completeExecution(tx, {
				id: executionId,
				result: 'partial',
				message: null,
				summary: null,
				finishedAt: minute(2),
			}),
		);
		const detail = await ground.store.tenant(ground.organizationId, (tx) => readExecution(tx, executionId.slice(0, 8)));
		expect(detail).toMatchObject({ id: executionId, result: 'partial', finishedAt: minute(2).toISOString() });
		expect(detail?.scopes.map(({ region, outcome }) => [region, outcome])).toEqual([
			['complete', 'complete'],
			['denied', 'denied'],
		]);
		const rows = await ground.store.tenant(ground.organizationId, (tx) => listExecutions(tx, { limit: 10 }));
		expect(rows.map(({ id }) => id)).toEqual([executionId]);
	});
});
