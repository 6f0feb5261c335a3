import { followedColumns, incomingType, type Projection } from './projection.ts';
import { everyProjection } from './projections.ts';
import type { TenantTransaction } from './transaction.ts';

/**
 * Temporary tables of a writing connection, made once and emptied by every commit. Rows reach tenant tables through
 * them only: COPY into a table under row-level security is refused. They stay uncompressed, for they live a second.
 */
const definitions = `
create temp table if not exists incoming_record (
	seq integer, id bigint, action text collate "C", event text collate "C", scope bigint, observed_at timestamptz(3),
	asset_id uuid, record_state text collate "C", type text collate "C", native_id text collate "C",
	hash bytea, replaced text[] collate "C", unknown jsonb, notes text[] collate "C", raw bytea, attributes jsonb
) with (toast_tuple_target = 8160, autovacuum_enabled = off) on commit delete rows;
alter table incoming_record alter column attributes set storage external, alter column raw set storage external;
${everyProjection.map(defineIncoming).join('\n')}
create temp table if not exists retiring_record (
	id bigint, reason text collate "C", execution uuid
) with (autovacuum_enabled = off) on commit delete rows;
create temp table if not exists pending_event (
	seq bigint, at timestamptz(3), type text collate "C", asset_id uuid, record bigint, integration uuid, execution uuid,
	attribute text collate "C", value jsonb, value_folded text collate "C"
) with (autovacuum_enabled = off) on commit delete rows;`;

/** Rows on their way into a projection. */
function defineIncoming({ table, columns }: Projection): string {
	const own = columns.map((column) => `${column.name} ${incomingType(column)}`).join(', ');
	return `create temp table if not exists incoming_${table} (
	${followedColumns}, ${own}
) with (toast_tuple_target = 8160, autovacuum_enabled = off) on commit delete rows;`;
}

/** Room for the rows of a transaction: with 8 MB, as it comes, they go through files (a tenth of the server's work). */
const tempBuffersMb = 64;

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
	// Refused once temporary tables were touched with another size, which nothing else here does.
	await tx.client.query(
		`set temp_buffers = '${tempBuffersMb}MB'; set local client_min_messages = warning; ${definitions}`,
	);
	prepared.add(tx.client);
}
