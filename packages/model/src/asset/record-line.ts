import { z } from 'zod';
import { type AssetType, assetTypes } from './record-state.ts';
import { type UnknownMask, unknownReasons } from './unknown.ts';

/**
 * One line of NDJSON output, one record: what `--out` writes and the inventory sync ships.
 *
 * Attributes are those of the record's asset type, absent ones left out; `unknown` names the attributes whose value
 * could not be read, and why. `raw` is the source's own document, only where it was asked for.
 */
export const recordLine = z.strictObject({
	type: z.enum(assetTypes).meta({ description: 'Kind of asset' }),
	source: z.string().meta({ description: 'Collection that read it, as ec2.devices' }),
	native_id: z.string().meta({ description: 'Identity of the record at its source, as the ARN of an instance' }),
	scope: z.strictObject({
		account_id: z.string().meta({ description: 'AWS account that was read, 12 digits' }),
		region: z.string().meta({ description: 'Region name, `global`, or id of an identity store' }),
	}),
	attributes: z.record(z.string(), z.unknown()).meta({ description: 'Normalised attributes of the record' }),
	unknown: z
		.record(z.string(), z.enum(unknownReasons))
		.meta({ description: 'Attributes whose value is not known, and why' }),
	raw: z.unknown().optional().meta({ description: "The source's own document" }),
});

export type RecordLine = z.infer<typeof recordLine>;

export interface RecordLineParts {
	readonly type: AssetType;
	readonly source: string;
	readonly nativeId: string;
	readonly accountId: string;
	readonly region: string;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly unknown: UnknownMask;
	/** JSON text of the raw document, put into the line as it stands. */
	readonly rawJson?: string;
}

/** One record as one line of JSON, newline included. The raw document is spliced in, never parsed again. */
export function encodeRecordLine(parts: RecordLineParts): string {
	const raw = parts.rawJson === undefined ? '' : `,"raw":${toOneLine(parts.rawJson)}`;
	return (
		`{"type":"${parts.type}","source":${JSON.stringify(parts.source)},"native_id":${JSON.stringify(parts.nativeId)}` +
		`,"scope":{"account_id":${JSON.stringify(parts.accountId)},"region":${JSON.stringify(parts.region)}}` +
		`,"attributes":${JSON.stringify(parts.attributes)},"unknown":${JSON.stringify(parts.unknown)}${raw}}\n`
	);
}

/** Inside JSON a bare line break can only stand between tokens: strings hold it escaped. */
function toOneLine(json: string): string {
	return json.includes('\n') || json.includes('\r') ? json.replaceAll(/[\r\n]/g, ' ') : json;
}

/** JSON Schema of a line, for documentation and programs. */
export function recordLineJsonSchema(): Record<string, unknown> {
	return z.toJSONSchema(recordLine);
}
