import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import { credentialReportAction } from '@rollcall/model/asset/user.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { evaluateAsset, isLooked } from '@rollcall/model/query/evaluate.ts';
import { findField } from '@rollcall/model/query/fields.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import { everything, type Query, type Rule } from '@rollcall/model/query/query.ts';
import { anyQuery } from '@rollcall/model/query/testing/any-query.ts';
import { worldPools } from '@rollcall/model/query/testing/any-world.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { completeExecution } from '../executions.ts';
import { sweepExecution } from '../sweep.ts';
import { termOf } from '../terms.ts';
import { anyInventory } from '../testing/any-inventory.ts';
import { listOnly, userRow, withIntegration } from '../testing/correlated-world.ts';
import {
	accountId,
	beginRun,
	type Ground,
	ids,
	makeRow,
	minute,
	openGround,
	readScope,
	region,
} from '../testing/ground.ts';
import { readWorld } from '../testing/world-facts.ts';
import { roundMinutes, writeInventory } from '../testing/write-inventory.ts';
import { countFacets, type FacetCounts, type FacetOptions } from './count-facets.ts';
import { prepareQuery } from './query-source.ts';
import { refreshFacets } from './refresh-facets.ts';

const now = minute(100);
const many = { limitPerField: 1_000 };
let ground: Ground;
beforeAll(async () => {
	ground = await openGround(openTestCluster);
});
afterAll(() => ground?.close());

async function count(
	own: Ground,
	type: AssetType,
	query: Query,
	options: FacetOptions,
	at: Date | null = null,
): Promise<FacetCounts> {
	const checked = checkQuery(query, type, at ?? now);
	return await own.store.tenant(own.organizationId, async (tx) =>
		countFacets(tx, await prepareQuery(tx, checked, at?.toISOString() ?? null), options),
	);
}

/** Labels have tables of their own. */
const pools = {
	...worldPools,
	isAsked: ({ name }: { readonly name: string }) => name !== 'labels' && name !== 'value',
};
const anyAsked = fc.constantFrom(...assetTypes).chain((type) =>
	fc.record({
		type: fc.constant(type),
		query: fc.oneof(fc.constant(everything), anyQuery(type, pools)),
		at: fc.constantFrom(null, minute(roundMinutes + 5)),
	}),
);

test('a facet counts what the same query finds with that value, for whatever inventory and query', {
	timeout: 600_000,
}, async () => {
	let number = 0;
	await fc.assert(
		fc.asyncProperty(anyInventory, fc.array(anyAsked, { minLength: 4, maxLength: 4 }), async (plan, asked) => {
			number += 1;
			const own = await writeInventory(ground, `facets-${number}`, plan);
			for (const { type, query, at } of asked) {
				const world = await readWorld(own, at);
				const find = (rules: readonly Rule[]): number => {
					const checked = checkQuery({ combinator: 'and', rules: [query, ...rules] }, type, at ?? now);
					// The states that are asked for by the rule alone are not those that the query looks at.
					const looked = checkQuery(query, type, at ?? now);
					return world.assets.filter(
						(asset) =>
							asset.type === type && isLooked(looked, asset) && evaluateAsset(checked, asset, world) === 'true',
					).length;
				};
				const counts = await count(own, type, query, many, at);
				expect(await count(own, type, query, { ...many, exact: true }, at)).toEqual(counts);
				expect(counts).toMatchObject({ total: find([]), isEstimate: false });
				for (const { field, values } of counts.facets) {
					if (findField(type, field) === undefined) continue;
					const told = values.flatMap(({ value, count: n }) => (value === null ? [] : [{ value, n }]));
					for (const { value, n } of told) {
						if (told.filter((other) => fold(other.value) === fold(value)).length > 1) continue;
						const rule =
							field === 'tags'
								? { field, operator: 'exists' as const, value: { name: value } }
								: {
										field,
										operator: 'equals' as const,
										value: /^(true|false)$/.test(value) ? value === 'true' : value,
									};
						// A group is counted by its name alone; asked for, its id is as good.
						if (field === 'groups') expect(n).toBeLessThanOrEqual(find([rule]));
						else expect([type, at, field, value, n]).toEqual([type, at, field, value, find([rule])]);
					}
					const none = values.find(({ value }) => value === null)?.count ?? 0;
					if (field !== 'tags')
						expect([field, none]).toEqual([field, find([]) - find([{ field, operator: 'exists' }])]);
				}
			}
		}),
		{ numRuns: 20, endOnFailure: true },
	);
});

