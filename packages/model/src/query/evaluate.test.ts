import { expect, test } from 'vitest';
import type { AssetFacts, EventFacts, RecordFacts, World } from './asset-facts.ts';
import { checkQuery } from './check-query.ts';
import { evaluateAsset, evaluateEvent, isLooked } from './evaluate.ts';
import { parseQuery } from './parse-text.ts';
import type { Entity, Verdict } from './query.ts';

const now = new Date('2026-03-31T12:00:00.000Z');
const first = '00000000-0000-4000-8000-000000000001';
const second = '00000000-0000-4000-8000-000000000002';

function record(facts: Partial<RecordFacts> = {}): RecordFacts {
	return {
		isPrimary: false,
		kind: 'ec2.devices',
		integrationId: first,
		nativeId: 'arn:aws:ec2:eu-central-1:111122223333:instance/i-0a',
		state: 'active',
		lastChangedAt: '2026-03-01T00:00:00.000Z',
		lastConfirmedAt: '2026-03-31T11:00:00.000Z',
		attributes: {},
		unknown: {},
		...facts,
	};
}

function asset(facts: Partial<AssetFacts> = {}, ...others: readonly Partial<RecordFacts>[]): AssetFacts {
	const records = others.map((other, index) => record({ isPrimary: index === 0, ...other }));
	return { id: 'd1', type: 'device', firstObservedAt: '2026-01-05T00:00:00.000Z', labels: {}, records, ...facts };
}

const empty: World = { assets: [], events: [] };

function verdict(text: string, facts: AssetFacts, world = empty): Verdict {
	return evaluateAsset(checkQuery(parseQuery(text, facts.type), facts.type, now), facts, world);
}

const device = asset(
	{ labels: { Crown: null, tier: 'Gold' } },
	{
		attributes: {
			name: 'Web-1',
			hostnames: ['ip-10-0-0-1', 'WEB'],
			os_platform: 'linux',
			internal_ips: ['10.0.0.1'],
			external_ips: ['198.51.100.7'],
			ipv6: ['2001:db8::1'],
			public: true,
			imds_hop_limit: 2,
			launched_at: '2026-01-05T23:59:59.999Z',
			security_groups: [{ id: 'sg-1', name: 'Front' }, { id: 'sg-2' }],
			launch_template: { id: 'lt-1', version: '3' },
			network_interfaces: [{ id: 'eni-1', requester_managed: false }],
			volumes: [],
			tags: { Env: 'Prod', 'e\u0301': '' },
			account_name: 'Shop',
		},
		unknown: { elastic_ips: 'not_permitted', owner: 'unconfirmed', ou_path: 'not_supported' },
	},
);

test.each<[text: string, expected: Verdict]>([
	['', 'true'],
	['not ()', 'false'],
	['name = web-1', 'true'],
	['name = web', 'false'],
	['name != web', 'true'],
	['name contains EB', 'true'],
	['name not contains eb', 'false'],
	['name ~ web*', 'true'],
	['name ~ *-*', 'true'],
	['name ~ web', 'false'],
	['name ~ eb*', 'false'],
	['name ~ web-1*1', 'false'],
	['name !~ *2', 'true'],
	['name in (a, "WEB-1")', 'true'],
	['name not in (a, b)', 'true'],
	['name exists', 'true'],
	['hostnames = web', 'true'],
	['hostnames != web', 'false'],
	['vpc_id = a', 'false'],
	['vpc_id != a', 'true'],
	['vpc_id exists', 'false'],
	['vpc_id not exists', 'true'],
	['vpc_id unknown', 'false'],
	['volumes exists', 'false'],
	['public = true', 'true'],
	['public != true', 'false'],
	['imds_hop_limit = 2', 'true'],
	['imds_hop_limit != 2', 'false'],
	['imds_hop_limit in (1, 2)', 'true'],
	['imds_hop_limit not in (1, 2)', 'false'],
	['imds_hop_limit > 2', 'false'],
	['imds_hop_limit > 1', 'true'],
	['imds_hop_limit < 2', 'false'],
	['imds_hop_limit < 3', 'true'],
	['imds_hop_limit between 2 and 2', 'true'],
	['imds_hop_limit between 3 and 4', 'false'],
	['launched_at > 2026-01-05', 'true'],
	['launched_at < 2026-01-06', 'true'],
	['launched_at < 2026-01-05', 'false'],
	['launched_at between 2026-01-05 and 2026-01-05', 'true'],
	['launched_at between 2026-01-06 and now', 'false'],
	['launched_at > 2026-01-05T23:59:59.999Z', 'false'],
	['launched_at > now-90d', 'true'],
	['internal_ips = 10.0.0.0/8', 'true'],
	['internal_ips = 198.51.100.7', 'false'],
	['ips = ::ffff:198.51.100.7', 'true'],
	['ips between 2001:db8:: and 2001:db8::f', 'true'],
	['ips != 10.0.0.1', 'false'],
	['ips in (10.1.0.0/16, 10.0.0.1-10.0.0.2)', 'true'],
	['ips exists', 'true'],
	['security_groups = sg-2', 'true'],
	['security_groups = front', 'true'],
	['security_groups.name = sg-2', 'false'],
	['security_groups.name exists', 'true'],
	['launch_template.version = 3', 'true'],
	['network_interfaces.requester_managed = false', 'true'],
	['network_interfaces.type exists', 'false'],
	['network_interfaces exists', 'true'],
	['tags.env = prod', 'true'],
	['tags.env != prod', 'false'],
	['tags.env != dev', 'true'],
	['tags.team != dev', 'true'],
	['tags.é exists', 'true'],
	['tags.é = ""', 'true'],
	['tags.ENV ~ p*', 'true'],
	['tags.env contains ro', 'true'],
	['tags.env in (dev, prod)', 'true'],
	['tags.team exists', 'false'],
	['tags exists', 'true'],
	['labels.crown exists', 'true'],
	['labels.crown = ""', 'false'],
	['labels.tier = gold', 'true'],
	['labels exists', 'true'],
	['id = D1', 'true'],
	['instance_id = i-0a', 'true'],
	['native_id ~ arn:*', 'true'],
	['states = active', 'true'],
	['sources = ec2.devices', 'true'],
	[`integrations = ${first}`, 'true'],
	['first_observed_at between 2026-01-05 and 2026-01-05', 'true'],
	['last_changed_at < 2026-03-01', 'false'],
	['last_confirmed_at > now-2h', 'true'],
	['account_name = shop', 'true'],
	['elastic_ips = a', 'unknown'],
	['elastic_ips != a', 'unknown'],
	['not elastic_ips = a', 'unknown'],
	['elastic_ips exists', 'unknown'],
	['elastic_ips not exists', 'unknown'],
	['elastic_ips unknown', 'true'],
	['elastic_ips.address unknown', 'true'],
	['not elastic_ips unknown', 'false'],
	['ou_path = a', 'unknown'],
	['ou_path unknown', 'true'],
	['account_name unknown', 'false'],
	['owner = a and name = web-1', 'unknown'],
	['owner = a and name = x', 'false'],
	['owner = a or name = web-1', 'true'],
	['owner = a or name = x', 'unknown'],
])('%s is %s', (text, expected) => {
	expect(verdict(text, device)).toBe(expected);
});

