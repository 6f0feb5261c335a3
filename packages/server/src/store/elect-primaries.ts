import { unmarkDuplicates } from './mark-duplicates.ts';
import { type Projection, versionSql } from './projection.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

interface Election {
	readonly old: RecordId;
	readonly elected: RecordId;
	readonly at: Date;
	readonly first_observed_at: Date;
}

/**
 * Where the primary of one of these assets is no longer active and another of its records is, that one takes over: the
 * oldest, until the correlator looks at them. An asset never leaves the live inventory for a moment.
 */
export async function electPrimaries(
	tx: TenantTransaction,
	projection: Projection,
	assetIds: readonly string[],
): Promise<void> {
	if (assetIds.length === 0) return;
	const { table } = projection;
	const ids = [...new Set(assetIds)];
	// Records of one asset may belong to scopes that others are writing: what is decided here, nobody changes meanwhile. What
	// is looked at below is what there is once they have committed. Two that wait for each other are repeated.
	await tx.client.query(
		`select from ${table} where organization = current_organization() and asset_id = any ($1::uuid[])
		order by record for update`,
		[ids],
	);
	const { rows } = await tx.client.query<Election>(
		`select distinct on (n.asset_id) p.record as old, n.record as elected, greatest(p.valid_from, n.valid_from) as at,
			p.first_observed_at
		from ${table} p join ${table} n on n.asset_id = p.asset_id and not n.is_primary and n.record_state = 'active'
		where p.is_primary and p.record_state <> 'active' and p.organization = current_organization()
			and p.asset_id = any ($1::uuid[])
		order by n.asset_id, n.record`,
		[ids],
	);
	if (rows.length > 0) await replacePrimaries(tx, projection, rows);
}

/** Makes other rows the primaries of their assets, and keeps what both were. */
async function replacePrimaries(
	tx: TenantTransaction,
	projection: Projection,
	elections: readonly Election[],
): Promise<void> {
	const { table } = projection;
	const changing = 'unnest($1::bigint[], $2::timestamptz[]) as g(record, at)';
	const both = elections.flatMap(({ old, elected, at }) => [
		{ record: old, at },
		{ record: elected, at },
	]);
	await tx.client.query(versionSql(projection, changing, 'g.at::timestamptz(3)'), [
		both.map(({ record }) => record),
		both.map(({ at }) => at),
	]);
	const times = elections.map(({ at }) => at);
	await unmarkDuplicates(tx, projection, changing, [elections.map(({ elected }) => elected), times]);
	// One after the other: no asset has two primaries at any time.
	await tx.client.query(
		`update ${table} d set is_primary = false, valid_from = greatest(d.valid_from, g.at)
		from ${changing} where d.record = g.record`,
		[elections.map(({ old }) => old), times],
	);
	await tx.client.query(
		`update ${table} d set is_primary = true, is_duplicate = false, valid_from = greatest(d.valid_from, g.at),
			first_observed_at = least(d.first_observed_at, g.first)
		from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) as g(record, at, first) where d.record = g.record`,
		[elections.map(({ elected }) => elected), times, elections.map(({ first_observed_at: first }) => first)],
	);
}
