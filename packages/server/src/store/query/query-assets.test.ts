import { compareCodePoints } from '@rollcall/model/history/text.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import type { Query } from '@rollcall/model/query/query.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { beginRun, type Ground, ids, makeRow, minute, nativeIdOf, openGround, readScope } from '../testing/ground.ts';
import { makeUserRow, withKind } from '../testing/user-rows.ts';
import { listSorts } from './asset-sorts.ts';
import { countAssets } from './count-assets.ts';
import { coverageOf, listCoveredScopes } from './coverage.ts';
import { requireKept } from './moments.ts';
import { queryAssets, type Ways } from './query-assets.ts';
import { prepareQuery } from './query-source.ts';
import type { FoundAsset } from './read-assets.ts';

const everything: Query = { combinator: 'and', rules: [] };
const now = minute(60);
let ground: Ground;
const slowly = sql`pg_sleep(1) is not null`;

function row(id: string, attributes: Record<string, unknown>, version = 1) {
	const base = { account_id: '111111111111', region: 'eu-west-1', state: 'running' };
	return makeRow(id, { version, attributes: { ...base, ...attributes } });
}

beforeAll(async () => {
	ground = await openGround(openTestCluster);
	const names = ids(25).map((id, index) =>
		row(id, { name: `${['b', 'À', 'aé', '🚀', '\uffff'][index % 5]}${index % 7}`, os: index < 5 ? 'Win' : 'Linux' }),
	);
	await readScope(ground, names, { executionId: await beginRun(ground, minute(1)), at: minute(1) });
	const later = ids(12).map((id) => row(id, { name: 'later' }, 2));
	await readScope(ground, [...later, ...names.slice(12)], {
		executionId: await beginRun(ground, minute(20)),
		at: minute(20),
	});
});
afterAll(() => ground?.close());

async function pageThrough(sort: string, descending: boolean, at: string | null, query = everything, ways?: Ways) {
	return await ground.store.tenant(ground.organizationId, async (tx) => {
		const source = await prepareQuery(tx, checkQuery(query, 'device', now), at);
		const found: FoundAsset[] = [];
		let cursor: string | null = null;
		do {
			const page = await queryAssets(tx, source, { sort, descending, limit: 7, cursor }, ways);
			found.push(...page.assets);
			cursor = page.nextCursor;
		} while (cursor !== null);
		return found;
	});
}

describe.each([null, minute(10).toISOString()])('a list as of %s', (at) => {
	test.each(listSorts('device'))(
		'sorted by %s, its pages have each asset once, in one order and its reverse',
		async (sort) => {
			const up = await pageThrough(sort, false, at);
			expect(new Set(up.map(({ id }) => id)).size).toBe(25);
			expect((await pageThrough(sort, true, at)).map(({ id }) => id)).toEqual(up.map(({ id }) => id).reverse());
		},
	);
});

test.each([null, minute(10).toISOString()])('whichever way leads to them, pages as of %s are the same', async (at) => {
	const query: Query = { combinator: 'and', rules: [{ field: 'os', operator: 'equals', value: 'Linux' }] };
	const never = { fewestWalked: Number.POSITIVE_INFINITY, mostWalked: 0, mostSorted: Number.POSITIVE_INFINITY };
	for (const descending of [false, true]) {
		const sorted = await pageThrough('name', descending, at, query, never);
		expect(sorted.length).toBeGreaterThan(7);
		for (const ways of [
			{ ...never, mostSorted: -1 },
			{ fewestWalked: -1, mostWalked: Number.POSITIVE_INFINITY, mostSorted: Number.POSITIVE_INFINITY },
		]) {
			expect(await pageThrough('name', descending, at, query, ways)).toEqual(sorted);
		}
	}
});

test('names are in code-point order of their folded form', async () => {
	const names = (await pageThrough('name', false, minute(10).toISOString())).map(({ attributes }) =>
		String(attributes['name']).toLowerCase(),
	);
	expect(names).toEqual(names.toSorted(compareCodePoints));
});

