import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Proves that what would be published works by itself: builds, packs, installs the tarball into an empty folder
 * outside the repository and runs its `--help`. Embedded PostgreSQL is left out: help must not need it.
 */
const root = join(import.meta.dirname, '..');
const expectedFiles = ['rollcall.js', 'main.js', 'worker.js'];

function run(command: string, args: readonly string[], cwd: string): string {
	const result = spawnSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	if (result.status === 0) return result.stdout;
	const reason = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
	throw new Error(`${command} ${args.join(' ')} ended with ${result.status}:\n${reason}`);
}

const folder = mkdtempSync(join(tmpdir(), 'rollcall-package-'));
try {
	run(process.execPath, [join(root, 'tools', 'build.ts')], root);
	run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], join(root, 'packages', 'server'));
	const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new Error('npm pack wrote no tarball');
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
	const quiet = [
		'--ignore-scripts',
		'--omit=optional',
		'--no-audit',
		'--no-fund',
		'--loglevel=error',
		'--prefer-offline',
	];
	run('npm', ['install', ...quiet, `./${tarball}`], folder);
	const installed = join(folder, 'node_modules', 'rollcall');
	const missing = expectedFiles.filter((name) => !readdirSync(join(installed, 'dist')).includes(name));
	if (missing.length > 0) throw new Error(`the package lacks dist/${missing.join(', dist/')}`);
	if (!readdirSync(join(installed, 'migrations')).some((name) => name.endsWith('.sql'))) {
		throw new Error('the package has no migrations');
	}
	const help = run(process.execPath, [join(folder, 'node_modules', '.bin', 'rollcall'), '--help'], folder);
	if (!help.includes('collect')) throw new Error(`--help does not name the command collect:\n${help}`);
	console.log(`${tarball}: installed and its --help ran`);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
