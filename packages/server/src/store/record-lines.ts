import { isIP } from 'node:net';
import { fold } from '@rollcall/model/history/text.ts';
import { assetIdOf } from './asset-id.ts';
import type { BinaryRows } from './binary-row.ts';
import { clip, indexableId, isIndexable } from './indexable.ts';
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
	readonly action: 'insert' | 'update';
	readonly state: IncomingState;
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

/** The row as it is kept: nothing tells one of an endless id from another but its digest, and it is no device. */
export function toStorableRow(row: RecordRow): RecordRow {
	if (isIndexable(row.nativeId)) return row;
	const note = `The id has ${row.nativeId.length} characters; the record is known by the digest of it.`;
	return { ...row, nativeId: indexableId(row.nativeId), insufficient: true, notes: [...row.notes, note] };
}

export function stateOf(row: RecordRow): IncomingState {
	if (row.insufficient) return 'insufficient';
	return row.presence === 'gone' ? 'retired' : 'active';
}

/** Whether the row has searchable columns: only the listing feeds them. */
export function isSearchable(row: RecordRow): boolean {
	return row.assetType === 'device' && !row.insufficient && row.partsRead.includes(0);
}

/** Columns of `incoming_record`: those of the record, then those of the device. */
const recordFields = 17;
const deviceFields = 17;

/** Writes the row for `incoming_record`. */
export function writeRecord(rows: BinaryRows, chosen: ChosenRow, organizationId: string): void {
	const { row } = chosen;
	const searchable = isSearchable(row);
	rows.row(recordFields + deviceFields);
	rows.integer(chosen.seq);
	rows.bigint(chosen.id);
	rows.text(chosen.action);
	rows.text(chosen.event);
	rows.bigint(chosen.scopeId);
	rows.timestamp(chosen.observedAt);
	rows.uuid(assetIdOf(organizationId, row.nativeId));
	rows.boolean(searchable);
	rows.text(chosen.state);
	rows.text(row.assetType);
	rows.text(row.nativeId);
	rows.bytes(chosen.hash);
	rows.texts(isWhole(row) ? null : row.replacedKeys);
	rows.json(Object.keys(row.unknown).length === 0 ? null : row.unknown);
	rows.texts(row.notes.length === 0 ? null : row.notes);
	if (searchable) writeDevice(rows, row);
	else for (let field = 0; field < deviceFields; field += 1) rows.null();
	rows.bytes(compressDocument(row.rawJson));
	rows.json(row.attributes);
}

/** The searchable columns of a device. Times and addresses are read by the server. */
function writeDevice(rows: BinaryRows, { attributes: device, nativeId }: RecordRow): void {
	const name = text(device['name']);
	const owner = text(device['owner']);
	const instanceId = instanceIdOf(nativeId);
	rows.text(clip(text(device['account_id']) ?? '', 128));
	rows.text(clip(text(device['region']) ?? '', 128));
	rows.text(instanceId);
	rows.text(name);
	rows.text(clip(fold(name ?? instanceId)));
	rows.text(text(device['state']));
	rows.text(text(device['os_platform']));
	rows.text(text(device['os']));
	rows.text(text(device['model']));
	rows.text(text(device['vpc_id']));
	rows.text(text(device['image_id']));
	rows.text(owner === undefined ? undefined : clip(fold(owner)));
	rows.text(text(device['launched_at']));
	rows.boolean(typeof device['public'] === 'boolean' ? device['public'] : null);
	rows.texts(addresses(device['internal_ips']));
	rows.texts(addresses(device['external_ips']));
	rows.json(device['tags']);
}

/** The instance id at the end of the ARN; a native id of another form as it is. */
function instanceIdOf(nativeId: string): string {
	return nativeId.slice(nativeId.lastIndexOf('/') + 1);
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

/** Anything that is no address stays in the attributes and out of the column. */
function addresses(value: unknown): readonly string[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.filter((item): item is string => typeof item === 'string' && isIP(item) !== 0);
}
