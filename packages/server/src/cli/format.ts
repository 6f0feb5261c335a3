import type { Command } from 'commander';
import type { GlobalOptions } from './context.ts';
import type { Output } from './terminal.ts';
import { usageError } from './usage.ts';

export interface CsvOption {
	readonly csv?: boolean;
}

/** For a command that prints a table. */
export function addCsvOption(command: Command): Command {
	return command.option('--csv', 'print as CSV (RFC 4180), with the names of the fields as the first row');
}

/** How a list is printed. Throws `USAGE:0001` where two ways are asked for. */
export function chooseFormat({ json, csv }: CsvOption & GlobalOptions): 'table' | 'json' | 'csv' {
	if (json && csv) throw usageError('--csv and --json exclude each other', 'leave one of them out');
	if (csv) return 'csv';
	return json ? 'json' : 'table';
}

/** A field of a list: its name, and its value of one thing listed. */
export type CsvField<Row> = readonly [name: string, value: (row: Row) => unknown];

/** A whole list as CSV; an empty one is its first row. */
export async function printCsvFields<Row>(
	out: Output,
	fields: readonly CsvField<Row>[],
	rows: readonly Row[],
): Promise<void> {
	const { encodeCsv } = await import('./text/csv.ts');
	const cells = rows.map((row) => fields.map(([, value]) => value(row)));
	await out.write(encodeCsv([fields.map(([name]) => name), ...cells], out.isTerminal));
}
