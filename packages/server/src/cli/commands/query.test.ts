import { expect, test } from 'vitest';
import type { Answer, AssetQuestion, FoundAsset, FoundEvent, Inventory, SavedQuery } from '#compose/ports.ts';
import { openCommandLine as open } from '../testing/command-line.ts';

const asset = (number: number): FoundAsset => ({
	id: String(number),
	source: 'ec2.devices',
	kinds: ['ec2.devices'],
	nativeId: `arn:aws:ec2:eu-west-1:1:instance/i-${number}`,
	standing: { state: 'active', reason: null, since: null },
	firstObservedAt: '2026-11-16T09:00:00.000Z',
	lastConfirmedAt: '2026-11-16T11:00:00.000Z',
	lastChangedAt: '2026-11-16T09:00:00.000Z',
	attributes: { name: `web-${number}` },
	unknown: {},
});
const coverage = { scopes: 3, scopesComplete: 2, oldestConfirmedAt: '2026-11-16T11:00:00.000Z' };
const answerOf = (total: number, isExact = true, undecided = 0): Answer => ({
	counts: { total, isExact, undecided: { total: undecided, isExact: true } },
	coverage,
	notices: [],
});

function answering(about: Answer, assets: readonly FoundAsset[], nextCursor: string | null = null) {
	const asked: AssetQuestion[] = [];
	return {
		asked,
		...open(
			{},
			{
				answerQuery: async (question) => {
					asked.push(question);
					return about;
				},
				exportAssets: async (question, { answered, page }) => {
					asked.push(question);
					await answered?.(about);
					await page({ assets, nextCursor });
				},
			},
		),
	};
}

test('an answer is a table with its count, its coverage, what may match and how to go on', async () => {
	const { run, written } = answering(answerOf(1_000, false, 4), [asset(1), asset(2)], 'next');
	expect(await run('query', 'os_platform = windows', '--columns', 'name,instance_id')).toBe(0);
	expect(written.out).toBe(
		'NAME   INSTANCE\nweb-1  i-1\nweb-2  i-2\n\n' +
			'2 devices shown of more than 1,000 devices · 2 of 3 scopes complete · oldest confirmation 1 h ago\n' +
			'4 more may match: what the query asks of them is unknown.\n',
	);
	expect(written.err).toBe('More: the same with --cursor next, or --limit all\n');
});

test('what is asked for is read from the fields, unless it is said', async () => {
	const { run, asked } = answering(answerOf(0), []);
	await run('query', 'usernames = alice', '--count');
	await run('query', 'account_id = 111122223333', '--count');
	await run('query', 'account_id = 111122223333', '--count', '--entity', 'user', '--as-of', 'now-1d');
	expect(asked.map(({ type, asOf }) => [type, asOf?.toISOString()])).toEqual([
		['user', undefined],
		['device', undefined],
		['user', '2026-11-15T12:00:00.000Z'],
	]);
});

test('a fault of the text is pointed at, with what was meant; for programs with its column', async () => {
	const { run, written } = open({});
	expect(await run('query', 'state = running and os_platfrom = windows')).toBe(2);
	expect(written.err).toMatch(
		/^error QUERY:0002: column 21: there is no field "os_platfrom" of devices; did you mean os_platform\?\n/u,
	);
	expect(written.err).toContain(`\n  state = running and os_platfrom = windows\n  ${' '.repeat(20)}^\n`);
	expect(written.err).toContain('--entity user');
	const { run: again, written: other } = open({});
	expect(await again('query', 'os_platfrom = windows', '--json')).toBe(2);
	expect(JSON.parse(other.err)).toMatchObject({
		error: { code: 'QUERY:0002', column: 1, suggestions: ['os_platform'] },
	});
});

test('fields of events lead to the command for them', async () => {
	const { run, written } = open({});
	expect(await run('query', 'type = AssetMerge')).toBe(2);
	expect(written.err).toContain(`fix: these are fields of events: rollcall events 'type = AssetMerge'`);
});