async function runOnce(own: Ground, minutes: number, rows: ReturnType<typeof makeRow>[], regionName = region) {
	const at = minute(minutes);
	const executionId = await beginRun(own, at);
	await readScope(own, rows, { executionId, at, regions: [regionName] });
	const tenant = <T>(work: Parameters<typeof own.store.tenant<T>>[1]) => own.store.tenant(own.organizationId, work);
	await tenant((tx) => sweepExecution(tx, { integrationId: own.integrationId, executionId, at }));
	await tenant((tx) => refreshFacets(tx, executionId));
	await tenant((tx) =>
		completeExecution(tx, { id: executionId, result: 'success', message: null, summary: null, finishedAt: at }),
	);
	return executionId;
}

function device(id: string, os: string, regionName = region) {
	const attributes = {
		name: id,
		account_id: accountId,
		region: regionName,
		state: 'running',
		os_platform: os,
		tags: { Owner: 'x', [os]: '' },
	};
	return { ...makeRow(id, { attributes }), nativeId: `arn:aws:ec2:${regionName}:${accountId}:instance/i-${id}` };
}

test('counters are what counting finds, and follow what changes, scope by scope', async () => {
	const own = await openGround(openTestCluster);
	const check = async () => {
		const kept = await count(own, 'device', everything, many);
		const exact = await count(own, 'device', everything, {
			...many,
			exact: true,
			fields: kept.facets.map((f) => f.field),
		});
		expect(kept.total).toBe(
			(await own.look('select from device where is_primary and record_state = $1', ['active'])).length,
		);
		// What is kept, not what is counted: a value that only the counters have tells them apart.
		expect(exact).toEqual(kept);
		return kept;
	};
	await runOnce(own, 1, [device('a', 'linux'), device('b', 'linux'), device('c', 'windows')]);
	await runOnce(own, 2, [device('d', 'linux', 'us-east-1')], 'us-east-1');
	await check();
	const state = () => own.look('select xmin::text, ctid::text, * from scope_facet order by scope, field, value');
	const before = await state();
	await runOnce(own, 3, [device('a', 'linux'), device('b', 'linux'), device('c', 'windows')]);
	expect(await state()).toEqual(before);
	await runOnce(own, 4, [device('a', 'macos'), device('b', 'linux')]);
	const after = await check();
	expect(after.facets.find(({ field }) => field === 'os_platform')?.values).toEqual([
		{ value: 'linux', count: 2 },
		{ value: 'macos', count: 1 },
	]);
	const elsewhere = before.filter((row) => Reflect.get(row, 'scope') !== Reflect.get(before[0] ?? {}, 'scope'));
	expect(await state()).toEqual(expect.arrayContaining(elsewhere));
	// Nothing is counted here: the counter is what is told, of a place, too.
	await own.look(`update scope_facet set count = 70 where value = 'macos' and field = 'os_platform'`);
	await own.look(`update facet_total set count = 70 where value = 'macos' and field = 'os_platform'`);
	for (const text of ['', `region = ${region} and account_id = ${accountId}`]) {
		const { facets } = await count(own, 'device', parseQuery(text, 'device'), { fields: ['os_platform'] });
		expect(facets[0]?.values[0]).toEqual({ value: 'macos', count: 70 });
	}
	const { facets } = await count(own, 'device', parseQuery('name = a', 'device'), { fields: ['os_platform'] });
	expect(facets[0]?.values).toEqual([{ value: 'macos', count: 1 }]);
	// While something is being collected, few assets are counted one by one.
	await beginRun(own, minute(6));
	const { facets: counted, isEstimate } = await count(own, 'device', everything, { fields: ['os_platform'] });
	expect([counted[0]?.values[1]?.count, isEstimate]).toEqual([1, false]);
	await own.close();
});

