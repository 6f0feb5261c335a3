import { displayWidth, padEnd, padStart, truncate } from './width.ts';

export interface TableColumn {
	readonly title: string;
	readonly align?: 'left' | 'right';
	/** Narrower than this it is not made; without it the column is never cut. */
	readonly minWidth?: number;
	/** In a terminal narrower than this the column is left out. */
	readonly dropBelow?: number;
}

/** A cell: text, and optionally a style that is put on after cutting and padding. */
export interface TableCell {
	readonly text: string;
	readonly style?: (text: string) => string;
	/** Stands after the text: where there is too little room, the text is cut and not the mark. */
	readonly mark?: { readonly text: string; readonly style: (text: string) => string };
}

export interface TableLayout {
	/** Columns of the terminal; Infinity where nothing is cut. */
	readonly width: number;
	readonly indent?: string;
	readonly styleTitle?: (text: string) => string;
}

const gap = '  ';

/** A table that is rendered in parts. */
export interface Table {
	/** The next rows; the titles stand before the first. Columns only become wider than in the parts before. */
	render(rows: readonly (readonly TableCell[])[]): string;
}

/** An aligned table, one line per row, without trailing spaces. Where it is too wide, the widest columns give way. */
export function createTable(allColumns: readonly TableColumn[], layout: TableLayout): Table {
	const isShown = allColumns.map((column) => layout.width >= (column.dropBelow ?? 0));
	const columns = allColumns.filter((_, index) => isShown[index]);
	const { indent = '', styleTitle = (text) => text } = layout;
	const available = layout.width - indent.length - gap.length * (columns.length - 1);
	let natural = columns.map((column) => displayWidth(column.title));
	let head = [columns.map((column): TableCell => ({ text: column.title, style: styleTitle }))];
	return {
		render: (allRows) => {
			const rows = allRows.map((row) => row.filter((_, index) => isShown[index]));
			natural = widen(natural, rows);
			const widths = fitWidths(columns, natural, available);
			const lines = [...head, ...rows].map((cells) => indent + renderRow(columns, cells, widths));
			head = [];
			return lines.join('\n');
		},
	};
}

/** The whole table at once. */
export function renderTable(
	columns: readonly TableColumn[],
	rows: readonly (readonly TableCell[])[],
	layout: TableLayout,
): string {
	return createTable(columns, layout).render(rows);
}

/** Plain cells from plain texts. */
export function textCells(...texts: readonly string[]): TableCell[] {
	return texts.map((text) => ({ text }));
}

function widen(widths: readonly number[], rows: readonly (readonly TableCell[])[]): number[] {
	return widths.map((width, index) => rows.reduce((widest, row) => Math.max(widest, naturalWidth(row[index])), width));
}

function naturalWidth(cell: TableCell | undefined): number {
	return displayWidth(cell?.text ?? '') + displayWidth(cell?.mark?.text ?? '');
}

/** Takes from the widest column that may give way, one column of the terminal after the other. */
function fitWidths(columns: readonly TableColumn[], natural: readonly number[], available: number): number[] {
	const widths = [...natural];
	let excess = widths.reduce((sum, width) => sum + width, 0) - available;
	while (excess > 0) {
		let widest = -1;
		for (const [index, width] of widths.entries()) {
			const floor = columns[index]?.minWidth ?? Number.POSITIVE_INFINITY;
			if (width > floor && (widest === -1 || width > (widths[widest] ?? 0))) widest = index;
		}
		if (widest === -1) break;
		widths[widest] = (widths[widest] ?? 0) - 1;
		excess -= 1;
	}
	return widths;
}

function renderRow(columns: readonly TableColumn[], cells: readonly TableCell[], widths: readonly number[]): string {
	const parts = columns.map((column, index) => {
		const width = widths[index] ?? 0;
		const cell = cells[index] ?? { text: '' };
		const mark = truncate(cell.mark?.text ?? '', width);
		const text = truncate(cell.text, width - displayWidth(mark));
		const isLast = index === columns.length - 1;
		const styled = (cell.style && text !== '' ? cell.style(text) : text) + (cell.mark?.style(mark) ?? '');
		if (column.align === 'right') return padStart(styled, width);
		return isLast ? styled : padEnd(styled, width);
	});
	return parts.join(gap).trimEnd();
}
