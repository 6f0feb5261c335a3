import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Everything CI holds against a change, step by step; a step that fails does not hide the later ones.
 * `--no-tests` leaves the tests to the caller. Ends with exit code 1 and the failed steps' names.
 */
const root = join(import.meta.dirname, '..');
const bin = (path: string) => join(root, 'node_modules', path);

const steps: readonly { readonly name: string; readonly args: readonly string[] }[] = [
	{ name: 'generated files', args: ['tools/generate.ts', '--check'] },
	{ name: 'format, lint, boundaries', args: [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '.'] },
	{ name: 'types', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'] },
	{ name: 'unused code', args: [bin('knip/bin/knip.js'), '--no-progress'] },
	...(process.argv.includes('--no-tests') ? [] : [{ name: 'tests', args: ['tools/run-tests.ts'] }]),
];

const failed: string[] = [];
for (const { name, args } of steps) {
	console.log(`\n== ${name}`);
	const startedAt = performance.now();
	const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
	const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
	console.log(`== ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
	if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? `\nAll ${steps.length} checks passed.` : `\nFailed: ${failed.join('; ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
