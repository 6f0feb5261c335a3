import { querySorts } from '@rollcall/model/query/asset-sort.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { findField } from '@rollcall/model/query/fields.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { assetIdOf } from '../asset-id.ts';
import { assignLabel } from '../assign-labels.ts';
import { createLabel } from '../labels.ts';
import { sweepExecution } from '../sweep.ts';
import {
	accountId,
	beginRun,
	type Ground,
	makeRow,
	minute,
	nativeIdOf,
	openGround,
	readScope,
	region,
} from '../testing/ground.ts';
import type { TenantTransaction } from '../transaction.ts';
import { readAssetAsOf } from './asset-as-of.ts';
import { nameAssets } from './asset-names.ts';
import { listSorts } from './asset-sorts.ts';
import { exportAssets } from './export-assets.ts';
import { countEvents, queryEvents } from './query-events.ts';
import { prepareQuery, type QuerySource } from './query-source.ts';
import { readTimeline } from './read-timeline.ts';
import { suggestValues } from './suggest-values.ts';

let ground: Ground;
beforeAll(async () => {
	ground = await openGround(openTestCluster);
	await run(10, [device('a', 'dev'), device('b', 'dev'), device('c', 'Prod')]);
	await run(20, [device('a', 'prod'), device('b', 'dev'), device('c', 'Prod')]);
	await run(30, [device('a', 'prod'), device('b', 'dev')]);
});
afterAll(() => ground?.close());

function device(id: string, environment: string) {
	const attributes = { name: `Web ${id}`, account_id: accountId, region, state: 'running', tags: { Env: environment } };
	return makeRow(id, { attributes });
}

async function run(minutes: number, rows: ReturnType<typeof makeRow>[]): Promise<void> {
	const at = minute(minutes);
	const executionId = await beginRun(ground, at);
	await readScope(ground, rows, { executionId, at });
	await read((tx) => sweepExecution(tx, { integrationId: ground.integrationId, executionId, at }));
}

async function read<Result>(work: (tx: TenantTransaction) => Promise<Result>): Promise<Result> {
	return await ground.store.tenant(ground.organizationId, work);
}

async function ask<Result>(
	entity: Entity,
	text: string,
	work: (tx: TenantTransaction, query: QuerySource) => Promise<Result>,
): Promise<Result> {
	const checked = checkQuery(parseQuery(text, entity), entity, minute(100));
	return await read(async (tx) => await work(tx, await prepareQuery(tx, checked, null)));
}

const idOf = (id: string) => assetIdOf(ground.organizationId, nativeIdOf(id));
const open = { from: null, to: null };

test('the feed is newest first, page by page, with the names of the assets', async () => {
	const page = (cursor: string | null) =>
		ask('event', 'attribute = tags or type = SourceMembershipRemove', (tx, query) =>
			queryEvents(tx, query, { ...open, limit: 2, cursor }),
		);
	const first = await page(null);
	expect(first.events.map(({ type, assetName, source }) => [type, assetName, source])).toEqual([
		['SourceMembershipRemove', 'Web c', 'ec2.devices'],
		['AttributeValueAdd', 'Web a', 'ec2.devices'],
	]);
	const rest = await page(first.nextCursor);
	expect(rest).toMatchObject({
		events: [{ type: 'AttributeValueRemove', value: { name: 'Env', value: 'dev' } }],
		nextCursor: null,
	});
});