test('a value that is kept unconfirmed is a match where it matches, and unknown where not', () => {
	const kept = asset({}, { attributes: { owner: 'ann' }, unknown: { owner: 'unconfirmed' } });
	expect(verdict('owner = ann', kept)).toBe('true');
	expect(verdict('owner = bob', kept)).toBe('unknown');
	expect(verdict('owner != bob', kept)).toBe('unknown');
	expect(verdict('owner unknown', kept)).toBe('true');
});

test('a map without names is none', () => {
	const bare = asset({ labels: {} }, { attributes: { tags: {} } });
	expect(verdict('tags exists', bare)).toBe('false');
	expect(verdict('labels not exists', bare)).toBe('true');
});

test('of access keys without any text it can be said whether there are some', () => {
	const keys = (list: readonly unknown[]) =>
		asset({ type: 'user' }, { kind: 'iam.users', attributes: { access_keys: list } });
	expect(verdict('access_keys exists', keys([{ slot: 1, active: true }]))).toBe('true');
	expect(verdict('access_keys exists', keys([]))).toBe('false');
});

const iam = { kind: 'iam.users', nativeId: 'AIDA1', integrationId: first } as const;
const center = { kind: 'identity_center.users', nativeId: 'd-1/u', integrationId: second } as const;
const user = asset(
	{ id: 'u1', type: 'user' },
	{ ...center, attributes: { emails: ['a@x.org'], usernames: ['a'] }, unknown: { mfa_enabled: 'not_supported' } },
	{ ...iam, attributes: { mfa_enabled: false, arn: 'arn:1', usernames: ['b'] } },
);

test.each<[text: string, expected: Verdict]>([
	['usernames = a', 'true'],
	['usernames = b', 'true'],
	['usernames@iam.users = a', 'false'],
	['usernames@iam.users = b', 'true'],
	[`usernames@${second} = b`, 'false'],
	[`usernames@${second} = a`, 'true'],
	['usernames@any = b', 'true'],
	// Identity Center never tells, IAM does: its answer counts alone.
	['mfa_enabled = true', 'false'],
	['mfa_enabled != true', 'true'],
	['mfa_enabled unknown', 'false'],
	['mfa_enabled@identity_center.users = true', 'unknown'],
	['mfa_enabled@identity_center.users unknown', 'true'],
	['display_name exists', 'false'],
	['sources = iam.users and sources = identity_center.users', 'true'],
])('of a user in two sources %s is %s', (text, expected) => {
	expect(verdict(text, user)).toBe(expected);
});

test('a source that never tells leaves it unknown where no other does', () => {
	const alone = asset({ type: 'user' }, { ...center, unknown: { mfa_enabled: 'not_supported' } });
	expect(verdict('mfa_enabled = true', alone)).toBe('unknown');
});

