import { stringify } from 'csv-stringify/sync';
import { toHarmless } from './width.ts';

/**
 * Rows as RFC 4180 has them, each ended by CR LF. Lists and maps are JSON in their cell, booleans `true` and `false`. An
 * absent value is an empty cell, an empty text is `""`.
 *
 * A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return) gets a single
 * quote before it.
 *
 * @param forTerminal somebody looks at it: control and direction characters, line breaks among them, become `�`
 */
export function encodeCsv(rows: readonly (readonly unknown[])[], forTerminal = false): string {
	return stringify(
		rows.map((row) =>
			row.map((value) => {
				const cell = toCell(value);
				return cell !== null && forTerminal ? toHarmless(cell) : cell;
			}),
		),
		{ record_delimiter: '\r\n', quote_record_delimiter: true, escape_formulas: true, quoted_match: /^$/u },
	);
}

function toCell(value: unknown): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === 'string') return value;
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
