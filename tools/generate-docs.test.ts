import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deviceAttributes } from '../packages/model/src/asset/device.ts';
import { generatedDocuments } from './generate-docs.ts';

const root = join(import.meta.dirname, '..');

test.each(generatedDocuments)('regenerating $path leaves it unchanged', ({ path, build }) => {
	expect(build(root)).toBe(readFileSync(join(root, path), 'utf8'));
});

test('every attribute of a device stands in the table and in the schema', () => {
	const [table = '', schema = '{}'] = generatedDocuments.map(({ build }) => build(root));
	expect(Object.keys(JSON.parse(schema).properties)).toEqual(Object.keys(deviceAttributes));
	for (const name of Object.keys(deviceAttributes)) expect(table).toContain(`| \`${name}\` `);
});
