import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestCluster } from '../../test/postgres-cluster.ts';
import { applyWrites } from './apply-writes.ts';
import { assetIdOf } from './asset-id.ts';
import { upsertConfiguration, upsertIntegration } from './configurations.ts';
import { findDevices } from './devices.ts';
import { ensureOrganization } from './organizations.ts';
import { countAssets } from './query/count-assets.ts';
import { countFacets } from './query/count-facets.ts';
import { queryAssets } from './query/query-assets.ts';
import { queryEvents } from './query/query-events.ts';
import { prepareQuery, type QuerySource } from './query/query-source.ts';
import { readTimeline } from './query/read-timeline.ts';
import { openAccountScopes } from './scopes.ts';
import { explainPlans, type Plans } from './testing/explain-plans.ts';
import { beginRun, type Ground, minute, nativeIdOf, openGround, pageOf, region } from './testing/ground.ts';
import { fillGrounds } from './testing/multiplied-ground.ts';
import type { TenantTransaction } from './transaction.ts';

/** 100,000 devices, 10,000 users, as many past versions and twice as many events, beside a tenth of it of another tenant. */
let ground: Ground;
beforeAll(async () => {
	ground = await openGround(openTestCluster);
	await fillGrounds([
		{ ground: await makeNeighbour(ground), copies: 10 },
		{ ground, copies: 100 },
	]);
});
afterAll(() => ground?.close());

async function makeNeighbour(own: Ground): Promise<Ground> {
	const { id: organizationId } = await ensureOrganization(own.store, 'neighbour');
	return await own.store.tenant(organizationId, async (tx) => {
		const { id: configurationId } = await upsertConfiguration(tx, { schema: 'access_key', key: '2', settings: {} });
		const { id } = await upsertIntegration(tx, { configurationId, kind: 'ec2.devices', settings: {} });
		return { ...own, organizationId, configurationId, integrationId: id };
	});
}

async function explain(work: (tx: TenantTransaction) => Promise<unknown>): Promise<Plans> {
	return await ground.store.tenant(ground.organizationId, (tx) => explainPlans(tx, work));
}

async function explainQuery(
	{
		text,
		entity = 'device',
		at = null,
	}: { readonly text: string; readonly entity?: Entity; readonly at?: Date | null },
	work: (tx: TenantTransaction, query: QuerySource) => Promise<unknown>,
): Promise<Plans> {
	const checked = checkQuery(parseQuery(text, entity), entity, at ?? minute(100));
	return await explain(async (tx) => await work(tx, await prepareQuery(tx, checked, at?.toISOString() ?? null)));
}

/** Tables that are as large as the inventory or larger, and their indexes; those of the configuration may be read whole. */
const large = /^(source_record|record_version|device|directory_user|asset_ip|asset_alias|event)/;

interface Expected {
	readonly uses: readonly string[];
	/** Indexes of the organization that are rightly read from end to end. */
	readonly walks?: readonly string[];
}

/** Whatever else is used: these indexes are, and nothing is read from end to end. */
function expectPlans(plans: Plans, { uses, walks = [] }: Expected): void {
	const found = {
		unused: uses.filter((index) => !plans.indexes.has(index)),
		readWhole: [...plans.readWhole].filter((table) => large.test(table)),
		walked: [...plans.walked].filter((index) => large.test(index)).sort(),
	};
	expect(found, plans.text).toEqual({ unused: [], readWhole: [], walked: [...walks].sort() });
}

const page = { sort: 'name', descending: false, limit: 50, cursor: null };
const readPage = (tx: TenantTransaction, query: QuerySource) => queryAssets(tx, query, page);
const budget = { milliseconds: 1_000, now: () => performance.now() };
const noSpan = { from: null, to: null };
const then = minute(15);

describe('a page by name', () => {
	test.each<[string, readonly string[]]>([
		['', ['device_name']],
		['vpc_id = vpc-3 and state = running and tags.service = service-3', ['device_terms']],
		['owner = "team-7@example.com"', ['device_terms']],
		['state = stopped', ['device_name']],
		['tags.service = service-7 and os_platform = windows', ['device_terms']],
		['name ~ "*web-0123*"', ['device_text']],
		['name contains "9-77"', ['device_text']],
		['ips = 10.7.3.0/24', ['asset_ip_pkey']],
		['internal_ips = 10.7.1.5', ['asset_ip_pkey']],
		['hostnames = nowhere', ['device_terms']],
		['account_id = 111111111115', ['device_place']],
		['account_id = 111111111115 and region = eu-west-1 and state = running', ['device_place']],
	])('of devices with [%s] is found by %j', async (text, uses) => {
		expectPlans(await explainQuery({ text }, readPage), { uses });
	});

	test.each(['name', 'account', 'instance', 'first_observed_at', 'last_changed_at'])(
		'goes along the index of its order: %s',
		async (sort) => {
			const uses = {
				account: ['device_place'],
				first_observed_at: ['device_first_observed'],
				last_changed_at: ['device_changed'],
			};
			const plans = await explainQuery({ text: '' }, (tx, query) => queryAssets(tx, query, { ...page, sort }));
			expectPlans(plans, { uses: Reflect.get(uses, sort) ?? [`device_${sort}`] });
		},
	);
});