test('lines of JSON go to stdout, what belongs to all of them to stderr', async () => {
	const { run, written } = answering(answerOf(1), [asset(1)]);
	expect(await run('query', '', '--json')).toBe(0);
	expect(JSON.parse(written.out)).toMatchObject({ id: '1', type: 'device' });
	expect(JSON.parse(written.err)).toMatchObject({ total: 1, undecided: 0, next_cursor: null, coverage: { scopes: 3 } });
});

test('an empty answer says why and what to do', async () => {
	const { run, written } = answering(answerOf(0, true, 1), []);
	await run('query', 'name = nothing');
	expect(written.out).toBe(
		"No devices match. 1 more may match: what the query asks of them is unknown. 2 of 3 scopes complete. `rollcall query ''` finds everything.\n",
	);
});

test('what was typed and answered is remembered; an answer does not fail where that does', async () => {
	const remembered: unknown[] = [];
	const inventory = (recordQueryUse: Inventory['recordQueryUse']) => ({
		answerQuery: async () => answerOf(1),
		recordQueryUse,
	});
	const { run } = open(
		{},
		inventory(async (use) => {
			remembered.push(use);
		}),
	);
	await run('query', 'usernames = alice', '--count');
	expect(remembered).toEqual([{ entity: 'user', text: 'usernames = alice' }]);
	const full = inventory(async () => Promise.reject(new Error('the disk is full')));
	const { run: again, written } = open({}, full);
	expect(await again('query', 'usernames = alice', '--count')).toBe(0);
	expect(written.err).toBe('');
	const failed = open(
		{},
		{
			answerQuery: async () => Promise.reject(new Error('no')),
			recordQueryUse: async (use) => {
				remembered.push(use);
			},
		},
	);
	expect(await failed.run('query', '', '--count')).toBe(1);
	expect(remembered).toHaveLength(1);
});

test('what was asked of events is remembered like what was asked of assets, as a feed and as a histogram', async () => {
	const remembered: unknown[] = [];
	const { run } = open(
		{},
		{
			queryEvents: async () => ({ events: [], nextCursor: null }),
			countEvents: async () => [{ from: '2026-11-15T12:00:00.000Z', total: 0, types: {} }],
			recordQueryUse: async (use) => {
				remembered.push(use);
			},
		},
	);
	expect(await run('events', 'source = iam.users')).toBe(0);
	expect(await run('events', 'source = ec2.devices', '--histogram')).toBe(0);
	expect(remembered).toEqual([
		{ entity: 'event', text: 'source = iam.users' },
		{ entity: 'event', text: 'source = ec2.devices' },
	]);
});

const saved: SavedQuery = {
	id: 'q1',
	name: 'Old passwords',
	entity: 'user',
	tree: {},
	text: 'password_last_used_at < now-90d',
	owner: null,
	createdAt: '2026-11-01T09:00:00.000Z',
	updatedAt: '2026-11-02T09:00:00.000Z',
};

test('a saved query is asked as it was saved, and not remembered a second time', async () => {
	const asked: unknown[] = [];
	const remembered: unknown[] = [];
	const { run, written } = open(
		{},
		{
			findSavedQuery: async (name) => {
				asked.push(name);
				return saved;
			},
			answerQuery: async ({ type, query }) => {
				asked.push([type, query]);
				return answerOf(3);
			},
			recordQueryUse: async (use) => {
				remembered.push(use);
			},
		},
	);
	expect(await run('query', '--saved', 'old passwords', '--count', '--sort', 'email')).toBe(0);
	const rule = { field: 'password_last_used_at', operator: 'less', value: 'now-90d' };
	expect(asked).toEqual(['old passwords', ['user', { combinator: 'and', rules: [rule] }]]);
	expect(remembered).toEqual([]);
	expect(written.out).toContain('3 users · 2 of 3 scopes complete');
});

