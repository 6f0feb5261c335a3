import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { assetIdOf } from '../asset-id.ts';
import { correlateAt, listOnly, userRow, withIntegration } from '../testing/correlated-world.ts';
import { type Ground, minute, openGround } from '../testing/ground.ts';
import type { TenantTransaction } from '../transaction.ts';
import { queryAssets } from './query-assets.ts';
import { queryEvents } from './query-events.ts';
import { prepareQuery, type QuerySource } from './query-source.ts';

/** The users of IAM and those of Identity Center become one each at minute 4, and Anna is two again at minute 8. */
let ground: Ground;
const [anna, zoe, annaToo, zoeToo] = ['111/anna', '111/zoe', 'd-1/a-1', 'd-1/z-1'] as const;
beforeAll(async () => {
	ground = await openGround(openTestCluster);
	const iam = await withIntegration(ground, 'iam.users', 'one');
	const center = await withIntegration(ground, 'identity_center.users', 'one');
	const inStore = (emails: readonly string[]) => [
		userRow('identity_center.users', { id: 'a-1', store: 'd-1', emails }),
		userRow('identity_center.users', { id: 'z-1', store: 'd-1', emails: ['zoe@x.io'] }),
	];
	const named = (id: string) => userRow('iam.users', { id, store: '111', emails: [`${id}@x.io`] });
	await listOnly(iam, 1, [named('anna'), named('zoe')]);
	await listOnly(center, 2, inStore(['anna@x.io']));
	await correlateAt(ground, 4);
	await listOnly(center, 6, inStore([]));
	await correlateAt(ground, 8);
});
afterAll(() => ground?.close());

const merged = minute(5);
const before = minute(3);
const now: Date | null = null;
const idOf = (native: string) => assetIdOf(ground.organizationId, native);
/** `{…}` in a text stands for the asset id of a native id. */
const withIds = (text: string) => text.replace(/\{(.+?)\}/g, (_, native: string) => idOf(native));

async function ask<Result>(
	entity: Entity,
	{ text, at }: { readonly text: string; readonly at: Date | null },
	work: (tx: TenantTransaction, query: QuerySource) => Promise<Result>,
): Promise<Result> {
	const checked = checkQuery(parseQuery(withIds(text), entity), entity, at ?? minute(100));
	return await ground.store.tenant(ground.organizationId, async (tx) =>
		work(tx, await prepareQuery(tx, checked, at?.toISOString() ?? null)),
	);
}

/** What became a member, by the native id whose asset it began as: every record has one such event. */
async function eventsOf(text: string, at: Date | null): Promise<readonly string[]> {
	const { events } = await ask('event', { text: `type = SourceMembershipAdd and (${text})`, at }, (tx, query) =>
		queryEvents(tx, query, { from: null, to: null, limit: 50, cursor: null }),
	);
	const natives = new Map([anna, zoe, annaToo, zoeToo].map((native) => [idOf(native), native]));
	return events.map(({ assetId }) => natives.get(assetId) ?? assetId).sort();
}

async function usersOf(text: string, at: Date | null): Promise<readonly string[]> {
	const { assets } = await ask('user', { text, at }, (tx, query) =>
		queryAssets(tx, query, { sort: 'name', descending: false, limit: 50, cursor: null }),
	);
	const natives = new Map([anna, zoe, annaToo, zoeToo].map((native) => [idOf(native), native]));
	return assets.map(({ id }) => natives.get(id) ?? id).sort();
}

test.each([
	['asset = {111/zoe}', now, [zoe, zoeToo]],
	['asset in ({111/zoe}, {111/anna})', now, [anna, zoe, zoeToo]],
	['asset = {d-1/z-1}', now, [zoeToo]],
	['asset != {111/zoe}', now, [anna, annaToo]],
	['asset != {d-1/z-1}', now, [anna, zoe, annaToo]],
	['asset ~ "{111/zoe}*"', now, [zoe, zoeToo]],
	['not asset contains "{111/zoe}"', now, [anna, annaToo]],
	['user.id = {111/zoe}', now, [zoe, zoeToo]],
	['user.id != {111/zoe}', now, [anna, annaToo]],
	['user.id = {d-1/z-1}', now, []],
	['asset = {111/anna}', now, [anna]],
	['user.id = {d-1/a-1}', now, [annaToo]],
	['asset = {111/anna}', merged, [anna, annaToo]],
	['not asset contains "{111/anna}"', merged, [zoe, zoeToo]],
	['user.id = {111/anna}', merged, [anna, annaToo]],
	['user.id = {d-1/a-1}', merged, []],
	['asset = {111/zoe}', before, [zoe]],
	['asset != {111/zoe}', before, [anna, annaToo, zoeToo]],
	['user.id = {111/zoe}', before, [zoe]],
	['user.id = {d-1/z-1}', before, [zoeToo]],
])('events with [%s] at %s are those of %j', async (text, at, expected) => {
	expect(await eventsOf(text, at)).toEqual(expected);
});

test.each([
	['event.asset = {d-1/z-1}', now, [zoe]],
	['not event.source = identity_center.users', now, []],
	['event.asset = {d-1/a-1}', now, [annaToo]],
	['event.type = AssetSplit', now, [annaToo]],
	['event.source = identity_center.users', merged, [anna, zoe]],
	['not event.source = identity_center.users', merged, []],
	['event.asset = {d-1/a-1}', merged, [anna]],
	['event.type = AssetMerge', merged, [anna, zoe]],
	['event.source = identity_center.users', before, [annaToo, zoeToo]],
	['not event.source = identity_center.users', before, [anna, zoe]],
])('users with [%s] at %s are %j', async (text, at, expected) => {
	expect(await usersOf(text, at)).toEqual(expected);
});
