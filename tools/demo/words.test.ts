import { expect, test } from 'vitest';
import { parseSpan, splitWords } from './words.ts';

test('words are split as in a shell', () => {
	expect(splitWords(`devices --name "web *"  --tag env='a "b"' x\\ y ''`)).toEqual([
		'devices',
		'--name',
		'web *',
		'--tag',
		'env=a "b"',
		'x y',
		'',
	]);
	expect(splitWords('   ')).toEqual([]);
});

test('an open quote is no line', () => {
	expect(splitWords('devices --name "web')).toBeNull();
});

test('spans of time have a number and a unit', () => {
	expect([parseSpan('90m'), parseSpan('1h'), parseSpan('2d')]).toEqual([5_400_000, 3_600_000, 172_800_000]);
	for (const text of ['', '0h', '1', 'h', '1.5h', '-1h', '1y']) expect(parseSpan(text)).toBeNull();
});