test.each<readonly [Partial<SavedQuery>, string]>([
	[{ entity: 'event', text: 'type = AssetMerge' }, `fix: ask for them by rollcall events 'type = AssetMerge'`],
	[{ entity: 'event', text: `value = "it's"` }, `fix: ask for them by rollcall events 'value = "it'\\''s"'`],
	[{ text: 'passwort exists' }, 'error QUERY:0002: column 1: there is no field "passwort" of users'],
])('a saved query that cannot be asked says why: %j', async (changed, message) => {
	const { run, written } = open({}, { findSavedQuery: async () => ({ ...saved, ...changed }) });
	expect(await run('query', '--saved', 'x')).toBe(2);
	expect(written.err).toContain(message);
});

test('facets are told with their estimate marked', async () => {
	const facets = [
		{
			field: 'region',
			distinct: 30,
			values: [
				{ value: 'eu-west-1', count: 1_500 },
				{ value: null, count: 500 },
			],
		},
	];
	const inventory = { countFacets: async () => ({ total: 2_000, isEstimate: true, facets, coverage, notices: [] }) };
	const { run, written } = open({}, inventory);
	expect(await run('query', '', '--facets', 'region')).toBe(0);
	expect(written.out).toMatch(
		/^region\n {2}eu-west-1 +~1,500 +█{18}\n {2}none, or unknown +~500 +█{6}\n {2}and 29 other values: --limit all\n/u,
	);
	expect(written.out).toContain('~2,000 devices · 2 of 3 scopes complete');
	const csv = open({}, inventory);
	await csv.run('query', '', '--facets', '--csv');
	expect(csv.written.out).toBe('field,value,count,is_estimate\r\nregion,eu-west-1,1500,true\r\nregion,,500,true\r\n');
});

test.each([
	[['query'], 'a query is missing'],
	[['query', '', '--count', '--facets'], '--count and --facets exclude each other'],
	[['query', '', '--saved', 'x'], 'a text and --saved exclude each other'],
	[['query', '--saved', 'x', '--entity', 'user'], '--saved and --entity exclude each other'],
	[['query', '', '--exact'], '--exact goes with --facets'],
	[['query', '', '--sort', 'email'], '--sort: devices are not sorted by email'],
	[['query', '', '--as-of', 'yesterday'], '--as-of: "yesterday" is no time'],
	[['events', '--since', 'soon'], '--since: "soon" is no time'],
	[['events', '--since', '1h', '--until', '2h'], '--since is not before --until'],
])('%j is refused', async (args, message) => {
	const { run, written } = open({});
	expect(await run(...args)).toBe(2);
	expect(written.err).toContain(`error: ${message}`);
});

const event = (number: number, changed: Partial<FoundEvent>): FoundEvent => ({
	number: String(number),
	at: '2026-11-15T10:00:00.000Z',
	type: 'AttributeValueAdd',
	assetId: 'a',
	assetName: 'web-1',
	assetType: 'device',
	source: 'ec2.devices',
	integrationId: 'i',
	executionId: '12345678-0000',
	attribute: null,
	value: null,
	...changed,
});
const timeline = [
	event(9, { attribute: 'tags', value: { name: 'env', value: 'prod' } }),
	event(8, { type: 'AttributeValueRemove', attribute: 'tags', value: { name: 'env', value: 'dev' } }),
	event(7, { type: 'AttributeValueAdd', attribute: 'external_ips', value: '10.0.0.2' }),
	event(6, { type: 'AttributeValueRemove', attribute: 'external_ips', value: '10.0.0.1' }),
	event(5, { type: 'SourceMembershipAdd', at: '2026-11-14T09:08:07.000Z' }),
];

test('a history is told day by day; what a value was and is now is one line', async () => {
	const { run, written } = open(
		{},
		{
			findAssets: async () => [{ id: 'a', type: 'device', name: 'web-1' }],
			readTimeline: async () => ({ events: timeline, nextCursor: null }),
		},
	);
	expect(await run('history', 'i-1')).toBe(0);
	expect(written.out.replaceAll(/ {2,}/gu, '  ')).toBe(
		'web-1  device  a\n\n2026-11-15\n' +
			'  10:00:00  tags.env: dev → prod  ec2.devices 12345678\n' +
			'  10:00:00  external_ips: − 10.0.0.1  + 10.0.0.2  ec2.devices 12345678\n\n' +
			'2026-11-14\n  09:08:07  reported by ec2.devices  ec2.devices 12345678\n',
	);
});

