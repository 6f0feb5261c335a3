import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles the server for publishing: dist/rollcall.js (the bin), dist/main.js (the CLI), dist/worker.js (collection
 * workers) and shared chunks. What package.json lists as dependencies stays outside; the model is taken in.
 */
const root = join(import.meta.dirname, '..');
const server = join(root, 'packages', 'server');
const dist = join(server, 'dist');

/** The bin: turns the compile cache on before anything big is loaded, and refuses an old Node in plain words. */
const bin = `#!/usr/bin/env node
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
	process.stderr.write('Rollcall needs Node 22.13 or newer (24 is best); this is ' + process.version + '.\\n');
	process.exit(2);
}
module.enableCompileCache?.();
await import('./main.js');
`;

const entries = {
	main: join(server, 'src', 'cli', 'main.ts'),
	worker: join(server, 'src', 'collect', 'worker', 'main.ts'),
};
for (const path of Object.values(entries)) {
	if (!existsSync(path)) throw new Error(`entry ${path} does not exist`);
}
const manifest: { dependencies: object; optionalDependencies: object } = JSON.parse(
	readFileSync(join(server, 'package.json'), 'utf8'),
);

rmSync(dist, { recursive: true, force: true });
await build({
	entryPoints: entries,
	outdir: dist,
	absWorkingDir: root,
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node22.13',
	chunkNames: 'chunk-[hash]',
	keepNames: true,
	legalComments: 'none',
	logLevel: 'silent',
	external: [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)],
});
writeFileSync(join(dist, 'rollcall.js'), bin);
chmodSync(join(dist, 'rollcall.js'), 0o755);
copyFileSync(join(root, 'LICENSE'), join(server, 'LICENSE'));
