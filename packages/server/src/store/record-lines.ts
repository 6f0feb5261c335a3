import { isIP } from 'node:net';
import { fold } from '@rollcall/model/history/text.ts';
import { assetIdOf } from './asset-id.ts';
import { copyArray, copyBytes, copyField, copyJson } from './copy-rows.ts';
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
export function recordLine({ seq, scopeId, observedAt, row }: BatchRow, organizationId: string): string {
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

function stateOf(row: RecordRow): 'active' | 'retired' | 'insufficient' {
	if (row.insufficient) return 'insufficient';
	return row.presence === 'gone' ? 'retired' : 'active';
}

/** The searchable columns of a device as a line for `incoming_device`; undefined where the listing was not read. */
export function deviceLine({ seq, row }: BatchRow): string | undefined {
	if (row.assetType !== 'device' || row.insufficient || !row.partsRead.includes(0)) return undefined;
	const device = row.attributes;
	const name = text(device['name']);
	const owner = text(device['owner']);
	const instanceId = instanceIdOf(row.nativeId);
	return [
		seq,
		copyField(text(device['account_id']) ?? ''),
		copyField(text(device['region']) ?? ''),
		copyField(instanceId),
		copyField(name),
		copyField(clip(fold(name ?? instanceId))),
		copyField(text(device['state'])),
		copyField(text(device['os_platform'])),
		copyField(text(device['os'])),
		copyField(text(device['model'])),
		copyField(text(device['vpc_id'])),
		copyField(text(device['image_id'])),
		copyField(owner === undefined ? undefined : fold(owner)),
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

/** An index row holds 2,704 bytes. AWS keeps names below 256 characters; a longer one sorts and matches by its beginning. */
const indexedCharacters = 512;

function clip(folded: string): string {
	return folded.length <= indexedCharacters ? folded : [...folded].slice(0, indexedCharacters).join('');
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

/** Anything that is no address stays in the attributes and out of the column. */
function addresses(value: unknown): readonly string[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.filter((item): item is string => typeof item === 'string' && isIP(item) !== 0);
}
