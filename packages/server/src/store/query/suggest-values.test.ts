import { findField } from '@rollcall/model/query/fields.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCluster } from '../../../test/postgres-cluster.ts';
import { assetIdOf } from '../asset-id.ts';
import { assignLabel } from '../assign-labels.ts';
import { createLabel } from '../labels.ts';
import { listOnly, userRow, withIntegration } from '../testing/correlated-world.ts';
import { accountId, type Ground, makeRow, minute, nativeIdOf, openGround, region } from '../testing/ground.ts';
import { suggestValues } from './suggest-values.ts';

let ground: Ground;

const groups = [
	{ id: 'sg-1', name: 'Web' },
	{ id: 'sg-2', name: 'web' },
];

beforeAll(async () => {
	ground = await openGround(openTestCluster);
	const common = { account_id: accountId, region, state: 'running' };
	const rows = [
		makeRow('a', {
			attributes: { ...common, security_groups: groups, internal_ips: ['10.0.0.1'], tags: { Env: 'prod' } },
		}),
		makeRow('b', { attributes: { ...common, security_groups: groups.slice(0, 1), external_ips: ['10.0.0.1'] } }),
	];
	await listOnly(ground, 1, rows);
	const iam = await withIntegration(ground, 'iam.users', 'one');
	await listOnly(iam, 1, [userRow('iam.users', { id: 'anna', store: accountId, emails: ['anna@x.io'] })]);
	await ground.look(
		`insert into account (organization, configuration, account_id, name, ou_path, state, first_seen_at, last_seen_at, retired_at)
		select $1, $2, id, name, '/root/' || lower(name), 'ACTIVE', $3::timestamptz, $3::timestamptz,
			case name when 'Left' then $3::timestamptz end
		from (values ('111111111111', 'Shop'), ('222222222222', 'Shop'), ('333333333333', 'Left')) a(id, name)`,
		[ground.organizationId, ground.configurationId, minute(1)],
	);
	await ground.store.tenant(ground.organizationId, async (tx) => {
		const { id: labelId } = await createLabel(tx, { name: 'Tier' }, minute(2));
		await createLabel(tx, { name: 'other' }, minute(2));
		const assetIds = ['a', 'b'].map((id) => assetIdOf(ground.organizationId, nativeIdOf(id)));
		await assignLabel(tx, { labelId, assets: { assetIds }, value: 'gold', now: minute(2) });
	});
});
afterAll(() => ground?.close());

async function suggested(entity: Entity, name: string, text: string, ofName?: string): Promise<unknown[]> {
	const field = findField(entity, name);
	if (field === undefined) throw new Error('there is no such field');
	const options = { text, ...(ofName === undefined ? {} : { name: ofName }) };
	const values = await ground.store.tenant(ground.organizationId, (tx) => suggestValues(tx, field, options));
	return values.map(({ value, count }) => [value, count]);
}

test('of labels the names are suggested, and of one its values, with how many have it', async () => {
	expect(await suggested('device', 'labels', '')).toEqual([
		['Tier', 2],
		['other', 0],
	]);
	expect(await suggested('user', 'labels', 'tie')).toEqual([['Tier', 0]]);
	expect(await suggested('device', 'labels', 'G', 'tier')).toEqual([['gold', 2]]);
	// A tag of that name is none.
	expect(await suggested('device', 'labels', '', 'env')).toEqual([]);
});

test('of tags without a name their names are suggested', async () => {
	expect(await suggested('device', 'tags', 'e')).toEqual([['Env', 1]]);
});

test('of lists of objects each member is suggested, and of the list as a whole any of them', async () => {
	expect(await suggested('device', 'security_groups.name', 'web')).toEqual([
		['Web', 2],
		['web', 1],
	]);
	expect(await suggested('device', 'security_groups', '')).toEqual([
		['Web', 2],
		['sg-1', 2],
		['sg-2', 1],
		['web', 1],
	]);
});

test('of accounts the names and paths of those that are there are suggested, each once', async () => {
	expect(await suggested('device', 'account_name', '')).toEqual([['Shop', null]]);
	expect(await suggested('user', 'ou_path', 'shop')).toEqual([['/root/shop', null]]);
});

test('addresses of any kind, ids of instances and sources are suggested; an asset with a value is counted once', async () => {
	expect(await suggested('device', 'ips', '10.')).toEqual([['10.0.0.1', 2]]);
	expect(await suggested('device', 'instance_id', 'i-')).toEqual([
		['i-a', 1],
		['i-b', 1],
	]);
	expect(await suggested('user', 'sources', 'iam')).toEqual([['iam.users', null]]);
	expect(await suggested('device', 'integrations', '')).toEqual([[ground.integrationId, null]]);
});

test('of events what changes and who reports it is suggested', async () => {
	expect(await suggested('event', 'attribute', 'security')).toEqual([['security_groups', null]]);
	expect(await suggested('event', 'source', 'ec2')).toEqual([['ec2.devices', null]]);
	expect(await suggested('event', 'value', '')).toEqual([]);
});

test('times, and what asks for a single thing, have none', async () => {
	expect(await suggested('device', 'launched_at', '')).toEqual([]);
	expect(await suggested('device', 'native_id', '')).toEqual([]);
});
