import { findFinding } from '@rollcall/model/query/findings.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { assetIdOf } from './asset-id.ts';
import { type Counting, countFinding, countFindings, runCounts } from './query-counts.ts';
import { type Reporting, reportFinding, reportQuery, requireFinding } from './query-reports.ts';
import { keepCount, readTrend } from './query-trends.ts';
import { listRecentQueries, recordQueryUse } from './query-uses.ts';
import {
	changeQuery,
	deleteQuery,
	findSavedQuery,
	listSavedQueries,
	renameQuery,
	type SavedQuery,
	saveQuery,
} from './saved-queries.ts';
import {
	accountId,
	apply,
	beginRun,
	type Ground,
	makeRow,
	minute,
	nativeIdOf,
	openGround,
	openScopes,
	pageOf,
	readScope,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import type { TenantTransaction } from './transaction.ts';

const now = minute(10);
const day = 86_400_000;
const counting: Counting = { now, budgetMs: null, monotonicMs: () => 0 };
const later = (days: number): Counting => ({ ...counting, now: new Date(now.getTime() + days * day) });
const reporting: Reporting = { ...counting, trendDays: 30, limit: 2 };
const device = (id: string, attributes: object) =>
	makeRow(id, { attributes: { name: `name ${id}`, account_id: accountId, region: 'eu-west-1', ...attributes } });

onEveryServer((openCluster) => {
	let ground: Ground;
	const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) =>
		ground.store.tenant(ground.organizationId, work);
	const save = (name: string, text: string, owner: string | null = null, entity: Entity = 'device') =>
		tenant((tx) => saveQuery(tx, { name, entity, query: parseQuery(text, entity), owner }, now));

	beforeAll(async () => {
		ground = await openGround(openCluster);
		const rows = [
			device('a', { public: true, state: 'running' }),
			device('b', { public: true, state: 'stopped', stopped_at: '2025-11-01T00:00:00.000Z', owner: 'ann' }),
			device('c', { public: false, state: 'running', owner: 'ann' }),
			{ ...device('d', { state: 'running', owner: 'ann' }), unknown: { public: 'not_permitted' } as const },
		];
		await readScope(ground, rows, { executionId: await beginRun(ground, minute(0)), at: minute(0) });
		await readScope(ground, [], {
			executionId: await beginRun(ground, minute(0)),
			at: minute(0),
			regions: ['us-east-1'],
			outcome: 'denied',
		});
	});
	afterAll(() => ground.close());
	beforeEach(() => ground.look('delete from saved_query; delete from saved_query_count; delete from query_use'));

	describe('a saved query', () => {
		test('is found by its name in any case, with its tree and the text it is printed as', async () => {
			const saved = await save(' Open ', 'public=true AND not (state = stopped)');
			expect(saved).toMatchObject({ name: 'Open', entity: 'device', text: 'public = true and not state = stopped' });
			expect(saved.tree).toEqual(parseQuery(saved.text, 'device'));
			expect(await tenant((tx) => findSavedQuery(tx, 'OPEN'))).toEqual(saved);
			await expect(tenant((tx) => findSavedQuery(tx, 'opem'))).rejects.toMatchObject({
				code: 'SAVED:0003',
				fix: 'did you mean open?',
			});
		});

		test('of one’s own comes before that of the organization of the same name, and nobody else sees it', async () => {
			const ours = await save('open', 'public = true');
			const mine = await save('Open', 'public = false', 'ann');
			expect(await tenant((tx) => findSavedQuery(tx, 'open', 'ann'))).toEqual(mine);
			for (const owner of ['bob', null]) {
				expect(await tenant((tx) => findSavedQuery(tx, 'open', owner))).toEqual(ours);
				expect(await tenant((tx) => listSavedQueries(tx, owner))).toEqual([{ ...ours, lastCount: null }]);
			}
			expect((await tenant((tx) => listSavedQueries(tx, 'ann'))).map(({ id }) => id)).toEqual([mine.id, ours.id]);
		});

		test('takes no name that another of its owner has, and no name that cannot be read', async () => {
			const first = await save('open', '');
			await save('closed', '');
			const taken = { code: 'SAVED:0002', details: { field: 'name' } };
			await expect(save('OPEN', '')).rejects.toMatchObject(taken);
			await expect(tenant((tx) => renameQuery(tx, first.id, 'Closed', now))).rejects.toMatchObject(taken);
			expect(await tenant((tx) => renameQuery(tx, first.id, 'Open', now))).toMatchObject({ name: 'Open' });
			for (const name of [' ', 'a\nb', 'a'.repeat(101)]) {
				await expect(save(name, '')).rejects.toMatchObject({ code: 'SAVED:0001' });
			}
		});

		test('is checked before it is saved, and holds nothing a database cannot', async () => {
			const query = { combinator: 'and', rules: [{ field: 'nome', operator: 'exists' }] } as const;
			const wrong = tenant((tx) => saveQuery(tx, { name: 'x', entity: 'device', query, owner: null }, now));
			await expect(wrong).rejects.toMatchObject({ code: 'QUERY:0001' });
			expect(await save('nul', 'name = "\\u0000"')).toMatchObject({ text: 'name = "\ufffd"' });
		});

		test('that asks something else begins its trend anew; one that is deleted takes it along', async () => {
			const { id } = await save('open', 'public = true');
			await tenant((tx) => runCounts(tx, counting));
			const changed = await tenant((tx) =>
				changeQuery(tx, id, { entity: 'device', query: parseQuery('public = false', 'device') }, minute(11)),
			);
			expect(changed).toMatchObject({ name: 'open', text: 'public = false', updatedAt: minute(11).toISOString() });
			expect(await tenant((tx) => readTrend(tx, id, 30, now))).toEqual([]);
			await tenant((tx) => runCounts(tx, counting));
			await tenant((tx) => deleteQuery(tx, id));
			expect(await tenant((tx) => readTrend(tx, id, 30, now))).toEqual([]);
			expect(await tenant((tx) => listSavedQueries(tx, null))).toEqual([]);
		});
	});

	describe('counts', () => {
		test('are taken once a day of every saved query and finding, whoever’s, with what they depend on', async () => {
			const { id } = await save('open', 'public = true', 'ann');
			const findings = (await tenant((tx) => countFindings(tx, counting))).length;
			await ground.look('delete from saved_query_count');
			expect(await tenant((tx) => runCounts(tx, counting))).toBe(1 + findings);
			expect(await tenant((tx) => runCounts(tx, later(0.5)))).toBe(0);
			const [saved] = await tenant((tx) => listSavedQueries(tx, 'ann'));
			expect(saved?.lastCount).toEqual({
				countedAt: now.toISOString(),
				matched: 2,
				isExact: true,
				undecided: 1,
				undecidedIsExact: true,
				scopes: 2,
				scopesComplete: 1,
			});
			expect(await tenant((tx) => runCounts(tx, later(1)))).toBe(1 + findings);
			const trend = await tenant((tx) => readTrend(tx, id, 2, later(1).now));
			expect(trend.map((each) => [each.day, each.matched])).toEqual([
				['2026-01-10', 2],
				['2026-01-11', 2],
			]);
			expect(await tenant((tx) => readTrend(tx, id, 1, later(1).now))).toHaveLength(1);
		});

		test('of a day are those taken last', async () => {
			const count = { countedAt: now.toISOString(), matched: 1, isExact: true, undecided: 0, undecidedIsExact: true };
			const whole = { ...count, scopes: 1, scopesComplete: 1 };
			await tenant((tx) => keepCount(tx, 'x', whole));
			await tenant((tx) => keepCount(tx, 'x', { ...whole, matched: 5, countedAt: minute(20).toISOString() }));
			await tenant((tx) => keepCount(tx, 'x', { ...whole, matched: 9, countedAt: minute(5).toISOString() }));
			expect(await tenant((tx) => readTrend(tx, 'x', 30, now))).toMatchObject([{ matched: 5 }]);
		});

		test('of a query for events are those of the events', async () => {
			const saved = await save('came', 'type = SourceMembershipAdd', null, 'event');
			const report = await tenant((tx) => reportQuery(tx, saved, reporting));
			expect(report).toMatchObject({ count: { matched: 4, undecided: 0 }, found: { kind: 'nothing' } });
		});
	});

	describe('a report', () => {
		test('tells count, undecided, coverage, trend and the first that match', async () => {
			const saved = await save('open', 'public = true or name = "name d"');
			await tenant((tx) => keepCount(tx, saved.id, { ...dayBefore(), matched: 7 }));
			const report = await tenant((tx) => reportQuery(tx, saved, reporting));
			expect(report).toMatchObject({
				fault: null,
				count: { matched: 3, undecided: 0 },
				coverage: { scopes: 2, scopesComplete: 1, oldestConfirmedAt: minute(0).toISOString() },
				trend: [
					{ day: '2026-01-09', matched: 7 },
					{ day: '2026-01-10', matched: 3 },
				],
				found: { kind: 'assets', type: 'device' },
			});
			expect(foundIds(report.found)).toEqual(
				['a', 'b'].map((name) => assetIdOf(ground.organizationId, nativeIdOf(name))),
			);
		});

		test('of a query whose field is gone names the field; the query and its trend stay', async () => {
			const saved = await save('open', 'public = true');
			await tenant((tx) => keepCount(tx, saved.id, dayBefore()));
			await ground.look(`update saved_query set tree = replace(tree::text, 'public', 'is_public')::jsonb`);
			const [stored] = await tenant((tx) => listSavedQueries(tx, null));
			const report = await tenant((tx) => reportQuery(tx, stored as SavedQuery, reporting));
			expect(report).toMatchObject({ count: null, coverage: null, found: { kind: 'nothing' } });
			expect(report.fault).toEqual({
				field: 'is_public',
				message: expect.stringContaining('there is no field "is_public" of devices'),
			});
			expect(report.trend).toHaveLength(1);
			expect(stored?.text).toBe('public = true');
			await tenant((tx) => runCounts(tx, counting));
			expect(await tenant((tx) => readTrend(tx, saved.id, 30, now))).toHaveLength(1);
			await ground.look(`update saved_query set tree = '{"rules": 1}'`);
			const [broken] = await tenant((tx) => listSavedQueries(tx, null));
			expect(await tenant((tx) => reportQuery(tx, broken as SavedQuery, reporting))).toMatchObject({
				fault: { field: null },
			});
		});

		const dayBefore = () => ({
			countedAt: later(-1).now.toISOString(),
			matched: 1,
			isExact: true,
			undecided: 0,
			undecidedIsExact: true,
			scopes: 1,
			scopesComplete: 1,
		});

		function foundIds(found: Awaited<ReturnType<typeof reportQuery>>['found']): readonly string[] {
			return found.kind === 'assets' ? found.assets.map(({ id }) => id) : [];
		}
	});

	describe('findings', () => {
		const matched = async (id: string, at: Counting = counting) =>
			(await tenant((tx) => countFinding(tx, requireFinding(id), at))).count;

		test('are queries like any other', async () => {
			expect(await matched('public-instances')).toMatchObject({ matched: 2, undecided: 1, scopes: 2 });
			expect(await matched('finding:no-owner')).toMatchObject({ matched: 1, undecided: 0 });
			expect(await matched('long-stopped')).toMatchObject({ matched: 1 });
			expect(await matched('new-devices')).toMatchObject({ matched: 4 });
			expect(await matched('new-devices', later(1))).toMatchObject({ matched: 0 });
			expect(() => requireFinding('public-instance')).toThrow(expect.objectContaining({ code: 'FINDING:0001' }));
		});

		test('uncovered accounts are those with a scope that is not complete, with the worst of them', async () => {
			const finding = findFinding('uncovered-accounts');
			if (finding === undefined) throw new Error('it is gone');
			expect(await tenant((tx) => reportFinding(tx, finding, reporting))).toMatchObject({
				count: { matched: 1 },
				coverage: { scopes: 2, scopesComplete: 1 },
				found: {
					kind: 'accounts',
					accounts: [{ accountId, scopes: 2, scopesComplete: 1, outcome: 'denied', cause: { code: 'Test' } }],
				},
			});
		});

		test('free Elastic IPs are listed once, by place, and covered as far as addresses were read', async () => {
			const executionId = await beginRun(ground, minute(1));
			const { scopes } = await openScopes(ground, executionId, { at: minute(1), regions: ['eu-north-1'] });
			const address = (id: string, document: object) => ({
				kind: 'address',
				nativeId: `arn:aws:ec2:eu-north-1:${accountId}:elastic-ip/${id}`,
				document: { ...document },
			});
			await apply(ground, executionId, {
				...pageOf(scopes[0], executionId, 1, 0, []),
				enrichments: { 'ec2:DescribeAddresses': { outcome: 'complete' } },
				observations: [
					{
						action: 'ec2:DescribeAddresses',
						observations: [
							address('eipalloc-2', { address: '198.51.100.2', allocation_id: 'eipalloc-2', tags: { team: 'red' } }),
							address('eipalloc-1', { address: '198.51.100.1', allocation_id: 'eipalloc-1', tags: {} }),
						],
					},
				],
				close: { outcome: 'complete', at: minute(1) },
			});
			const finding = requireFinding('unassociated-addresses');
			expect(await tenant((tx) => reportFinding(tx, finding, reporting))).toMatchObject({
				count: { matched: 2, isExact: true },
				coverage: { scopes: 3, scopesComplete: 1, oldestConfirmedAt: minute(1).toISOString() },
				found: {
					kind: 'addresses',
					addresses: [
						{ address: '198.51.100.1', accountId, region: 'eu-north-1', confirmedAt: expect.any(String) },
						{ address: '198.51.100.2', allocationId: 'eipalloc-2', tags: { team: 'red' } },
					],
				},
			});
			await ground.look(`update scope set outcome = 'skipped' where region = 'eu-north-1'`);
			expect(await matched('unassociated-addresses')).toMatchObject({ matched: 0, scopes: 2, scopesComplete: 0 });
		});
	});

	test('the last fifty queries of each person are kept, latest first, each once', async () => {
		for (let index = 0; index < 52; index += 1) {
			const use = { entity: 'device', text: `name = ${index}` } as const;
			await tenant((tx) => recordQueryUse(tx, 'ann', use, minute(index)));
		}
		await tenant((tx) => recordQueryUse(tx, 'ann', { entity: 'device', text: ' name = 10 ' }, minute(100)));
		await tenant((tx) => recordQueryUse(tx, 'bob', { entity: 'user', text: 'x'.repeat(9_000) }, minute(0)));
		await tenant((tx) => recordQueryUse(tx, 'bob', { entity: 'user', text: ' ' }, minute(0)));
		const recent = await tenant((tx) => listRecentQueries(tx, 'ann'));
		expect(recent).toHaveLength(50);
		expect(recent.slice(0, 2)).toEqual([
			{ entity: 'device', text: 'name = 10', usedAt: minute(100).toISOString() },
			{ entity: 'device', text: 'name = 51', usedAt: minute(51).toISOString() },
		]);
		expect(recent.at(-1)?.text).toBe('name = 2');
		expect(await tenant((tx) => listRecentQueries(tx, 'bob'))).toHaveLength(1);
	});
});
