import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { regenerateBiomeFile } from './generate-zones.ts';

/** Every file that a program writes, with the function that gives its text. */
const generated: readonly { readonly path: string; readonly build: (root: string) => string }[] = [
	{ path: 'biome.json', build: regenerateBiomeFile },
];

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
for (const { path, build } of generated) {
	const text = build(root);
	if (text === readFileSync(join(root, path), 'utf8')) continue;
	if (isCheck) {
		console.error(`${path} is not what its generator writes: npm run generate`);
		process.exitCode = 1;
	} else {
		writeFileSync(join(root, path), text);
		console.log(`wrote ${path}`);
	}
}
