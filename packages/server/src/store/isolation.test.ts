import { finished } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '#platform/postgres/database.ts';
import { upsertConfiguration, upsertIntegration } from './configurations.ts';
import { listDevices } from './devices.ts';
import { ensureOrganization } from './organizations.ts';
import { checkEffectiveRole } from './roles.ts';
import {
	accountId,
	beginRun,
	type Ground,
	makeRow,
	minute,
	openGround,
	readScope,
	recordsOf,
} from './testing/ground.ts';
import { onEveryServer } from './testing/servers.ts';
import { makeUserRow, withKind } from './testing/user-rows.ts';
import type { TenantTransaction } from './transaction.ts';
import { findUsers, listUsers } from './users.ts';

onEveryServer((openCluster) => {
	let ground: Ground;
	let other: Ground;
	beforeAll(async () => {
		ground = await openGround(openCluster);
		const { id } = await ensureOrganization(ground.store, 'other');
		const ids = await ground.store.tenant(id, async (tx) => {
			const configuration = await upsertConfiguration(tx, {
				schema: 'access_key',
				key: '222222222222',
				settings: {},
			});
			const given = { configurationId: configuration.id, kind: 'ec2.devices', settings: {} };
			return { configurationId: configuration.id, integrationId: (await upsertIntegration(tx, given)).id };
		});
		other = { ...ground, organizationId: id, ...ids };
		for (const [side, name] of [
			[ground, 'ours'],
			[other, 'theirs'],
		] as const) {
			await readScope(side, [makeRow(name), makeRow(name, { version: 2 })], {
				executionId: await beginRun(side, minute(0)),
				at: minute(0),
			});
			await readScope(side, [makeRow(name, { version: 3 })], {
				executionId: await beginRun(side, minute(1)),
				at: minute(1),
			});
			const users = await withKind(side, 'iam.users');
			const attributes = { usernames: [name], emails: ['same@example.com'], account_id: accountId };
			await readScope(users, [makeUserRow('iam.users', 'AIDA-same', { attributes })], {
				executionId: await beginRun(users, minute(1)),
				at: minute(1),
				regions: ['global'],
			});
		}
	});
	afterAll(() => ground.close());

	const asTenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) =>
		ground.store.tenant(ground.organizationId, work);

	test('invariant 7: no table and no view shows another tenant’s rows to a query without a filter', async () => {
		const relations = await ground.look<{ name: string; kind: string }>(
			`select relname as name, relkind as kind from pg_class
				where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
					and has_table_privilege('rollcall_app', oid, 'select')`,
		);
		expect(relations.length).toBeGreaterThan(15);
		for (const { name } of relations) {
			const column = name === 'organization' ? 'id' : 'organization';
			const seen = await asTenant((tx) => tx.client.query(`select distinct ${column}::text as owner from ${name}`));
			const owners = seen.rows.map(({ owner }) => owner);
			expect([name, owners.filter((owner) => owner !== ground.organizationId)]).toEqual([name, []]);
		}
		const everywhere = await recordsOf(ground);
		expect(everywhere).toHaveLength(4);
		for (const name of ['source_record', 'tenant_record', 'device', 'directory_user', 'tenant_directory_user']) {
			const seen = await asTenant((tx) => tx.client.query(`select count(*)::int as count from ${name}`));
			expect([name, seen.rows]).toEqual([name, [{ count: name.endsWith('record') ? 2 : 1 }]]);
		}
	});

	test('invariant 7: every table that holds a tenant’s rows has row-level security', async () => {
		const open = await ground.look(
			`select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
					and not relrowsecurity and relname not in ('schema_migration', 'projection_state')`,
		);
		expect(open).toEqual([]);
	});

	test('invariant 7: writing or taking over another tenant’s rows is refused or finds nothing', async () => {
		await expect(
			asTenant((tx) => tx.client.query('insert into event_counter values ($1, 0)', [other.organizationId])),
		).rejects.toThrow(/row-level security/);
		await expect(
			asTenant((tx) => tx.client.query('update source_record set organization = $1', [other.organizationId])),
		).rejects.toThrow(/row-level security/);
		const { rowCount } = await asTenant((tx) =>
			tx.client.query('update source_record set notes = null where organization = $1', [other.organizationId]),
		);
		expect(rowCount).toBe(0);
	});

	test('invariant 7: without a tenant every query is an error, also after a transaction that had one', async () => {
		await withClient(ground.database.connection, async (client) => {
			for (const setting of [undefined, ground.organizationId]) {
				if (setting) await client.query(`begin; set local rollcall.organization = '${setting}'; commit`);
				for (const relation of ['source_record', 'tenant_device', 'account', 'event']) {
					await client.query('begin; set local role rollcall_app');
					await expect(client.query(`select * from ${relation}`)).rejects.toThrow(/no organization is set/);
					await client.query('rollback');
				}
			}
		});
		await expect(ground.store.tenant("x'; reset role; --", async () => undefined)).rejects.toThrow(/UUID/);
	});

	test('invariant 7: COPY into a tenant table is refused', async () => {
		const copy = asTenant(async (tx) => {
			const stream = tx.client.query(copyFrom('copy event_counter from stdin'));
			stream.end('x');
			await finished(stream);
		});
		await expect(copy).rejects.toThrow(/COPY FROM not supported with row-level security/);
	});

	test('invariant 7: transactions run as a role without power, and a role that has some is refused', async () => {
		const [role] = await asTenant(async (tx) => (await tx.client.query('select current_user as name')).rows);
		expect(role).toEqual({ name: 'rollcall_app' });
		await withClient(ground.database.connection, async (client) => {
			for (const power of [
				'alter role rollcall_app bypassrls',
				'alter role rollcall_system superuser',
				'alter table scope disable row level security',
			]) {
				await client.query(`begin; ${power}`);
				// A pool's client and a plain one run queries alike.
				const check = checkEffectiveRole({ client: client as unknown as TenantTransaction['client'] });
				await expect(check).rejects.toMatchObject({ code: 'STORE:0003', actor: 'operator' });
				await client.query('rollback');
			}
		});
	});

	test('invariant 7: the listing of one tenant counts and covers its own scopes only', async () => {
		const page = await asTenant((tx) => listDevices(tx, { filter: {}, sort: 'name', limit: 10, cursor: null }));
		expect(page.assets.map((device) => device.attributes.name)).toEqual(['name ours']);
		expect([page.counts.total, page.coverage.scopes]).toEqual([1, 1]);
	});

	test('invariant 7: a user of one tenant is not found by another, not even by an address both have', async () => {
		for (const id of ['AIDA-same', 'same@example.com']) {
			const found = await asTenant((tx) => findUsers(tx, id));
			expect(found.map(({ attributes }) => attributes.usernames)).toEqual([['ours']]);
		}
		const page = await asTenant((tx) => listUsers(tx, { filter: {}, sort: 'name', limit: 10, cursor: null }));
		expect([page.counts.total, page.coverage.scopes]).toEqual([1, 1]);
	});

	test('the system role sees all tenants', async () => {
		const { rows } = await ground.store.system((tx) =>
			tx.client.query('select count(*)::int as count from source_record'),
		);
		expect(rows).toEqual([{ count: 4 }]);
	});
});
