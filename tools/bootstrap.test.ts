import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'rollcall bootstrap é-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A repository of nothing but the bootstrap, a lockfile, an entry, and an npm that notes how it was called. */
function makeTree(name: string, npmScript: string): { root: string; environment: NodeJS.ProcessEnv } {
	const root = join(folder, name);
	mkdirSync(join(root, 'tools'), { recursive: true });
	for (const file of ['bootstrap.mjs', 'run.mjs']) cpSync(join(import.meta.dirname, file), join(root, 'tools', file));
	writeFileSync(
		join(root, 'package-lock.json'),
		JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
	);
	writeFileSync(
		join(root, 'entry.ts'),
		`process.on('SIGTERM', () => process.exit(143));
		console.log(JSON.stringify(process.argv.slice(2)));
		if (process.argv[2] === 'wait') setTimeout(() => undefined, 60_000);
		process.exitCode = 3;`,
	);
	const npm = join(root, 'npm.js');
	writeFileSync(npm, npmScript);
	return { root, environment: { ...process.env, npm_execpath: npm } };
}

const installs = `
	const fs = require('node:fs');
	fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
	console.log('noise of npm');
	setTimeout(() => fs.mkdirSync('node_modules', { recursive: true }), 300);`;

function run(tree: ReturnType<typeof makeTree>, ...args: string[]) {
	const script = join(tree.root, 'tools', 'run.mjs');
	return spawnSync(process.execPath, [script, 'entry.ts', ...args], {
		cwd: tree.root,
		env: tree.environment,
		encoding: 'utf8',
	});
}

function readCalls(root: string): string[] {
	return readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');
}

function closed(child: ChildProcess): Promise<number | null> {
	return new Promise((resolve) => child.on('close', resolve));
}

test('it installs once, keeps stdout for the entry, and hands on arguments and the exit code', () => {
	const tree = makeTree('once', installs);
	const big = 'x'.repeat(100_000);
	const first = run(tree, '--name', big);
	expect(first.stderr).toContain('Installing');
	expect(first.stdout).toBe(`${JSON.stringify(['--name', big])}\n`);
	expect(first.status).toBe(3);
	expect(run(tree).stderr).toBe('');
	expect(readCalls(tree.root)).toEqual([expect.stringMatching(/^ci --ignore-scripts /u)]);
});

test('a changed lockfile installs again; one that npm has installed already does not', () => {
	const tree = makeTree('changed', installs);
	run(tree);
	writeFileSync(join(tree.root, 'package-lock.json'), '{ "packages": { "node_modules/a": { "version": "2.0.0" } } }');
	run(tree);
	expect(readCalls(tree.root)).toHaveLength(2);
	const hidden = { packages: { 'node_modules/a': { version: '3.0.0' } } };
	writeFileSync(join(tree.root, 'package-lock.json'), JSON.stringify(hidden));
	writeFileSync(join(tree.root, 'node_modules', '.package-lock.json'), JSON.stringify(hidden));
	run(tree);
	expect(readCalls(tree.root)).toHaveLength(2);
});

test('two first starts at once install once', async () => {
	const tree = makeTree('twice', installs);
	const options = { cwd: tree.root, env: tree.environment } as const;
	const script = join(tree.root, 'tools', 'run.mjs');
	const children = [1, 2].map(() => spawn(process.execPath, [script, 'entry.ts'], options));
	expect(await Promise.all(children.map(closed))).toEqual([3, 3]);
	expect(readCalls(tree.root)).toHaveLength(1);
});

test('without a network it says so and what npm said, and runs nothing', () => {
	const tree = makeTree('offline', `console.error('npm error code ENOTFOUND'); process.exit(1);`);
	const result = run(tree);
	expect(result.stderr).toContain('the npm registry cannot be reached');
	expect(result.stderr).toContain('ENOTFOUND');
	expect(result.stdout).toBe('');
	expect(result.status).toBe(1);
	expect(run(tree).status).toBe(1);
});

test('a signal reaches the entry and its exit code comes back', async () => {
	const tree = makeTree('signal', installs);
	run(tree);
	const script = join(tree.root, 'tools', 'run.mjs');
	const child = spawn(process.execPath, [script, 'entry.ts', 'wait'], { cwd: tree.root, env: tree.environment });
	await new Promise((resolve) => child.stdout.once('data', resolve));
	child.kill('SIGTERM');
	expect(await closed(child)).toBe(143);
});
