import type { BinaryRows } from './binary-row.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** What the assets of one type are searched and sorted by: a table with a row per asset, which follows one record. */
export interface Projection {
	/** Name of the table; `tenant_` before it names its view, `incoming_` the temporary table its rows come through. */
	readonly table: string;
	/** Attributes columns are made of that no primary listing feeds, so that a row may come without them. */
	readonly enriched: readonly string[];
	readonly columns: readonly ProjectedColumn[];
}

export interface ProjectedColumn {
	readonly name: string;
	/** Times and addresses are sent as text and read by the server. */
	readonly type: 'text' | 'text[]' | 'boolean' | 'jsonb' | 'timestamptz' | 'inet[]';
	value(attributes: Attributes, nativeId: string): unknown;
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
	else if (type === 'text[]' || type === 'inet[]') rows.texts(isTexts(value) ? value : null);
	else rows.text(typeof value === 'string' ? value : null);
}

function isTexts(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
