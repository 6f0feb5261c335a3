import { spawn } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createDataDirectories, type DataDirectories } from '../../../test/data-directories.ts';
import { withClient } from './database.ts';
import { openEmbeddedServer } from './embedded-server.ts';
import { ensureRuntime, findPackage } from './runtime.ts';
import { THROWAWAY_SETTINGS } from './settings.ts';

let directories: DataDirectories;

beforeAll(async () => {
	directories = await createDataDirectories();
});
afterAll(() => directories.remove());

test('a postmaster.pid whose process id now belongs to a stranger does not stop the start, nor is the stranger hurt', async () => {
	const stranger = spawn('sleep', ['30']);
	onTestFinished(() => void stranger.kill('SIGKILL'));
	const dataDirectory = await directories.makeInitialised();
	await writePostmasterFile(dataDirectory, stranger.pid ?? 0);
	await open(dataDirectory);
	expect(stranger.exitCode).toBeNull();
});

test('a postmaster.pid of a zombie does not stop the start', async () => {
	// The shell's child ends at once; the program that replaces the shell never asks for its end.
	const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
	onTestFinished(() => void parent.kill('SIGKILL'));
	const zombie = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
	await expect.poll(() => readFile(`/proc/${zombie}/stat`, 'utf8')).toContain(') Z ');
	const dataDirectory = await directories.makeInitialised();
	await writePostmasterFile(dataDirectory, zombie);
	await open(dataDirectory);
});

test('an orphaned server that is still alive is stopped and replaced by one that ends with us', async () => {
	const dataDirectory = await directories.makeInitialised();
	const { postgres } = await ensureRuntime(directories.runtimeDirectory);
	const words = [
		'--user',
		'--map-user=1000',
		'--map-group=1000',
		'--',
		postgres,
		'-D',
		join(dataDirectory, 'postgres'),
	];
	const asUser = process.getuid?.() === 0 ? words : words.slice(4);
	const [program = '', ...rest] = process.getuid?.() === 0 ? ['unshare', ...asUser] : asUser;
	const settings = ['listen_addresses=', `unix_socket_directories=${directories.parent}`];
	const orphan = spawn(program, [...rest, ...settings.flatMap((setting) => ['-c', setting])], { stdio: 'ignore' });
	onTestFinished(() => void orphan.kill('SIGKILL'));
	await expect
		.poll(() => readFile(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').catch(() => ''), {
			timeout: 10_000,
		})
		.toContain('ready');
	await open(dataDirectory);
	expect(orphan.exitCode).toBe(0);
});

test('data made by another major version are refused with a fix, and stay as they are', async () => {
	const dataDirectory = await directories.makeEmpty();
	const cluster = join(dataDirectory, 'postgres');
	await mkdir(cluster, { mode: 0o700 });
	await writeFile(join(cluster, 'PG_VERSION'), '14\n');
	const fault = await openFailing(dataDirectory);
	expect(fault).toMatchObject({ code: 'DATABASE:0108', fix: expect.stringContaining('backup') });
	expect(await readdir(cluster)).toEqual(['PG_VERSION']);
});

test('a folder in the place of the data that is not ours is refused, and nothing in it deleted', async () => {
	const dataDirectory = await directories.makeEmpty();
	await mkdir(join(dataDirectory, 'postgres'));
	await writeFile(join(dataDirectory, 'postgres', 'thesis.txt'), 'four years');
	expect(await openFailing(dataDirectory)).toMatchObject({ code: 'DATABASE:0101' });
	expect(await readFile(join(dataDirectory, 'postgres', 'thesis.txt'), 'utf8')).toBe('four years');
});

test('a server that does not start says what its log says, and a later try works', async () => {
	const dataDirectory = await directories.makeInitialised();
	const fault = await openFailing(dataDirectory, { shared_buffers: '64000GB' });
	expect(fault.code).toBe('DATABASE:0105');
	expect(fault.message).toContain(join(dataDirectory, 'postgres.log'));
	expect(fault.message).toMatch(/FATAL/);
	expect(fault.fix).toBeTruthy();
	await open(dataDirectory);
});

