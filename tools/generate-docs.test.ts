import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AttributeTable } from '../packages/model/src/asset/attribute.ts';
import { deviceAttributes } from '../packages/model/src/asset/device.ts';
import { iamUserAttributes, identityCenterUserAttributes, userAttributes } from '../packages/model/src/asset/user.ts';
import { generatedDocuments } from './generate-docs.ts';

const root = join(import.meta.dirname, '..');

test.each(generatedDocuments)('regenerating $path leaves it unchanged', ({ path, build }) => {
	expect(build(root)).toBe(readFileSync(join(root, path), 'utf8'));
});

const textOf = (path: string): string => generatedDocuments.find((each) => each.path === path)?.build(root) ?? '';

test.each<[string, AttributeTable]>([
	['Device', deviceAttributes],
	['User of IAM', iamUserAttributes],
	['User of Identity Center', identityCenterUserAttributes],
])('every attribute stands in the table of its section: %s', (title, attributes) => {
	const section = textOf('docs/attributes.md').split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
	const names = [...section.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
	expect(names).toEqual(Object.keys(attributes));
});

test.each<[string, AttributeTable]>([
	['device', deviceAttributes],
	['user', userAttributes],
])('every attribute stands in the schema of a %s', (name, attributes) => {
	expect(Object.keys(JSON.parse(textOf(`docs/schema/${name}.json`)).properties)).toEqual(Object.keys(attributes));
});