test('a page of the past shows what was then', async () => {
	const query: Query = { combinator: 'and', rules: [{ field: 'name', operator: 'equals', value: 'LATER' }] };
	const current = await pageThrough('name', false, null, query);
	expect(current).toHaveLength(12);
	expect(current[0]).toMatchObject({ attributes: { name: 'later' }, lastChangedAt: minute(20).toISOString() });
	expect(await pageThrough('name', false, minute(10).toISOString(), query)).toEqual([]);
	const [past] = await pageThrough('instance', false, minute(10).toISOString());
	expect(past).toMatchObject({
		nativeId: nativeIdOf('0000'),
		attributes: { name: 'b0' },
		lastChangedAt: minute(1).toISOString(),
		lastConfirmedAt: minute(10).toISOString(),
		standing: { state: 'active' },
	});
});

test('a cursor of another sort, of the other direction, or of nothing we made is refused', async () => {
	await ground.store.tenant(ground.organizationId, async (tx) => {
		const source = await prepareQuery(tx, checkQuery(everything, 'device', now), null);
		const options = { sort: 'name', descending: false, limit: 2, cursor: null };
		const { nextCursor } = await queryAssets(tx, source, options);
		const forged = Buffer.from(JSON.stringify(['last_changed_at', 'yesterday', '0'])).toString('base64url');
		for (const wrong of [
			{ ...options, sort: 'instance', cursor: nextCursor },
			{ ...options, descending: true, cursor: nextCursor },
			{ ...options, sort: 'last_changed_at', cursor: forged },
			{ ...options, cursor: '%' },
		]) {
			await expect(queryAssets(tx, source, wrong)).rejects.toMatchObject({ code: 'STORE:0007' });
		}
	});
});

test('a count is exact in its time, and without time a true "at least"', async () => {
	await ground.store.tenant(ground.organizationId, async (tx) => {
		const query: Query = { combinator: 'and', rules: [{ field: 'elastic_ips', operator: 'not_exists' }] };
		const source = await prepareQuery(tx, checkQuery(query, 'device', now), null);
		const exact = { total: 0, isExact: true, undecided: { total: 25, isExact: true } };
		expect(await countAssets(tx, source, { milliseconds: 5_000, now: () => performance.now() })).toEqual(exact);
		expect(await countAssets(tx, source, { milliseconds: null, now: () => performance.now() })).toEqual(exact);
		const all = await prepareQuery(tx, checkQuery(everything, 'device', now), null);
		expect(await countAssets(tx, all, { milliseconds: 5_000, now: () => performance.now() })).toEqual({
			total: 25,
			isExact: true,
			undecided: { total: 0, isExact: true },
		});
	});
});

test('a count whose time is over says so, and leaves the transaction usable', async () => {
	await ground.store.tenant(ground.organizationId, async (tx) => {
		const source = await prepareQuery(tx, checkQuery(everything, 'device', now), null);
		// A search of a second for each row, and 50 ms for all of them.
		const slow = { ...source, compiled: { ...source.compiled, matches: slowly } };
		const counted = await countAssets(tx, slow, { milliseconds: 50, now: () => performance.now() });
		expect(counted).toMatchObject({ total: 0, isExact: false });
		const { rows } = await tx.client.query<{ statement_timeout: string }>('show statement_timeout');
		expect(rows[0]?.statement_timeout).toBe('0');
	});
});

