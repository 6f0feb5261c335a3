import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCsv } from './csv.ts';

test('rows end with CR LF, and cells with a comma, a quote or a line break stand in quotes', () => {
	expect(
		encodeCsv([
			['name', 'note'],
			['a,b', 'say "no"'],
			['x\ny', 'plain'],
		]),
	).toBe('name,note\r\n"a,b","say ""no"""\r\n"x\ny",plain\r\n');
});

test('an absent value is an empty cell, an empty text is one in quotes', () => {
	expect(encodeCsv([[undefined, null, '']])).toBe(',,""\r\n');
});

test('booleans, numbers, lists and maps are written as JSON writes them', () => {
	expect(encodeCsv([[true, false, 0, ['a', 'b'], { a: 1 }]])).toBe('true,false,0,"[""a"",""b""]","{""a"":1}"\r\n');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])(
	'a text that a spreadsheet would run is defused: %j',
	(text) => {
		const [[cell]] = parse(encodeCsv([[text]])) as [[string]];
		expect(cell).toBe(`'${text}`);
		expect(encodeCsv([[`a${text}`]])).not.toContain("'");
	},
);

test('whatever texts hold, a reader of RFC 4180 gets them back', () => {
	const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', "'", 'ä', '=', '\t') });
	const table = fc
		.integer({ min: 1, max: 4 })
		.chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
	fc.assert(
		fc.property(table, (rows) => {
			const read: unknown = parse(encodeCsv(rows), { record_delimiter: '\r\n' });
			expect(read).toEqual(rows.map((row) => row.map((text) => (/^[=\t\r]/u.test(text) ? `'${text}` : text))));
		}),
	);
});