test('an asset that was not known yet, or is not known at all, is said to be so', async () => {
	const findAssets = async () => [{ id: 'a', type: 'device' as const, name: 'web-1' }];
	const { run, written } = open({}, { findAssets, readAssetAsOf: async () => [] });
	expect(await run('history', 'i-1', '--as-of', '2026-01-05')).toBe(0);
	expect(written.out).toContain('as of 2026-01-05 00:00:00 UTC\n  It was not known at that time.');
	const nobody = open({}, { findAssets: async () => [] });
	expect(await nobody.run('history', 'x')).toBe(1);
	expect(nobody.written.err).toMatch(/^error INVENTORY:0001: no device and no user has the id "x"\nfix: /u);
});

test('an asset as it was tells how the enrichments of its scope had ended; ages are those of that time', async () => {
	const enrichment = {
		action: 'iam:GetCredentialReport',
		outcome: 'complete' as const,
		confirmedAt: '2026-01-04T23:00:00.000Z',
		asOf: '2026-01-04T20:00:00.000Z',
		cause: null,
	};
	const record = {
		kind: 'ec2.devices',
		nativeId: 'arn-1',
		accountId: '111122223333',
		region: 'global',
		standing: asset(1).standing,
		isDuplicate: false,
		lastChangedAt: '2026-01-01T00:00:00.000Z',
		outcome: 'complete' as const,
		outcomeSince: '2026-01-01T00:00:00.000Z',
		lastCompleteAt: '2026-01-04T23:00:00.000Z',
		enrichments: [enrichment],
	};
	const inventory = {
		findAssets: async () => [{ id: 'a', type: 'device' as const, name: 'web-1' }],
		readAssetAsOf: async () => [{ ...asset(1), records: [record] }],
	};
	const shown = open({}, inventory);
	expect(await shown.run('history', 'i-1', '--as-of', '2026-01-05')).toBe(0);
	expect(shown.written.out).toContain('iam:GetCredentialReport complete, read 1 h ago, credential report of 4 h ago\n');
	const json = open({}, inventory);
	expect(await json.run('history', 'i-1', '--as-of', '2026-01-05', '--json')).toBe(0);
	const { confirmedAt: confirmed_at, asOf: as_of, ...rest } = enrichment;
	expect(JSON.parse(json.written.out)).toMatchObject({
		sources: [{ enrichments: [{ ...rest, confirmed_at, as_of }] }],
	});
});

test('the feed is a table, a line of JSON an event, or CSV; empty it says what to do', async () => {
	const inventory = { queryEvents: async () => ({ events: timeline.slice(0, 1), nextCursor: null }) };
	const table = open({}, inventory);
	await table.run('events', '--since', '24h');
	expect(table.written.out).toContain('2026-11-15 10:00:00  web-1  added  tags.env: + prod  ec2.devices');
	const json = open({}, inventory);
	await json.run('events', '--json');
	expect(JSON.parse(json.written.out)).toMatchObject({
		number: 9,
		asset: { id: 'a', name: 'web-1' },
		attribute: 'tags',
	});
	const empty = open({}, { queryEvents: async () => ({ events: [], nextCursor: null }) });
	await empty.run('events');
	expect(empty.written.out).toMatch(/^No events yet\. .*rollcall collect/u);
});

test('a histogram counts the last week by day unless told otherwise', async () => {
	const asked: unknown[] = [];
	const { run, written } = open(
		{},
		{
			countEvents: async (_question, options) => {
				asked.push(options);
				return [{ from: '2026-11-15T12:00:00.000Z', total: 3, types: { AssetMerge: 1, AttributeValueAdd: 2 } }];
			},
		},
	);
	await run('events', '--histogram');
	expect(asked).toEqual([{ from: new Date('2026-11-09T12:00:00Z'), to: new Date('2026-11-16T12:00:00Z'), buckets: 7 }]);
	expect(written.out).toMatch(/2026-11-15 12:00:00 +3 +█{30} +1 merged, 2 added\n\n3 events\n$/u);
});
