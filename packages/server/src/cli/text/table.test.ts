import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTable, renderTable, textCells } from './table.ts';
import { displayWidth } from './width.ts';

const columns = [
	{ title: 'NAME', minWidth: 6 },
	{ title: 'COUNT', align: 'right' },
	{ title: 'NOTE', minWidth: 4 },
] as const;

test('columns are aligned by what a terminal shows, without trailing spaces', () => {
	const table = renderTable(columns, [textCells('東京', '1', 'x'), textCells('web', '1,000', '')], { width: 80 });
	expect(table.split('\n')).toEqual(['NAME  COUNT  NOTE', '東京      1  x', 'web   1,000']);
});

test('the widest column that may give way does, down to its minimum', () => {
	const row = textCells('a-rather-long-name', '1', 'short');
	expect(renderTable(columns, [row], { width: 24 }).split('\n')[1]).toBe('a-rather-…      1  short');
	expect(renderTable(columns, [row], { width: 10 }).split('\n')[1]).toBe('a-rat…      1  sho…');
});

test('without a terminal nothing is cut', () => {
	const long = 'x'.repeat(500);
	expect(renderTable(columns, [textCells(long, '1', '')], { width: Number.POSITIVE_INFINITY })).toContain(long);
});

test('a style is put on after cutting and padding, so colours change no column', () => {
	const style = (text: string): string => `\u001b[31m${text}\u001b[39m`;
	const plain = renderTable(columns, [textCells('name', '1', 'note')], { width: 80 });
	const colored = renderTable(
		columns,
		[
			[
				{ text: 'name', style },
				{ text: '1', style },
				{ text: 'note', style },
			],
		],
		{
			width: 80,
			styleTitle: style,
		},
	);
	expect(colored.split('\n').map(displayWidth)).toEqual(plain.split('\n').map(displayWidth));
	expect(colored).not.toBe(plain);
});

test('a mark stands after its text, counts in the width, and is not cut with the text', () => {
	const mark = { text: ' (old)', style: (text: string) => `\u001b[2m${text}\u001b[22m` };
	const row = [{ text: 'a-rather-long-name', mark }, { text: '1' }, { text: 'short' }];
	const render = (width: number) => renderTable(columns, [row], { width }).split('\n')[1];
	expect(render(80)).toBe('a-rather-long-name\u001b[2m (old)\u001b[22m      1  short');
	expect(render(27)).toBe('a-rath…\u001b[2m (old)\u001b[22m      1  short');
	expect(render(10)).toBe('\u001b[2m (old)\u001b[22m      1  sho…');
});

test('a column that needs room is left out of a narrow terminal, with its cells', () => {
	const roomy = [{ title: 'A' }, { title: 'B', dropBelow: 60 }, { title: 'C' }] as const;
	expect(renderTable(roomy, [textCells('1', '2', '3')], { width: 59 })).toBe('A  C\n1  3');
	expect(renderTable(roomy, [textCells('1', '2', '3')], { width: 60 })).toBe('A  B  C\n1  2  3');
});

test('a table in parts has one line of titles, and its columns only grow', () => {
	const table = createTable(columns, { width: 80 });
	expect(table.render([textCells('a-long-name', '1', 'x')])).toBe('NAME         COUNT  NOTE\na-long-name      1  x');
	expect(table.render([textCells('web', '1', 'x')])).toBe('web              1  x');
	expect(table.render([textCells('a-longer-name', '1', 'x')])).toBe('a-longer-name      1  x');
});

test('every line fits the width as long as the minimums do', () => {
	const cell = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll(/\p{C}/gu, '?'));
	fc.assert(
		fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), fc.integer({ min: 30, max: 90 }), (rows, width) => {
			const table = renderTable(
				columns,
				rows.map(([name, note]) => textCells(name, '12', note)),
				{ width },
			);
			for (const line of table.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
		}),
	);
});