test('one record that may match leaves it unknown, whatever the others say', () => {
	const two = asset(
		{ type: 'user' },
		{ ...center, attributes: { emails: ['a@x.org'] } },
		{ ...iam, unknown: { emails: 'not_permitted' } },
	);
	expect(verdict('emails = a@x.org', two)).toBe('true');
	expect(verdict('emails = b@x.org', two)).toBe('unknown');
	expect(verdict('emails unknown', two)).toBe('true');
});

test('only the primary and what lives is looked at; duplicates only through their integration', () => {
	const many = asset(
		{},
		{ state: 'retired', attributes: { name: 'primary' } },
		{ state: 'retired', attributes: { name: 'gone' } },
		{ state: 'duplicate', integrationId: second, attributes: { name: 'double' } },
		{ state: 'unconfirmed', attributes: { name: 'unsure' } },
	);
	expect(verdict('name = primary', many)).toBe('true');
	expect(verdict('name = unsure', many)).toBe('true');
	expect(verdict('name = gone', many)).toBe('false');
	expect(verdict('name = double', many)).toBe('false');
	expect(verdict('name@ec2.devices = double', many)).toBe('false');
	expect(verdict(`name@${second} = double`, many)).toBe('true');
	expect(verdict(`name@${first} = gone`, many)).toBe('false');
	expect(verdict(`name@${first} = primary`, many)).toBe('true');
	expect(verdict('states = retired and states = duplicate', many)).toBe('true');
	// Who reports it is told by what lives.
	expect(verdict(`integrations = ${second}`, many)).toBe('false');
	expect(verdict(`integrations = ${second}`, asset({}, { state: 'retired', integrationId: second }))).toBe('true');
});

const world: World = {
	assets: [
		asset({ id: 'd1' }, { attributes: { account_id: '1', name: 'web' } }),
		asset({ id: 'd2' }, { attributes: { account_id: '2' }, unknown: { name: 'not_permitted' } }),
		asset({ id: 'd3' }, { attributes: { account_id: '3', name: 'old' }, state: 'retired' }),
	],
	events: [
		{
			type: 'AttributeValueAdd',
			at: '2026-03-31T00:00:00.000Z',
			assetIds: ['u0', 'u1'],
			source: 'iam.users',
			integrationId: first,
			executionId: null,
			attribute: 'tags',
			value: { value: 'é"', name: 'env' },
		},
	],
};

test.each<[accounts: readonly string[], text: string, expected: Verdict]>([
	[['1'], 'device.name = web', 'true'],
	[['1'], 'device.name = x', 'false'],
	[['1'], 'device.name != x', 'true'],
	[['1'], 'device.name != web', 'false'],
	[['2'], 'device.name = web', 'unknown'],
	[['2'], 'not device.name = web', 'unknown'],
	[['1', '2'], 'device.name = web', 'true'],
	[['2', '1'], 'device.name = x', 'unknown'],
	[['3'], 'device.name = old', 'false'],
	[['4'], 'device.id exists', 'false'],
	[['4'], 'event.at > now-1d', 'true'],
	[['4'], 'event.at > now', 'false'],
])('a user in the accounts %j and %s: %s', (accounts, text, expected) => {
	const records = accounts.map((account, index) => ({
		...(index === 0 ? center : iam),
		attributes: { account_id: account },
	}));
	expect(verdict(text, asset({ id: 'u1', type: 'user' }, ...records), world)).toBe(expected);
});

test.each<[text: string, expected: Verdict]>([
	['type = attributevalueadd', 'true'],
	['at between 2026-03-31 and 2026-03-31', 'true'],
	['asset = u1', 'true'],
	['asset = u0', 'true'],
	['asset != u0', 'false'],
	['not asset in (u1, u2)', 'false'],
	['asset != u2', 'true'],
	['attribute = tags', 'true'],
	['value contains env', 'true'],
	[String.raw`value = "{\"name\": \"env\", \"value\": \"É\\\"\"}"`, 'true'],
	['source = iam.users', 'true'],
	[`integration = ${first}`, 'true'],
	['execution exists', 'false'],
	['execution unknown', 'false'],
	['user.usernames = b', 'true'],
	['user.usernames = c', 'false'],
	['device.id exists', 'false'],
	['user.emails@iam.users exists', 'false'],
])('of an event %s is %s', (text, expected) => {
	const [event] = world.events;
	const checked = checkQuery(parseQuery(text, 'event'), 'event', now);
	expect(evaluateEvent(checked, event as EventFacts, { ...world, assets: [...world.assets, user] })).toBe(expected);
});

test.each<[text: string, entity: Entity, states: readonly RecordFacts['state'][], expected: boolean]>([
	['', 'device', ['active'], true],
	['', 'device', ['retired', 'unconfirmed'], true],
	['', 'device', ['retired'], false],
	['', 'device', ['duplicate'], false],
	['states = retired', 'device', ['retired'], true],
	['not states = active', 'device', ['retired'], true],
	['', 'user', ['active'], false],
])('%j asks for a %s with %j: %s', (text, entity, states, expected) => {
	const checked = checkQuery(parseQuery(text, entity), entity, now);
	expect(isLooked(checked, asset({}, ...states.map((state) => ({ state }))))).toBe(expected);
});
