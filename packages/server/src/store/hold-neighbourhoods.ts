import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import { findNeighbourhood, type Neighbourhood } from './correlation-neighbours.ts';
import { projections } from './projections.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface TypedNeighbourhood extends Neighbourhood {
	readonly type: AssetType;
	/** Those that correlation has to look at: a record that is alone, and looks it, is settled. */
	readonly concerned: readonly RecordId[];
}

export interface TypedRecord {
	readonly id: RecordId;
	readonly type: AssetType;
}

export async function findNeighbourhoods(
	tx: TenantTransaction,
	begun: readonly TypedRecord[],
): Promise<readonly TypedNeighbourhood[]> {
	const found: TypedNeighbourhood[] = [];
	for (const type of assetTypes) {
		const ofType = begun.filter((record) => record.type === type).map(({ id }) => id);
		if (ofType.length > 0) found.push(await findConcerned(tx, type, ofType));
	}
	return found;
}

/**
 * The same with the locks of all scopes of the records that may change: no writer comes in
 * between, as writers hold the locks of the scopes of what they write. Which scopes those are shows only when the records
 * are found, and locks are taken in the order of ids as by every writer: so it lets go and begins again where one is
 * missing.
 */
export async function holdNeighbourhoods(
	tx: TenantTransaction,
	begun: readonly TypedRecord[],
): Promise<readonly TypedNeighbourhood[]> {
	const scopes = new Set(
		await listScopesOf(
			tx,
			begun.map(({ id }) => id),
		),
	);
	for (;;) {
		await tx.client.query('savepoint before_scopes');
		await tx.client.query('select from scope where id = any ($1) order by id for no key update', [[...scopes]]);
		const found = await findNeighbourhoods(tx, begun);
		const needed = await listScopesOf(
			tx,
			found.flatMap(({ concerned }) => concerned),
		);
		const missing = needed.filter((scope) => !scopes.has(scope));
		if (missing.length === 0) {
			await tx.client.query('release savepoint before_scopes');
			return found;
		}
		for (const scope of missing) scopes.add(scope);
		await tx.client.query('rollback to savepoint before_scopes; release savepoint before_scopes');
	}
}

async function findConcerned(
	tx: TenantTransaction,
	type: AssetType,
	begun: readonly RecordId[],
): Promise<TypedNeighbourhood> {
	const neighbourhood = await findNeighbourhood(tx, type, begun);
	const { looked, related } = neighbourhood;
	const unsettled = await findUnsettled(
		tx,
		type,
		[...looked].filter((record) => !related.has(record)),
	);
	return { ...neighbourhood, type, concerned: [...related, ...unsettled] };
}

/** Records that are alone, and do not look it yet. */
async function findUnsettled(
	tx: TenantTransaction,
	type: AssetType,
	alone: readonly RecordId[],
): Promise<readonly RecordId[]> {
	if (alone.length === 0) return [];
	const { rows } = await tx.client.query<{ id: RecordId }>(
		`select r.id from ${projections[type].table} d join source_record r on r.id = d.record
		where d.record = any ($1)
			and (not d.is_primary or d.is_duplicate or r.duplicate_of is not null or r.link is not null)`,
		[alone],
	);
	return rows.map(({ id }) => id);
}

async function listScopesOf(tx: TenantTransaction, records: readonly RecordId[]): Promise<readonly string[]> {
	if (records.length === 0) return [];
	const { rows } = await tx.client.query<{ scope: string }>(
		'select distinct scope from source_record where id = any ($1)',
		[records],
	);
	return rows.map(({ scope }) => scope);
}
