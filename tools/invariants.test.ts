import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findInvariantTests, heldByTests, listInvariantTests } from './invariants.ts';

test.each(heldByTests)('invariant %i of the architecture has a test named after it', (number) => {
	const numbers = listInvariantTests(join(import.meta.dirname, '..')).map((one) => one.invariant);
	expect(numbers).toContain(number);
});

test('titles name one invariant or several, and other titles none', () => {
	const text = `
		test('invariant 4: nothing changed, nothing written', async () => {});
		describe.each([1])("invariants 1 and 13: a failed look never deletes", () => {});
		test('no number here', () => {});`;
	expect(findInvariantTests('a.test.ts', text)).toEqual([
		{ invariant: 4, path: 'a.test.ts', title: 'invariant 4: nothing changed, nothing written' },
		{ invariant: 1, path: 'a.test.ts', title: 'invariants 1 and 13: a failed look never deletes' },
		{ invariant: 13, path: 'a.test.ts', title: 'invariants 1 and 13: a failed look never deletes' },
	]);
});
