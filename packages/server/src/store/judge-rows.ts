import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import { assetIdOf } from './asset-id.ts';
import { type BatchRow, type ChosenRow, isWhole, stateOf, toStorableRow } from './record-lines.ts';
import type { RecordId, RecordRow } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export type ChangeAction = 'insert' | 'update' | 'none' | 'discard';

/** What became of one row of the batch. */
export interface RecordChange {
	readonly seq: number;
	readonly id: RecordId;
	readonly action: ChangeAction;
	readonly oldState: string | null;
}

export interface JudgedRow {
	readonly change: RecordChange;
	/** Absent where nothing is to be written. */
	readonly chosen?: ChosenRow;
}

interface StoredRecord {
	readonly id: RecordId;
	readonly hash: Buffer;
	readonly state: string;
	readonly unknown: UnknownMask | null;
	readonly changed_at: Date;
	readonly assetId: string;
}

/**
 * Compares rows with what is stored, here and not in the database: so each row is sent once, with its id, and no later
 * statement joins or sorts. Ids of new records are drawn from their sequence. Reads only; the scopes are locked.
 */
export async function judgeRows(
	tx: TenantTransaction,
	integrationId: string,
	batch: readonly BatchRow[],
): Promise<readonly JudgedRow[]> {
	const rows = batch.map((row): BatchRow => ({ ...row, row: toStorableRow(row.row) }));
	const stored = await loadStored(
		tx,
		integrationId,
		rows.map(({ row }) => row.nativeId),
	);
	const ids = await drawIds(tx, rows.length - stored.size);
	return rows.map((row, index) => {
		const before = stored.get(index);
		// A known record may have come into another asset than its own.
		if (before) return judgeKnown(row, before);
		const id = ids.pop();
		if (id === undefined) throw new Error('too few record ids were drawn');
		return judgeNew(row, id, assetIdOf(tx.organizationId, row.row.nativeId));
	});
}

/** OFFSET 0 makes it one look-up per id, whatever the planner believes of the array. */
const storedSql = `
select (i.position - 1)::int, r.id, r.hash, r.state, r.unknown, r.changed_at, r.asset_id
from unnest($2::text[]) with ordinality as i(native_id, position)
cross join lateral (
	select * from source_record r where r.integration = $1 and r.native_id = i.native_id offset 0
) r`;

/** The stored records by the position of their row. */
async function loadStored(
	tx: TenantTransaction,
	integrationId: string,
	nativeIds: readonly string[],
): Promise<ReadonlyMap<number, StoredRecord>> {
	const { rows } = await tx.client.query<[number, RecordId, Buffer, string, UnknownMask | null, Date, string]>({
		text: storedSql,
		values: [integrationId, nativeIds],
		rowMode: 'array',
	});
	return new Map(
		rows.map(([position, id, hash, state, unknown, changed_at, assetId]) => [
			position,
			{ id, hash, state, unknown, changed_at, assetId },
		]),
	);
}

/** New ids, the lowest last. */
async function drawIds(tx: TenantTransaction, count: number): Promise<RecordId[]> {
	if (count === 0) return [];
	const { rows } = await tx.client.query<[RecordId]>({
		text: `select nextval('source_record_id_seq') from generate_series(1, $1)`,
		values: [count],
		rowMode: 'array',
	});
	return rows.map(([id]) => id).reverse();
}

/** A record first seen already gone never was a member: no event. */
function judgeNew(row: BatchRow, id: RecordId, assetId: string): JudgedRow {
	const state = stateOf(row.row);
	return {
		change: { seq: row.seq, id, action: 'insert', oldState: null },
		chosen: {
			...row,
			id,
			assetId,
			state,
			action: 'insert',
			before: null,
			hash: mergeHash(null, row.row),
			event: state === 'active' ? 'SourceMembershipAdd' : null,
		},
	};
}

function judgeKnown(row: BatchRow, stored: StoredRecord): JudgedRow {
	const change = { seq: row.seq, id: stored.id, oldState: stored.state };
	if (row.observedAt < stored.changed_at) return { change: { ...change, action: 'discard' } };
	const state = stateOf(row.row);
	const hash = mergeHash(stored.hash, row.row);
	const unknown = mergeMask(stored.unknown, row.row);
	if (state === stored.state && hash.equals(stored.hash) && isSameMask(unknown, stored.unknown)) {
		return { change: { ...change, action: 'none' } };
	}
	const joined = state === 'active' ? 'SourceMembershipAdd' : 'SourceMembershipRemove';
	const event = (state === 'active') === (stored.state === 'active') ? null : joined;
	return {
		change: { ...change, action: 'update' },
		chosen: {
			...row,
			row: { ...row.row, unknown },
			id: stored.id,
			assetId: stored.assetId,
			state,
			action: 'update',
			before: stored,
			hash,
			event,
		},
	};
}

const digestBytes = 32;

/**
 * The stored hash with the digests of the parts that were read replaced; zeros for parts never read. The writer's own
 * idea of the others may be older than the row.
 */
export function mergeHash(stored: Buffer | null, row: Pick<RecordRow, 'hash' | 'partsRead'>): Buffer {
	if (isWhole(row)) return row.hash;
	const merged = Buffer.alloc(row.hash.length);
	stored?.copy(merged, 0, 0, merged.length);
	for (const part of row.partsRead) {
		row.hash.copy(merged, part * digestBytes, part * digestBytes, (part + 1) * digestBytes);
	}
	return merged;
}

/** What is unknown of parts that were not read this time stays unknown. */
function mergeMask(stored: UnknownMask | null, row: Pick<RecordRow, 'unknown' | 'replacedKeys'>): UnknownMask {
	if (stored === null) return row.unknown;
	const kept = Object.entries(stored).filter(([name]) => !row.replacedKeys.includes(name));
	return kept.length === 0 ? row.unknown : { ...Object.fromEntries(kept), ...row.unknown };
}

function isSameMask(given: UnknownMask, stored: UnknownMask | null): boolean {
	const names = Object.keys(given);
	const before = stored ?? {};
	return names.length === Object.keys(before).length && names.every((name) => before[name] === given[name]);
}
