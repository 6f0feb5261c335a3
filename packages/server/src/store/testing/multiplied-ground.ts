import type pg from 'pg';
import { withClient } from '#platform/postgres/database.ts';
import { accountId, beginRun, type Ground, ids, makeRow, minute, readScope, region } from './ground.ts';
import { dropIndexes, runAll } from './indexes-apart.ts';
import { makeUserRow, withKind } from './user-rows.ts';

const written = 1_000;
const writtenUsers = 100;
/** Ids of copies lie this far apart; fewer are ever drawn for what is written. */
const apart = 100_000;
const beyond = 1_000 * apart;

/** Tables whose rows are copied, those of the scope first. */
const copiedTables = [
	'scope',
	'scope_outcome',
	'enrichment_outcome',
	'source_record',
	'record_version',
	'device',
	'device_version',
	'directory_user',
	'directory_user_version',
	'asset_ip',
	'asset_alias',
	'event',
] as const;

/** What is another in each copy `k` of a row `t`, whatever table it is of. All else is the same. */
const changed: Readonly<Record<string, string>> = {
	id: `t.id + k * ${apart}`,
	scope: `t.scope + k * ${apart}`,
	record: `t.record + k * ${apart}`,
	number: `t.number + k * ${apart}`,
	asset_id: 'md5(t.asset_id::text || k)::uuid',
	merged_into: 'md5(t.merged_into::text || k)::uuid',
	account_id: '(t.account_id::bigint + k)::text',
	native_id: `t.native_id || '-' || k`,
	instance_id: `t.instance_id || '-' || k`,
	user_id: `t.user_id || '-' || k`,
	email_order: 't.email_order || k',
	search: 't.search || k',
	name_folded: `t.name_folded || '-' || k`,
	ip: 't.ip + k * 65536',
	sampled: 'abs(hashtext(t.asset_id::text || k)) % 50 = 0',
};

/**
 * Fills organizations that have nothing yet with a thousand devices and a hundred users for each copy, each with one past
 * version and the events of both, and ids that lead to users: the first through the write path, the others out of them by the owner, for the write path would
 * take minutes. Each copy is an account of its own.
 */
export async function fillGrounds(
	grounds: readonly { readonly ground: Ground; readonly copies: number }[],
): Promise<void> {
	const { connection } = grounds[0]?.ground.database ?? {};
	if (connection === undefined) return;
	for (const { ground } of grounds) {
		await writeThousand(ground);
		// The next organization draws ids that no copy has.
		await ground.look(`select setval(pg_get_serial_sequence('scope', 'id'), (select max(id) from scope) + ${beyond}),
			setval(pg_get_serial_sequence('source_record', 'id'), (select max(id) from source_record) + ${beyond})`);
	}
	await withClient(connection, async (client) => {
		const copies: string[] = [];
		for (const table of copiedTables) {
			for (const each of grounds) copies.push(await copySql(client, table, each.ground.organizationId, each.copies));
		}
		const indexes = await dropIndexes(client, copiedTables);
		await runAll(connection, copies);
		await client.query(
			'update event_counter c set last_number = (select max(number) from event e where e.organization = c.organization)',
		);
		await runAll(connection, indexes);
		await client.query('vacuum analyze');
	});
}

async function writeThousand(ground: Ground): Promise<void> {
	const users = await withKind(ground, 'iam.users');
	for (const version of [1, 2]) {
		const at = minute(10 * version);
		const rows = ids(written).map((id, index) => makeRow(id, { attributes: attributesOf(index, version) }));
		await readScope(ground, rows, { executionId: await beginRun(ground, at), at });
		await readScope(
			users,
			ids(writtenUsers).map((id) => makeUser(id, version)),
			{ executionId: await beginRun(users, at), at, regions: ['global'] },
		);
	}
	// Every other user was once two.
	await ground.look(
		`insert into asset_alias (organization, asset_id, record, merged_into, valid_from)
		select organization, gen_random_uuid(), record, asset_id, $2 from directory_user where organization = $1 and record % 2 = 0`,
		[ground.organizationId, minute(15)],
	);
}

async function copySql(client: pg.ClientBase, table: string, organizationId: string, copies: number): Promise<string> {
	const { rows } = await client.query<{ name: string }>(
		`select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped`,
	);
	const names = rows.map(({ name }) => name);
	return `insert into ${table} (${names.join(', ')}) overriding system value
		select ${names.map((name) => changed[name] ?? `t.${name}`).join(', ')}
		from generate_series(1, ${copies - 1}) k cross join ${table} t where t.organization = '${organizationId}'`;
}

function makeUser(id: string, version: number) {
	const attributes = { account_id: accountId, usernames: [`user-${id}`], path: `/${version}/` };
	return makeUserRow('iam.users', `AIDA${id}`, { attributes });
}

/** Values as they are spread over inventories: a few common ones, many rare ones, and nothing that goes with the order. */
function attributesOf(index: number, version: number): Record<string, unknown> {
	const isWindows = index % 3 === 0;
	const environment = ['prod', 'stage', 'dev'][index % 7] ?? 'test';
	const owner = `team-${(index * 7) % 200}@example.com`;
	return {
		name: `${environment}-web-${String(index).padStart(4, '0')}`,
		account_id: accountId,
		region,
		state: (index + version) % 10 === 0 ? 'stopped' : 'running',
		os_platform: isWindows ? 'windows' : 'linux',
		model: `m5.${index % 11}xlarge`,
		vpc_id: `vpc-${index % 20}`,
		internal_ips: [`10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`],
		...(index % 4 === 0 ? { external_ips: [`198.0.${Math.floor(index / 250)}.${(index % 250) + 1}`] } : {}),
		public: index % 4 === 0,
		owner,
		environment,
		tags: { owner, environment, service: `service-${index % 50}`, ...(version > 1 ? { reviewed: 'yes' } : {}) },
	};
}
