import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { assetIdOf } from '../asset-id.ts';
import { listMigrations } from '../schema-version.ts';
import { accountId, minute, nativeIdOf, region } from './ground.ts';

/** The last schema before records had searchable rows of their own, a searchable past, and what they correlate by. */
const earlierVersion = 6;

const device = (name: string, env: string) => ({
	name,
	account_id: accountId,
	region,
	state: 'running',
	os_platform: 'linux',
	internal_ips: ['10.0.0.1'],
	tags: { env },
});
const anna = { user_id: 'AIDA1', usernames: ['anna@x.io'], emails: ['anna@x.io'], account_id: accountId };
const inStore = {
	user_id: 'u-1',
	usernames: ['anna'],
	emails: ['anna@x.io'],
	identity_store_id: 'd-1',
	account_id: accountId,
};

/** Of the listing alone; the parts after it were never read. */
function hashOf(attributes: object, parts: number): Buffer {
	return Buffer.concat([hash('sha256', JSON.stringify(attributes), 'buffer'), Buffer.alloc(32 * (parts - 1))]);
}

/**
 * The database as the program of that schema left it: a device that changed at minute 10 and one that went then, a user of IAM
 * and one of Identity Center with one e-mail address, and a record without identity. Answers with the organization's id.
 */
export async function fillEarlierInventory(client: pg.ClientBase): Promise<string> {
	await client.query(`create table schema_migration (
		version integer primary key, name text not null, applied_at timestamptz not null default now())`);
	for (const { version, name, path } of listMigrations().slice(0, earlierVersion)) {
		await client.query(readFileSync(path, 'utf8'));
		await client.query('insert into schema_migration (version, name) values ($1, $2)', [version, name]);
	}
	for (const table of ['record_version', 'event']) {
		await client.query(`create table ${table}_2026_01 partition of ${table}
			for values from ('2026-01-01T00:00:00Z') to ('2026-02-01T00:00:00Z');
			alter table ${table}_2026_01 enable row level security`);
	}
	const { rows } = await client.query<{ id: string }>(
		`insert into organization (slug) values ('default') returning id`,
	);
	const organization = rows[0]?.id ?? '';
	await client.query(`select set_config('rollcall.organization', $1, false)`, [organization]);
	await client.query(
		`insert into access_configuration (schema, key) values ('assume_role', 'arn:aws:iam::${accountId}:role/x')`,
	);
	for (const [kind, place] of [
		['ec2.devices', region],
		['iam.users', 'global'],
		['identity_center.users', region],
	]) {
		await client.query(
			`with made as (insert into integration (configuration, kind) select id, $1 from access_configuration returning id)
			insert into scope (integration, account_id, region, outcome, outcome_at, outcome_since, last_complete_at, last_full_at)
			select id, $2, $3, 'complete', $4, $4, $4, $4 from made`,
			[kind, accountId, place, minute(10)],
		);
		await client.query(
			`insert into scope_outcome (scope, from_at, to_at, outcome)
			select s.id, $2, $3, 'complete' from scope s join integration i on i.id = s.integration where i.kind = $1`,
			[kind, minute(0), minute(10)],
		);
	}
	const add = async (record: EarlierRecord) => {
		const values = [
			record.kind,
			assetIdOf(organization, record.nativeId),
			record.changedAt ?? minute(0),
			record.kind === 'ec2.devices' ? 'device' : 'user',
			record.state ?? 'active',
			record.nativeId,
			record.hash ?? hashOf(record.attributes, record.kind === 'identity_center.users' ? 2 : 3),
			record.attributes,
			minute(0),
		];
		await client.query(recordSql, values);
	};
	await add({
		kind: 'ec2.devices',
		nativeId: nativeIdOf('a'),
		attributes: device('web', 'prod'),
		changedAt: minute(10),
	});
	await add({
		kind: 'ec2.devices',
		nativeId: nativeIdOf('b'),
		attributes: device('gone', 'prod'),
		changedAt: minute(10),
		state: 'retired',
	});
	await add({ kind: 'ec2.devices', nativeId: 'nobody', attributes: {}, state: 'insufficient', hash: Buffer.alloc(96) });
	await add({ kind: 'iam.users', nativeId: 'AIDA1', attributes: anna });
	await add({ kind: 'identity_center.users', nativeId: 'd-1/u-1', attributes: inStore });
	for (const [id, name] of [
		['a', 'old'],
		['b', 'gone'],
	]) {
		await client.query(versionSql, [nativeIdOf(id ?? ''), minute(0), minute(10), device(name ?? '', 'dev')]);
	}
	await client.query(rowsSql);
	await client.query(
		`insert into event (number, at, type, asset_id, record, integration)
		select row_number() over (order by id), first_observed_at, 'SourceMembershipAdd', asset_id, id, integration
		from source_record where state <> 'insufficient'`,
	);
	await client.query(
		'insert into event_counter (organization, last_number) select organization, max(number) from event group by 1',
	);
	return organization;
}

interface EarlierRecord {
	readonly kind: string;
	readonly nativeId: string;
	readonly attributes: object;
	readonly changedAt?: Date;
	readonly state?: string;
	readonly hash?: Buffer;
}

const recordSql = `
insert into source_record (integration, scope, asset_id, first_observed_at, changed_at, type, state, reason, native_id, hash, attributes)
select i.id, s.id, $2, $9, $3, $4, $5, case $5 when 'retired' then 'absent' end, $6, $7, $8
from integration i join scope s on s.integration = i.id where i.kind = $1`;

const versionSql = `
insert into record_version (record, valid_from, valid_to, integration, scope, asset_id, type, state, attributes)
select id, $2, $3, integration, scope, asset_id, type, 'active', $4 from source_record where native_id = $1`;

/** As the assets were searched by then: one row for each, which no later schema keeps. */
const rowsSql = `
insert into device (asset_id, record, integration, scope, first_observed_at, changed_at, record_state, account_id, region, instance_id,
	name, name_folded, state, os_platform, internal_ips, tags)
select asset_id, id, integration, scope, first_observed_at, changed_at, state, attributes ->> 'account_id', attributes ->> 'region',
	substring(native_id from '[^/]*$'), attributes ->> 'name', attributes ->> 'name', attributes ->> 'state', attributes ->> 'os_platform',
	array['10.0.0.1']::inet[], attributes -> 'tags'
from source_record where type = 'device' and state <> 'insufficient';
insert into directory_user (asset_id, record, integration, scope, first_observed_at, changed_at, record_state, account_id, store, user_id,
	name_folded, usernames_folded, emails, email_order)
select asset_id, id, integration, scope, first_observed_at, changed_at, state, attributes ->> 'account_id',
	coalesce(attributes ->> 'identity_store_id', attributes ->> 'account_id'), attributes ->> 'user_id', 'anna', array['anna'],
	array['anna@x.io'], '0anna@x.io'
from source_record where type = 'user'`;
