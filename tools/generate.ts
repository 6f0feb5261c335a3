import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderShapeTable } from '../packages/server/src/aws/ec2-xml/render-shape-table.ts';
import { generatedDocuments } from './generate-docs.ts';
import { errorDocument } from './generate-errors.ts';
import { permissionDocument } from './generate-permissions.ts';
import { queryDocument } from './generate-queries.ts';
import { regenerateBiomeFile } from './generate-zones.ts';
import { regenerateArchitecture } from './invariants.ts';

/** Every file that a program writes, with the function that gives its text. */
const generated: readonly { readonly path: string; readonly build: (root: string) => string }[] = [
	{ path: 'biome.json', build: regenerateBiomeFile },
	{ path: 'packages/server/src/aws/ec2-xml/shape-table.generated.ts', build: () => renderShapeTable() },
	{ path: 'docs/architecture.md', build: regenerateArchitecture },
	...generatedDocuments,
	queryDocument,
	errorDocument,
	permissionDocument,
];

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
for (const { path, build } of generated) {
	const target = join(root, path);
	const text = build(root);
	if (existsSync(target) && text === readFileSync(target, 'utf8')) continue;
	if (isCheck) {
		console.error(`${path} is not what its generator writes: npm run generate`);
		process.exitCode = 1;
	} else {
		mkdirSync(dirname(target), { recursive: true });
		writeFileSync(target, text);
		console.log(`wrote ${path}`);
	}
}
