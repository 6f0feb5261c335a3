import { isIP } from 'node:net';
import { fold } from '@rollcall/model/history/text.ts';
import { assetIdOf } from './asset-id.ts';
import { copyArray, copyBytes, copyField, copyJson } from './copy-rows.ts';
import { clip, indexableId, isIndexable } from './indexable.ts';
import { compressDocument } from './raw-document.ts';
import type { RecordRow } from './scope-write.ts';

/** One row of a batch, with what its write says of it. */
export interface BatchRow {
	readonly seq: number;
	readonly scopeId: string;
	readonly observedAt: Date;
	readonly row: RecordRow;
}

const digestBytes = 32;

/** The row as a line for `incoming_record`. */
export function recordLine({ seq, scopeId, observedAt, row: given }: BatchRow, organizationId: string): string {
	const row = isIndexable(given.nativeId) ? given : withDigestAsId(given);
	const whole = row.partsRead.length * digestBytes >= row.hash.length;
	return [
		seq,
		scopeId,
		observedAt.toISOString(),
		copyField(row.nativeId),
		assetIdOf(organizationId, row.nativeId),
		row.assetType,
		copyJson(row.attributes),
		whole ? '\\N' : copyArray(row.replacedKeys),
		whole ? '\\N' : `{${row.partsRead.join(',')}}`,
		copyBytes(row.hash),
		Object.keys(row.unknown).length === 0 ? '\\N' : copyJson(row.unknown),
		row.notes.length === 0 ? '\\N' : copyArray(row.notes),
		stateOf(row),
		copyBytes(compressDocument(row.rawJson)),
	].join('\t');
}

/** Nothing tells such an item from another but its digest: it is kept, and is no device. */
function withDigestAsId(row: RecordRow): RecordRow {
	const note = `The id has ${row.nativeId.length} characters; the record is known by the digest of it.`;
	return { ...row, nativeId: indexableId(row.nativeId), insufficient: true, notes: [...row.notes, note] };
}

function stateOf(row: RecordRow): 'active' | 'retired' | 'insufficient' {
	if (row.insufficient) return 'insufficient';
	return row.presence === 'gone' ? 'retired' : 'active';
}

/** The searchable columns of a device as a line for `incoming_device`; undefined where the listing was not read. */
export function deviceLine({ seq, row }: BatchRow): string | undefined {
	if (row.assetType !== 'device' || row.insufficient || !row.partsRead.includes(0)) return undefined;
	if (!isIndexable(row.nativeId)) return undefined;
	const device = row.attributes;
	const name = text(device['name']);
	const owner = text(device['owner']);
	const instanceId = instanceIdOf(row.nativeId);
	return [
		seq,
		copyField(clip(text(device['account_id']) ?? '', 128)),
		copyField(clip(text(device['region']) ?? '', 128)),
		copyField(instanceId),
		copyField(name),
		copyField(clip(fold(name ?? instanceId))),
		copyField(text(device['state'])),
		copyField(text(device['os_platform'])),
		copyField(text(device['os'])),
		copyField(text(device['model'])),
		copyField(text(device['vpc_id'])),
		copyField(text(device['image_id'])),
		copyField(owner === undefined ? undefined : clip(fold(owner))),
		copyField(text(device['launched_at'])),
		typeof device['public'] === 'boolean' ? copyField(device['public']) : '\\N',
		copyArray(addresses(device['internal_ips'])),
		copyArray(addresses(device['external_ips'])),
		device['tags'] === undefined || device['tags'] === null ? '\\N' : copyJson(device['tags']),
	].join('\t');
}

/** The instance id at the end of the ARN; a native id of another form as it is. */
export function instanceIdOf(nativeId: string): string {
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
