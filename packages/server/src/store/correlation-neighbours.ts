import { assetIdRange } from '@rollcall/model/asset/asset-claims.ts';
import type { Ambiguity } from '@rollcall/model/asset/correlation.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { assetIdOf } from './asset-id.ts';
import { findCrowded } from './crowded-identifiers.ts';
import { projections } from './projections.ts';
import { readIdentifiers } from './record-identifiers.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface Neighbourhood {
	/** All that was looked at: the records it began with, and everyone they lead to. */
	readonly looked: ReadonlySet<RecordId>;
	/** Those among them that lead to another, or are led to. The others are alone. */
	readonly related: ReadonlySet<RecordId>;
	readonly knownAmbiguous: ReadonlyMap<string, Ambiguity>;
}

interface Step {
	readonly record: RecordId;
	readonly other: RecordId;
}

/**
 * The records that must be given with some for their correlation to be right, as the contract of `correlate` has it:
 * goes on from those found until none is new.
 */
export async function findNeighbourhood(
	tx: TenantTransaction,
	type: AssetType,
	begun: readonly RecordId[],
): Promise<Neighbourhood> {
	const looked = new Set(begun);
	const related = new Set<RecordId>();
	const knownAmbiguous = new Map<string, Ambiguity>();
	for (let front = [...looked]; front.length > 0; ) {
		const next: RecordId[] = [];
		for (const { record, other } of await findNext(tx, type, front, knownAmbiguous)) {
			related.add(record).add(other);
			if (looked.has(other)) continue;
			looked.add(other);
			next.push(other);
		}
		front = next;
	}
	return { looked, related, knownAmbiguous };
}

async function findNext(
	tx: TenantTransaction,
	type: AssetType,
	front: readonly RecordId[],
	knownAmbiguous: Map<string, Ambiguity>,
): Promise<readonly Step[]> {
	const { table } = projections[type];
	const steps = [
		await tx.client.query<Step>(sameAssetSql(table), [front]),
		await tx.client.query<Step>(sameThingSql(table), [front]),
	].flatMap(({ rows }) => rows);
	// Devices have no identifiers, so they stand in their own assets alone.
	if (type === 'device') return steps;
	const { rows: own } = await tx.client.query<{ record: RecordId; native_id: string }>(
		'select id as record, native_id from source_record where id = any ($1)',
		[front],
	);
	const ranges = own.map(({ native_id }) => assetIdRange(assetIdOf(tx.organizationId, native_id)));
	const standing = await tx.client.query<Step>(inRangeSql(table), [
		own.map(({ record }) => record),
		ranges.map(({ first }) => first),
		ranges.map(({ last }) => last),
	]);
	return [...steps, ...standing.rows, ...(await findHolders(tx, front, knownAmbiguous))];
}

async function findHolders(
	tx: TenantTransaction,
	front: readonly RecordId[],
	knownAmbiguous: Map<string, Ambiguity>,
): Promise<readonly Step[]> {
	const held = [...(await readIdentifiers(tx, front))].flatMap(([record, values]) =>
		values.map((value) => ({ record, value })),
	);
	const values = [...new Set(held.map(({ value }) => value))];
	for (const [value, why] of await findCrowded(tx, values)) knownAmbiguous.set(value, why);
	const telling = held.filter(({ value }) => !knownAmbiguous.has(value));
	const { rows } = await tx.client.query<Step>(holderSql, [
		telling.map(({ record }) => record),
		telling.map(({ value }) => value),
	]);
	return rows;
}

/** OFFSET 0 makes each a look-up per record, whatever the planner believes of the array. */
const sameAssetSql = (table: string): string => `
select g.record, o.other
from unnest($1::bigint[]) as g(record) join source_record r on r.id = g.record
cross join lateral (select o.id as other from source_record o where o.asset_id = r.asset_id and o.id <> g.record offset 0) o
where exists (select from ${table} d where d.record = o.other)`;

/** Native ids are those of a kind, so only integrations of that kind are asked. */
const sameThingSql = (table: string): string => `
with twin as (
	select i.id, o.id as other from integration i join integration o on o.kind = i.kind and o.id <> i.id
)
select g.record, o.other
from unnest($1::bigint[]) as g(record) join source_record r on r.id = g.record join twin on twin.id = r.integration
cross join lateral (
	select o.id as other from source_record o where o.integration = twin.other and o.native_id = r.native_id offset 0
) o
where exists (select from ${table} d where d.record = o.other)`;

const inRangeSql = (table: string): string => `
select g.record, o.other
from unnest($1::bigint[], $2::uuid[], $3::uuid[]) as g(record, first, last)
cross join lateral (
	select o.id as other from source_record o where o.asset_id between g.first and g.last and o.id <> g.record offset 0
) o
where exists (select from ${table} d where d.record = o.other)`;

const holderSql = `
select g.record, o.other
from unnest($1::bigint[], $2::text[]) as g(record, value)
cross join lateral (
	select m.record as other from record_identifier m
	where m.organization = current_organization() and m.value = g.value and m.record <> g.record offset 0
) o`;
