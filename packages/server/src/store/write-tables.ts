import type { TenantTransaction } from './transaction.ts';

/**
 * Temporary tables of a writing connection, made once and emptied by every commit. Rows reach tenant tables through
 * them only: COPY into a table under row-level security is refused. They stay uncompressed, for they live a second.
 */
const definitions = `
create temp table if not exists incoming_record (
	seq integer, scope bigint, observed_at timestamptz(3), native_id text collate "C", asset_id uuid, type text collate "C",
	attributes jsonb, replaced text[] collate "C", parts integer[], hash bytea, unknown jsonb, notes text[] collate "C",
	state text collate "C", raw bytea
) with (toast_tuple_target = 8160, autovacuum_enabled = off) on commit delete rows;
alter table incoming_record alter column attributes set storage external, alter column raw set storage external;
create temp table if not exists incoming_device (
	seq integer, account_id text collate "C", region text collate "C", instance_id text collate "C", name text collate "C",
	name_folded text collate "C", state text collate "C", os_platform text collate "C", os text collate "C",
	model text collate "C", vpc_id text collate "C", image_id text collate "C", owner_folded text collate "C",
	launched_at timestamptz(3), public boolean, internal_ips inet[], external_ips inet[], tags jsonb
) with (autovacuum_enabled = off) on commit delete rows;
create temp table if not exists record_change (
	seq integer, id bigint, action text collate "C", old_state text collate "C", hash bytea
) with (autovacuum_enabled = off) on commit delete rows;
create temp table if not exists retiring_record (
	id bigint, reason text collate "C", execution uuid
) with (autovacuum_enabled = off) on commit delete rows;
create temp table if not exists pending_event (
	seq bigint, at timestamptz(3), type text collate "C", asset_id uuid, record bigint, integration uuid, execution uuid
) with (autovacuum_enabled = off) on commit delete rows;`;

const prepared = new WeakSet<object>();

/**
 * Makes the temporary tables where this connection has none. A transaction that rolls back takes them along, so they
 * count as there only when they are found.
 */
export async function prepareWriteTables(tx: TenantTransaction): Promise<void> {
	if (prepared.has(tx.client)) {
		const { rows } = await tx.client.query<{ there: boolean }>(
			`select to_regclass('pg_temp.pending_event') is not null as there`,
		);
		if (rows[0]?.there) return;
	}
	await tx.client.query(`set local client_min_messages = warning; ${definitions}`);
	prepared.add(tx.client);
}