test('what is asked about an account or a kind depends on its scopes only; a denied one is not complete', async () => {
	const users = await withKind(ground, 'iam.users');
	await readScope(users, [makeUserRow('iam.users', 'AIDA1', { attributes: { usernames: ['ann'] } })], {
		executionId: await beginRun(users, minute(30)),
		at: minute(30),
		regions: ['global'],
	});
	await readScope(ground, [], {
		executionId: await beginRun(ground, minute(40)),
		at: minute(40),
		regions: ['us-east-1'],
		outcome: 'denied',
	});
	const coverage = async (
		rules: Query['rules'],
		entity: 'device' | 'user' = 'device',
		combinator: 'and' | 'or' = 'and',
	) =>
		await ground.store.tenant(ground.organizationId, (tx) =>
			coverageOf(tx, checkQuery({ combinator, rules }, entity, now)),
		);
	const region = (value: string) => ({ field: 'region', operator: 'equals', value }) as const;
	const complete = { scopes: 1, scopesComplete: 1, oldestConfirmedAt: minute(20).toISOString() };
	expect(await coverage([])).toEqual({ ...complete, scopes: 2 });
	expect(await coverage([region('eu-west-1')])).toEqual(complete);
	expect(await coverage([region('us-*')])).toEqual({
		...complete,
		scopes: 0,
		scopesComplete: 0,
		oldestConfirmedAt: null,
	});
	expect(await coverage([{ field: 'region', operator: 'like', value: 'us-*' }])).toMatchObject({
		scopes: 1,
		scopesComplete: 0,
	});
	expect(await coverage([region('eu-west-1'), { field: 'os', operator: 'exists' }], 'device', 'or')).toMatchObject({
		scopes: 2,
	});
	expect(await coverage([{ field: 'account_id', operator: 'equals', value: '9' }])).toMatchObject({ scopes: 0 });
	expect(await coverage([{ entity: 'user', field: 'usernames', operator: 'exists' }])).toMatchObject({ scopes: 3 });
	expect(
		await coverage([{ field: 'sources', operator: 'equals', value: 'identity_center.users' }], 'user'),
	).toMatchObject({ scopes: 0 });
	expect(await coverage([], 'user')).toMatchObject({ scopes: 1, oldestConfirmedAt: minute(30).toISOString() });
	const listed = await ground.store.tenant(ground.organizationId, (tx) =>
		listCoveredScopes(tx, checkQuery(everything, 'device', now), 5),
	);
	expect(listed).toMatchObject([
		{ region: 'us-east-1', outcome: 'denied', lastCompleteAt: null, kind: 'ec2.devices' },
		{ region: 'eu-west-1', outcome: 'complete', lastCompleteAt: minute(20).toISOString() },
	]);
});

test('the coverage of a past moment is that of its outcomes, not of what became of the scopes since', async () => {
	const at = async (minutes: number) =>
		await ground.store.tenant(ground.organizationId, (tx) =>
			coverageOf(tx, checkQuery(everything, 'device', now), minute(minutes).toISOString()),
		);
	expect(await at(0)).toEqual({ scopes: 0, scopesComplete: 0, oldestConfirmedAt: null });
	const first = { scopes: 1, scopesComplete: 1 };
	expect(await at(5)).toEqual({ ...first, oldestConfirmedAt: minute(5).toISOString() });
	expect(await at(25)).toEqual({ ...first, oldestConfirmedAt: minute(20).toISOString() });
	expect(await at(45)).toEqual({ scopes: 2, scopesComplete: 1, oldestConfirmedAt: minute(20).toISOString() });
});

test('of a user records of different scopes may meet the rules: an answer depends on all of those scopes', async () => {
	const center = await withKind(ground, 'identity_center.users');
	const at = minute(50);
	await readScope(center, [], { executionId: await beginRun(center, at), at, regions: ['d-1'] });
	const rule = (value: string) => ({ field: 'sources', operator: 'equals', value }) as const;
	const both: Query = { combinator: 'and', rules: [rule('iam.users'), rule('identity_center.users')] };
	const coverage = await ground.store.tenant(ground.organizationId, (tx) =>
		coverageOf(tx, checkQuery(both, 'user', now)),
	);
	expect(coverage).toMatchObject({ scopes: 2, scopesComplete: 2 });
});

test('as many addresses as a rule may have are asked for, now and as of a moment, on any record and on one source', async () => {
	const value = Array.from({ length: 10_000 }, (_, index) => `10.${index % 7}.${index >> 8}.${index & 255}`);
	for (const at of [null, minute(25).toISOString()]) {
		for (const scope of [undefined, ground.integrationId]) {
			const rule = { field: 'internal_ips', operator: 'in', value, ...(scope === undefined ? {} : { scope }) } as const;
			const found = await ground.store.tenant(ground.organizationId, async (tx) => {
				const query = await prepareQuery(tx, checkQuery({ combinator: 'and', rules: [rule] }, 'device', now), at);
				return await countAssets(tx, query, { milliseconds: null, now: () => 0 });
			});
			expect(found).toMatchObject({ total: 0, isExact: true });
		}
	}
});

test('no answer is made up for a moment to come, nor for one whose history is not kept', async () => {
	await ground.store.tenant(ground.organizationId, async (tx) => {
		await expect(requireKept(tx, minute(61), now)).rejects.toMatchObject({ code: 'STORE:0010' });
		await expect(requireKept(tx, new Date('2020-01-01T00:00:00Z'), now)).rejects.toMatchObject({ code: 'STORE:0010' });
		await requireKept(tx, minute(5), now);
	});
});
