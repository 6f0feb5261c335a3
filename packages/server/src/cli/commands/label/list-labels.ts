import type { Label, LabelRow } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../../format.ts';
import { withInventory } from '../../inventory.ts';
import { formatCount } from '../../text/amounts.ts';
import { encodeJson } from '../../text/json.ts';
import { renderTable, textCells } from '../../text/table.ts';
import { toHarmless } from '../../text/width.ts';

const columns = [
	{ title: 'LABEL', minWidth: 10 },
	{ title: 'COLOUR' },
	{ title: 'ASSETS', align: 'right' },
	{ title: 'DESCRIPTION', minWidth: 10 },
] as const;

/** `rollcall label list`. */
export async function listLabels(context: CommandContext, options: CsvOption & GlobalOptions): Promise<number> {
	const format = chooseFormat(options);
	const labels = await withInventory(context, options, (inventory) => inventory.listLabels());
	const { out } = context.terminal;
	if (format === 'csv') {
		await printCsvFields(out, csvFields, labels);
	} else if (format === 'json') {
		const lines = labels.map((label) => `${encodeJson({ ...presentLabel(label), assets: label.assets })}\n`);
		await out.write(lines.join(''));
	} else if (labels.length === 0) {
		await out.write('No labels yet. `rollcall label create NAME` makes the first.\n');
	} else {
		const rows = labels.map((label) =>
			textCells(toHarmless(label.name), label.color, formatCount(label.assets), toHarmless(label.description ?? '')),
		);
		await out.write(`${renderTable(columns, rows, { width: out.width(), styleTitle: out.style.dim })}\n`);
	}
	return 0;
}

const csvFields: readonly CsvField<LabelRow>[] = [
	['id', (label) => label.id],
	['name', (label) => label.name],
	['color', (label) => label.color],
	['description', (label) => label.description],
	['created_at', (label) => label.createdAt],
	['assets', (label) => label.assets],
];

export function presentLabel(label: Label): Record<string, unknown> {
	return {
		id: label.id,
		name: label.name,
		color: label.color,
		description: label.description,
		created_at: label.createdAt,
	};
}
