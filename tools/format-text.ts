import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The text as Biome formats it for that path: what a generator writes is what formatting the tree leaves as it is. */
export function formatText(root: string, path: string, text: string): string {
	const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
	const options = { cwd: root, input: text, encoding: 'utf8' } as const;
	return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${path}`], options);
}
