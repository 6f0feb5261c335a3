import type { BinaryRows } from './binary-row.ts';
import { indexableId, isIndexable } from './indexable.ts';
import { compressDocument } from './raw-document.ts';
import type { RecordId, RecordRow } from './scope-write.ts';

/** One row of a batch, with what its write says of it. */
export interface BatchRow {
	readonly seq: number;
	readonly scopeId: string;
	readonly observedAt: Date;
	readonly row: RecordRow;
}

/** A row that is new or changes its record. */
export interface ChosenRow extends BatchRow {
	readonly id: RecordId;
	readonly assetId: string;
	readonly action: 'insert' | 'update';
	readonly state: IncomingState;
	/** What it was; null for a record that is new. */
	readonly before: { readonly state: string; readonly hash: Buffer } | null;
	/** The whole hash: digests of parts that were not read are the stored ones. */
	readonly hash: Buffer;
	/** The membership event it leaves. */
	readonly event: string | null;
}

export type IncomingState = 'active' | 'retired' | 'insufficient';

const digestBytes = 32;

/** Whether every part of the record was read. */
export function isWhole(row: Pick<RecordRow, 'hash' | 'partsRead'>): boolean {
	return row.partsRead.length * digestBytes >= row.hash.length;
}

/** The row as it is kept: nothing tells one of an endless id from another but its digest, and it is no asset. */
export function toStorableRow(row: RecordRow): RecordRow {
	if (isIndexable(row.nativeId)) return row;
	const note = `The id has ${row.nativeId.length} characters; the record is known by the digest of it.`;
	return { ...row, nativeId: indexableId(row.nativeId), insufficient: true, notes: [...row.notes, note] };
}

export function stateOf(row: RecordRow): IncomingState {
	if (row.insufficient) return 'insufficient';
	return row.presence === 'gone' ? 'retired' : 'active';
}

/** Columns of `incoming_record`. */
const recordFields = 16;

/** Writes the row for `incoming_record`. */
export function writeRecord(rows: BinaryRows, chosen: ChosenRow): void {
	const { row } = chosen;
	rows.row(recordFields);
	rows.integer(chosen.seq);
	rows.bigint(chosen.id);
	rows.text(chosen.action);
	rows.text(chosen.event);
	rows.bigint(chosen.scopeId);
	rows.timestamp(chosen.observedAt);
	rows.uuid(chosen.assetId);
	rows.text(chosen.state);
	rows.text(row.assetType);
	rows.text(row.nativeId);
	rows.bytes(chosen.hash);
	rows.texts(isWhole(row) ? null : row.replacedKeys);
	rows.json(Object.keys(row.unknown).length === 0 ? null : row.unknown);
	rows.texts(row.notes.length === 0 ? null : row.notes);
	rows.bytes(compressDocument(row.rawJson));
	rows.json(row.attributes);
}