test('a feed of a span, and of assets that meet a rule, leaves the others out', async () => {
	const of = async (text: string, from: Date | null, to: Date | null) => {
		const span = { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
		const { events } = await ask('event', text, (tx, query) =>
			queryEvents(tx, query, { ...span, limit: 9, cursor: null }),
		);
		return events.map(({ type, assetName }) => `${type} ${assetName}`);
	};
	expect(await of('', minute(30), null)).toEqual(['SourceMembershipRemove Web c']);
	expect(await of('device.name = "web b"', null, null)).toEqual(['SourceMembershipAdd Web b']);
	expect(await of('', null, minute(10))).toEqual([]);
});

test('a histogram has every bucket, and each event in one of them', async () => {
	const counted = (from: number, to: number, buckets: number) =>
		ask('event', '', (tx, query) => countEvents(tx, query, { from: minute(from), to: minute(to), buckets }));
	expect((await counted(0, 40, 4)).map(({ total }) => total)).toEqual([0, 3, 2, 1]);
	expect(await counted(10, 31, 1)).toEqual([
		{
			from: minute(10).toISOString(),
			total: 6,
			types: { SourceMembershipAdd: 3, AttributeValueAdd: 1, AttributeValueRemove: 1, SourceMembershipRemove: 1 },
		},
	]);
	expect((await counted(10, 30, 1))[0]?.total).toBe(5);
});

test('a timeline has the events of the ids an asset had before merges, and is found under each of them', async () => {
	const former = '00000000-0000-4000-8000-000000000001';
	const earlier = '00000000-0000-4000-8000-000000000002';
	const { organizationId: own } = ground;
	await ground.look(
		`insert into asset_alias (organization, asset_id, record, merged_into, valid_from)
		select organization, g, id, asset_id, now() from source_record cross join unnest($1::uuid[]) g where asset_id = $2`,
		[[former, earlier], idOf('b')],
	);
	await ground.look(
		`insert into event (organization, number, at, type, asset_id, value) values ($1, 1000, $2, 'AssetMerge', $3, '{"reason": "e-mail"}')`,
		[own, minute(25), earlier],
	);
	const all = await read((tx) => readTimeline(tx, idOf('b'), { limit: 10, cursor: null, until: null }));
	expect(all.events.map(({ type, assetName }) => [type, assetName])).toEqual([
		['AssetMerge', 'Web b'],
		['SourceMembershipAdd', 'Web b'],
	]);
	const first = await read((tx) => readTimeline(tx, idOf('b'), { limit: 1, cursor: null, until: null }));
	const second = await read((tx) => readTimeline(tx, idOf('b'), { limit: 1, cursor: first.nextCursor, until: null }));
	expect([...first.events, ...second.events]).toEqual(all.events);
	const then = { limit: 10, cursor: null, until: minute(20).toISOString() };
	expect((await read((tx) => readTimeline(tx, idOf('b'), then))).events).toHaveLength(1);
	expect((await read((tx) => nameAssets(tx, [earlier]))).get(earlier)).toEqual({
		id: idOf('b'),
		type: 'device',
		name: 'Web b',
	});
});

test('an asset as of a moment is what it was, with what was known of its scope; before it was seen it is none', async () => {
	const then = (id: string, minutes: number) =>
		read((tx) => readAssetAsOf(tx, 'device', idOf(id), minute(minutes).toISOString()));
	expect(await then('a', 5)).toEqual([]);
	const [before] = await then('a', 15);
	expect(before).toMatchObject({ attributes: { tags: { Env: 'dev' } }, records: [{ outcome: 'complete', region }] });
	expect((await then('a', 25))[0]?.attributes['tags']).toEqual({ Env: 'prod' });
	expect((await then('c', 25))[0]?.records[0]?.standing.state).toBe('active');
	expect((await then('c', 35))[0]?.records[0]?.standing).toMatchObject({ state: 'retired', reason: 'absent' });
});

test('an export has every asset once, in order, and no more than is asked for', async () => {
	const names = async (limit: number) =>
		ask('device', '', async (tx, query) => {
			const pages: unknown[][] = [];
			const options = { sort: 'name', descending: true, cursor: null, limit, pageSize: 1 };
			for await (const page of exportAssets(tx, query, options))
				pages.push(page.assets.map((each) => each.attributes['name']));
			return pages;
		});
	expect(await names(Number.POSITIVE_INFINITY)).toEqual([['Web b'], ['Web a']]);
	expect(await names(1)).toEqual([['Web b']]);
});

test('what is exported, or shown as it was, has the labels of now', async () => {
	await read(async (tx) => {
		const { id: labelId } = await createLabel(tx, { name: 'Owned' }, minute(40));
		await assignLabel(tx, { labelId, assets: { assetIds: [idOf('a')] }, value: 'us', now: minute(40) });
	});
	const exported = await ask('device', 'name = "web a"', async (tx, query) => {
		const pages = exportAssets(tx, query, { sort: 'name', descending: false, cursor: null, limit: 1 });
		for await (const { assets } of pages) return assets;
		return [];
	});
	const then = await read((tx) => readAssetAsOf(tx, 'device', idOf('a'), minute(15).toISOString()));
	expect([...exported, ...then].map(({ labels }) => labels)).toEqual([{ Owned: 'us' }, { Owned: 'us' }]);
});

test('values are suggested whatever their case, those that begin with the text before those that hold it', async () => {
	const suggested = async (name: string, options: Parameters<typeof suggestValues>[2]) => {
		const field = findField('device', name);
		if (field === undefined) throw new Error('there is no such field');
		return (await read((tx) => suggestValues(tx, field, options))).map(({ value, count }) => [value, count]);
	};
	expect(await suggested('tags', { name: 'env', text: 'PRO' })).toEqual([['prod', 1]]);
	expect(await suggested('region', { text: 'WEST' })).toEqual([[region, 2]]);
	expect(await suggested('name', { text: 'EB B' })).toEqual([['Web b', 1]]);
	expect(await suggested('os_platform', { text: 'win' })).toEqual([['windows', null]]);
	expect(await suggested('name', { text: 'web', limit: 1 })).toHaveLength(1);
});

test('the command line offers the sorts that there are', () => {
	for (const type of ['device', 'user'] as const)
		expect([...querySorts[type]].sort()).toEqual([...listSorts(type)].sort());
});