describe('a page of users', () => {
	// By any of their records.
	test.each<[string, readonly string[]]>([
		['', ['directory_user_name']],
		['usernames = "user-0007-55"', ['directory_user_terms']],
		['usernames contains "0007-5"', ['directory_user_text']],
		['account_id = 111111111115 and path = "/2/"', ['directory_user_terms', 'directory_user_records']],
		['display_name exists', ['directory_user_terms']],
	])('with [%s] is found by %j', async (text, uses) => {
		expectPlans(await explainQuery({ text, entity: 'user' }, readPage), { uses });
	});
});

describe('a page as of a moment', () => {
	test.each<[string, readonly string[]]>([
		['', ['device_name', 'device_version_name']],
		['owner = "team-7@example.com" and state = running', ['device_terms', 'device_version_terms']],
		// Which of the indexes serves the few current rows that were so then is as the sample of ANALYZE has it.
		['name ~ "*web-0123*"', ['device_version_text']],
		['account_id = 111111111115', ['device_place', 'device_version_place']],
	])('with [%s] is found by %j', async (text, uses) => {
		expectPlans(await explainQuery({ text, at: then }, readPage), { uses });
	});

	test.each<[Entity, string]>([
		['device', 'elastic_ips exists and state = running'],
		['device', 'not network_interfaces exists or elastic_ips unknown'],
		['user', 'mfa_enabled = true and not credential_report_at exists'],
	])('finds the scopes whose enrichments hide something once: %ss with [%s]', async (entity, text) => {
		const plans = await explainQuery({ text, entity, at: then }, readPage);
		expect(plans.text).toContain('enrichment_outcome');
		expect(plans.perRow, plans.text).not.toContain('enrichment_outcome');
	});
});

test('one asset is read by its id or its instance id, with its events', async () => {
	for (const id of [assetIdOf(ground.organizationId, nativeIdOf('0007')), 'i-0007-55', `${nativeIdOf('0007')}-55`]) {
		const plans = await explain((tx) => findDevices(tx, id));
		expectPlans(plans, { uses: ['device_instance', 'device_asset', 'source_record_pkey', 'event_asset'] });
	}
});

test('a timeline is read by the asset', async () => {
	const id = assetIdOf(ground.organizationId, nativeIdOf('0007'));
	const plans = await explain((tx) => readTimeline(tx, id, { limit: 50, cursor: null, until: null }));
	expectPlans(plans, { uses: ['event_asset'] });
});

test.each<[text: string, uses: readonly string[]]>([
	['asset = {id}', ['event_asset', 'asset_alias_kept']],
	['asset in ({id}, {id})', ['event_asset', 'asset_alias_kept']],
	['device.id = {id}', ['event_asset', 'device_asset']],
	['user.id = {id}', ['event_asset', 'directory_user_asset', 'asset_alias_kept']],
])('the feed of one asset, as [%s], is read by it and by the ids that lead to it', async (text, uses) => {
	const id = assetIdOf(ground.organizationId, nativeIdOf('0007'));
	const plans = await explainQuery({ text: text.replaceAll('{id}', id), entity: 'event' }, (tx, query) =>
		queryEvents(tx, query, { ...noSpan, limit: 50, cursor: null }),
	);
	expectPlans(plans, { uses });
});

test('whether few devices have an event is looked up by their ids', async () => {
	const text = 'name = "dev-web-0007" and event.type = SourceMembershipAdd';
	expectPlans(await explainQuery({ text }, readPage), { uses: ['device_name', 'event_asset'] });
});

test.each<[string, readonly string[]]>([
	['', ['event_pkey']],
	['attribute = state', ['event_attribute']],
	['attribute = public', ['event_attribute']],
	['type = SourceMembershipRemove', ['event_type']],
])('the feed with [%s] goes from its end by %j', async (text, uses) => {
	const plans = await explainQuery({ text, entity: 'event' }, (tx, query) =>
		queryEvents(tx, query, { ...noSpan, limit: 50, cursor: null }),
	);
	expectPlans(plans, { uses });
});

test('a count of few is made by their terms; what is undecided of them too', async () => {
	const plans = await explainQuery({ text: 'owner = "team-7@example.com"' }, (tx, query) =>
		countAssets(tx, query, budget),
	);
	expectPlans(plans, { uses: ['device_terms'] });
});

test('facets of many come from the sample, whose index is read whole', async () => {
	const plans = await explainQuery({ text: 'state = running' }, (tx, query) => countFacets(tx, query));
	expectPlans(plans, { uses: ['device_sampled'], walks: ['device_sampled'] });
});

test('what a scope knows is read, and what it misses marked, by the scope', async () => {
	const at = minute(60);
	const executionId = await beginRun(ground, at);
	const { integrationId } = ground;
	const plans = await explain(async (tx) => {
		const { scopes, known } = await openAccountScopes(tx, {
			integrationId,
			executionId,
			accountId: '111111111118',
			regions: [region],
			owner: 'test',
			leaseMs: 60_000,
			now: at,
		});
		expect(known).toHaveLength(1_000);
		const seenIds = known.slice(3).map(({ id }) => id);
		const close = { outcome: 'complete', at } as const;
		const write = { ...pageOf(scopes[0], executionId, 60, 0, []), seenIds, close };
		const [result] = await applyWrites(tx, { integrationId, executionId, writes: [write] });
		expect(result).toMatchObject({ status: 'applied', missed: 3 });
	});
	expectPlans(plans, { uses: ['source_record_live', 'source_record_pkey'] });
});
