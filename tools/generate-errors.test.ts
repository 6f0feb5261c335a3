import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorDocument, renderErrors } from './generate-errors.ts';

const meanings = { 'DATA:0001': { meaning: 'Something is missing.', remedy: 'Bring it.' } };
const source = (text: string, path = 'a.ts') => ({ path, text });
const raise = (code: string, actor = 'you') =>
	`throw new RollcallError({ code: ${code}, actor: '${actor}', retryable: false });`;

test('regenerating the table of codes leaves it unchanged', () => {
	const root = join(import.meta.dirname, '..');
	expect(errorDocument.build(root)).toBe(readFileSync(join(root, errorDocument.path), 'utf8'));
});

test('a code stands in the table with who must act, what it means and what to do', () => {
	const table = renderErrors([source(raise("'DATA:0001'", 'customer'))], meanings);
	expect(table).toContain('| `DATA:0001` | owner of the AWS account | Something is missing. | Bring it. |');
});

test('a constant and a choice of literals are codes like any other', () => {
	const more = { ...meanings, 'DATA:0002': { meaning: 'm', remedy: 'r' }, 'DATA:0003': { meaning: 'm', remedy: 'r' } };
	const text = `${raise('lostCode')}\n${raise("late ? 'DATA:0001' : 'DATA:0002'")}`;
	const named = source("export const lostCode = 'DATA:0003';", 'b.ts');
	expect(renderErrors([source(text), named], more)).toContain('`DATA:0003`');
});

test.each([
	['a code without a meaning', [source(raise("'DATA:0001'")), source(raise("'DATA:0002'"))], 'lacks'],
	['a meaning that nothing raises', [source('')], 'which nothing raises'],
	[
		'a code raised in two files',
		[source(raise("'DATA:0001'")), source(raise("'DATA:0001'"), 'b.ts')],
		'a.ts and in b.ts',
	],
	['a code for two actors', [source(raise("'DATA:0001'") + raise("'DATA:0001'", 'operator'))], 'asks you and operator'],
	[
		'a code that only a comparison names',
		[source(`${raise("'DATA:0001'")} error.code === 'DATA:0009'`)],
		'names DATA:0009',
	],
	['a code that cannot be read', [source(raise("'DATA:0001'") + raise('makeCode()'))], 'neither a literal nor'],
])('%s is refused', (_rule, sources, words) => {
	expect(() => renderErrors(sources, meanings)).toThrow(words);
});
