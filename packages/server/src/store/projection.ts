import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type { BinaryRows } from './binary-row.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** A record as its projection takes it: all of it, not only the parts that were read now. */
export interface ProjectedRecord {
	readonly nativeId: string;
	readonly attributes: Attributes;
	/** Of the record alone. */
	readonly unknown: UnknownMask;
	readonly hash: Buffer;
	/** Kind of its integration. */
	readonly kind: string;
}

/** What the records of one type are searched and sorted by: a table with a row per record. */
export interface Projection {
	/**
	 * Name of the table; `tenant_` before it names its view, `incoming_` the temporary table its rows come through,
	 * `_version` behind it the table of what its rows were.
	 */
	readonly table: string;
	readonly columns: readonly ProjectedColumn[];
}

export interface ProjectedColumn {
	readonly name: string;
	/** Times and addresses are sent as text and read by the server. */
	readonly type: 'text' | 'text[]' | 'bigint[]' | 'boolean' | 'jsonb' | 'timestamptz' | 'inet[]';
	value(record: ProjectedRecord): unknown;
}

/** Type of the column in the temporary table. */
export function incomingType({ type }: ProjectedColumn): string {
	if (type === 'timestamptz') return 'text collate "C"';
	if (type === 'inet[]') return 'text[] collate "C"';
	return type.startsWith('text') ? `${type} collate "C"` : type;
}

/** How the value of the temporary table becomes that of the table. */
export function castOf({ type }: ProjectedColumn): string {
	return type === 'timestamptz' || type === 'inet[]' ? `::${type}` : '';
}

/** Writes one column; a value of another type than the column's is NULL. */
export function writeColumn(rows: BinaryRows, { type }: ProjectedColumn, value: unknown): void {
	if (type === 'jsonb') rows.json(value);
	else if (type === 'boolean') rows.boolean(typeof value === 'boolean' ? value : null);
	else if (type === 'bigint[]') rows.bigints(isTexts(value) ? value : []);
	else if (type === 'text[]' || type === 'inet[]') rows.texts(isTexts(value) ? value : null);
	else rows.text(typeof value === 'string' ? value : null);
}

function isTexts(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Columns of every projection, before its own. */
const baseColumns = [
	'record',
	'organization',
	'asset_id',
	'integration',
	'scope',
	'first_observed_at',
	'changed_at',
	'valid_from',
	'record_state',
	'is_primary',
	'is_duplicate',
	'sampled',
];

/**
 * Keeps what rows are as a version until then, before they change, and locks them: another writer of the same asset may be
 * about to change them too, and what is kept is what it left. `changing` has an alias `g` with a column `record`;
 * `until` is a moment of it. A row that is not older than that moment has no past of its own.
 */
export function versionSql({ table, columns }: Projection, changing: string, until: string): string {
	const names = [...baseColumns, ...columns.map(({ name }) => name)];
	return `
insert into ${table}_version (${names.join(', ')}, valid_to)
select ${names.map((name) => `d.${name}`).join(', ')}, ${until}
from ${changing} join ${table} d on d.record = g.record
where d.valid_from < ${until}
for update of d`;
}

/** Columns of the temporary table that stand before those of the projection. */
export const followedColumns = `record bigint, asset_id uuid, integration uuid, scope bigint, observed_at timestamptz(3),
	record_state text collate "C", sampled boolean`;
export const followedCount = followedColumns.split(',').length;