test('a database rollcall that is missing from an existing cluster is created', async () => {
	const dataDirectory = await directories.makeInitialised();
	const first = await open(dataDirectory);
	await withClient({ ...first.connection, database: 'postgres' }, (client) => client.query('DROP DATABASE rollcall'));
	await first.close();
	const second = await open(dataDirectory);
	await withClient(second.connection, (client) => client.query('SELECT 1'));
});

test('the libraries’ links are made where npm ran no install script', async () => {
	const { version, nativeDirectory } = await findPackage();
	const bare = join(directories.parent, 'bare');
	await mkdir(bare);
	for (const name of await readdir(nativeDirectory)) {
		if (name !== 'lib') await symlink(join(nativeDirectory, name), join(bare, name));
	}
	await mkdir(join(bare, 'lib'));
	for (const name of await readdir(join(nativeDirectory, 'lib'))) {
		const path = join(nativeDirectory, 'lib', name);
		if (!(await lstat(path)).isSymbolicLink()) await symlink(path, join(bare, 'lib', name));
	}
	// Written by the package's makers: what its install script would do.
	const links = JSON.parse(await readFile(join(nativeDirectory, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
	const runtime = await ensureRuntime(join(directories.parent, 'runtime-bare'), { version, nativeDirectory: bare });
	expect(links.length).toBeGreaterThan(0);
	for (const link of links) {
		expect((await lstat(join(runtime.directory, link.target.replace('native/', '')))).isSymbolicLink()).toBe(true);
	}
});

test('a broken copy of the programs is made anew', async () => {
	const runtimeDirectory = join(directories.parent, 'runtime-broken');
	const { postgres } = await ensureRuntime(runtimeDirectory);
	await writeFile(postgres, '');
	const dataDirectory = await directories.makeInitialised();
	await open(dataDirectory, runtimeDirectory);
});

test('a worker thread is told to let the main thread start the server', async () => {
	const dataDirectory = await directories.makeInitialised();
	const options = { dataDirectory, runtimeDirectory: directories.runtimeDirectory };
	const url = new URL('./embedded-server.ts', import.meta.url).href;
	const program = `const { parentPort } = require('node:worker_threads');
		import(${JSON.stringify(url)})
			.then(({ openEmbeddedServer }) => openEmbeddedServer(${JSON.stringify(options)}))
			.then(() => parentPort.postMessage('opened'), (error) => parentPort.postMessage(error.code));`;
	const worker = new Worker(program, { eval: true });
	onTestFinished(async () => void (await worker.terminate()));
	expect(await new Promise((resolve) => worker.once('message', resolve))).toBe('DATABASE:0109');
});

async function open(dataDirectory: string, runtimeDirectory = directories.runtimeDirectory) {
	const server = await openEmbeddedServer({ dataDirectory, runtimeDirectory, settings: THROWAWAY_SETTINGS });
	onTestFinished(() => server.close());
	return server;
}

async function openFailing(dataDirectory: string, settings = {}): Promise<RollcallError> {
	const { runtimeDirectory } = directories;
	const all = { ...THROWAWAY_SETTINGS, ...settings };
	const outcome = await openEmbeddedServer({ dataDirectory, runtimeDirectory, settings: all }).catch((error) => error);
	if (!(outcome instanceof RollcallError)) throw new Error('expected a RollcallError', { cause: outcome });
	return outcome;
}

/** The file as a killed server leaves it; PostgreSQL itself reads the process id and the line on shared memory. */
async function writePostmasterFile(dataDirectory: string, processId: number): Promise<void> {
	const cluster = join(dataDirectory, 'postgres');
	const lines = [processId, cluster, 1_700_000_000, 5432, '/tmp', '', ' 12345678  99999999', 'ready   '];
	await writeFile(join(cluster, 'postmaster.pid'), `${lines.join('\n')}\n`, { mode: 0o600 });
}
