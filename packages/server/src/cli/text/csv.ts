import { stringify } from 'csv-stringify/sync';

/**
 * Rows as RFC 4180 has them, each ended by CR LF. Lists and maps are JSON in their cell, booleans `true` and `false`. An
 * absent value is an empty cell, an empty text is `""`.
 *
 * A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return) gets a single
 * quote before it.
 */
export function encodeCsv(rows: readonly (readonly unknown[])[]): string {
	return stringify(
		rows.map((row) => row.map(toCell)),
		{ record_delimiter: '\r\n', quote_record_delimiter: true, escape_formulas: true, quoted_match: /^$/u },
	);
}

function toCell(value: unknown): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === 'string') return value;
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