test('an enrichment that is switched off changes no record, but what is counted', async () => {
	const own = await openGround(openTestCluster);
	const iam = await withIntegration(own, 'iam.users', 'one');
	const person = { id: 'anna', store: '111', emails: ['anna@x.io'] };
	const refresh = async (minutes: number, outcome: string) => {
		const executionId = await listOnly(iam, minutes, [userRow('iam.users', person, { mfa_enabled: true })]);
		await own.look(
			'update scope set enrichments = jsonb_build_object($1::text, jsonb_build_object($2::text, $3::text))',
			[credentialReportAction, 'outcome', outcome],
		);
		await own.store.tenant(own.organizationId, (tx) => refreshFacets(tx, executionId));
		await own.look(`update execution set state = 'completed', result = 'success'`);
	};
	const ask = async () => (await count(own, 'user', everything, { fields: ['mfa_enabled'] })).facets[0]?.values;
	const counters = () => own.look(`select value, count from scope_facet where field = 'mfa_enabled'`);
	await refresh(1, 'complete');
	expect([await ask(), await counters()]).toEqual([[{ value: 'true', count: 1 }], [{ value: 'true', count: 1 }]]);
	await refresh(2, 'skipped');
	expect([await ask(), await counters()]).toEqual([[{ value: null, count: 1 }], [{ value: null, count: 1 }]]);
	await refresh(3, 'complete');
	expect([await ask(), await counters()]).toEqual([[{ value: 'true', count: 1 }], [{ value: 'true', count: 1 }]]);
	await own.close();
});

test('beyond ten thousand matches the sample is told, as an estimate, and the exact figure on demand', async () => {
	const own = await openGround(openTestCluster);
	await runOnce(
		own,
		1,
		ids(1).map((id) => device(id, 'linux')),
	);
	await own.look(
		`insert into device (record, organization, asset_id, integration, scope, first_observed_at, changed_at, valid_from,
			is_primary, sampled, has_name, record_state, account_id, region, instance_id, name_folded, os_platform, terms)
		select 1000 + i, organization, gen_random_uuid(), integration, scope, changed_at, changed_at, valid_from, true, i % 50 = 0,
			false, 'active', account_id, region, 'i-' || i, 'i-' || i, case when i <= 10000 then 'linux' else 'macos' end, case when i <= 10000 then '{}' else array[$1::bigint] end
		from device, generate_series(1, 11000) i`,
		[termOf('os_platform', 'macos')],
	);
	const ask = (text: string, options: FacetOptions = {}) =>
		count(own, 'device', parseQuery(text, 'device'), { fields: ['os_platform'], ...options });
	const values = [
		{ value: 'linux', count: 10_000 },
		{ value: 'macos', count: 1_000 },
	];
	expect(await ask('state != running')).toMatchObject({ isEstimate: true, total: 11_000, facets: [{ values }] });
	expect(await ask('state != running', { exact: true })).toMatchObject({ isEstimate: false, facets: [{ values }] });
	expect(await ask('os_platform = macos')).toMatchObject({ isEstimate: false, total: 1_000 });
	await own.close();
});

test('a field that nothing is counted by is refused with those that are', async () => {
	await expect(count(ground, 'user', everything, { fields: ['group'] })).rejects.toMatchObject({
		code: 'QUERY:0010',
		fix: 'did you mean groups?',
	});
});
