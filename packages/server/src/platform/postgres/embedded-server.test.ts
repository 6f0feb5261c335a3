import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createDataDirectories, type DataDirectories } from '../../../test/data-directories.ts';
import { killServerProcesses, type ServerProcess, startServerProcess } from '../../../test/server-process.ts';
import { type SocketConnection, withClient } from './database.ts';
import { openEmbeddedServer } from './embedded-server.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { findClusterProcesses } from './processes.ts';
import { THROWAWAY_SETTINGS } from './settings.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const sockets = new Set<string>();
let directories: DataDirectories;

beforeAll(async () => {
	directories = await createDataDirectories();
});
afterEach(killServerProcesses);
afterAll(async () => {
	await directories.remove();
	for (const socket of sockets) await rm(socket, { recursive: true, force: true });
});

test('the first start creates the database rollcall with UTF8 and the C.UTF-8 collation, the second is under a second', async () => {
	const dataDirectory = await directories.makeEmpty();
	const first = await open(start(dataDirectory));
	const { rows } = await query(
		first.connection,
		'SELECT pg_encoding_to_char(encoding) AS encoding, datlocprovider, datlocale FROM pg_database WHERE datname = current_database()',
	);
	expect(rows).toEqual([{ encoding: 'UTF8', datlocprovider: 'b', datlocale: 'C.UTF-8' }]);
	expect(first.connection.database).toBe('rollcall');
	await first.process.command('close');
	const second = await open(start(dataDirectory));
	expect(second.process.events).not.toContain('initialised');
	expect(second.elapsedMs).toBeLessThan(1_000);
});

test('nothing listens on a network, and only our own user may enter the data and the socket', async () => {
	const dataDirectory = await directories.makeInitialised();
	const { connection } = await open(start(dataDirectory));
	const { rows } = await query(connection, 'SHOW listen_addresses');
	expect(rows).toEqual([{ listen_addresses: '' }]);
	for (const path of [connection.host, join(dataDirectory, 'postgres')]) {
		expect((await stat(path)).mode & 0o777).toBe(0o700);
	}
});

test('spaces, commas, quotes, unicode and more bytes than a socket may have are no trouble in the path', async () => {
	const dataDirectory = await directories.makeEmpty(`Max Müller, "Ops" & 東京 it's ${'x'.repeat(90)}`);
	const { connection } = await open(start(dataDirectory));
	expect((await query(connection, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
	expect(Buffer.byteLength(`${connection.host}/.s.PGSQL.5432`)).toBeLessThanOrEqual(103);
	expect(existsSync(join(dataDirectory, 'postgres', 'PG_VERSION'))).toBe(true);
});

test('a second process on the same data directory adopts the server of the first', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const adopter = await open(start(dataDirectory));
	expect([owner.role, adopter.role]).toEqual(['owner', 'adopter']);
	expect(adopter.connection).toEqual(owner.connection);
});

test('of processes that start at once on an empty directory exactly one owns, and all reach the database', async () => {
	const dataDirectory = await directories.makeEmpty();
	const all = await Promise.all([1, 2, 3].map(() => open(start(dataDirectory))));
	expect(all.map((one) => one.role).toSorted()).toEqual(['adopter', 'adopter', 'owner']);
	for (const one of all) expect((await query(one.connection, 'SELECT 1 AS one')).rowCount).toBe(1);
});

test('the owner killed with -9 amid an adopter’s transaction: the adopter takes over and can repeat it', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const adopter = await open(start(dataDirectory));
	await query(adopter.connection, 'CREATE TABLE page (id int)');
	const client = await connect(adopter.connection);
	await client.query('BEGIN');
	await client.query('INSERT INTO page VALUES (1)');
	await owner.process.kill('SIGKILL');
	const reply = await adopter.process.command('ensure');
	expect(reply.role).toBe('owner');
	await expect(client.query('COMMIT')).rejects.toThrow();
	const connection = required(reply.connection);
	expect((await query(connection, 'SELECT * FROM page')).rows).toEqual([]);
	await query(connection, 'INSERT INTO page VALUES (1)');
	expect((await query(connection, 'SELECT * FROM page')).rows).toEqual([{ id: 1 }]);
});

test('several adopters of a killed owner agree on one successor', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const adopters = await Promise.all([1, 2, 3].map(() => open(start(dataDirectory))));
	await owner.process.kill('SIGKILL');
	const replies = await Promise.all(adopters.map((one) => one.process.command('ensure')));
	expect(replies.map((reply) => reply.role).toSorted()).toEqual(['adopter', 'adopter', 'owner']);
	for (const reply of replies) await query(required(reply.connection), 'SELECT 1');
});

test('an adopter killed with -9 leaves the owner’s server and its sessions alone', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const adopter = await open(start(dataDirectory));
	const client = await connect(owner.connection);
	await adopter.process.kill('SIGKILL');
	expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('an owner killed with -9 leaves no server behind, and the next start loses nothing committed', async () => {
	const dataDirectory = await directories.makeInitialised();
	const first = await open(start(dataDirectory, { fsync: 'on' }));
	await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer');
	await first.process.kill('SIGKILL');
	await expect.poll(() => findClusterProcesses(join(dataDirectory, 'postgres')), { timeout: 10_000 }).toEqual([]);
	const second = await open(start(dataDirectory));
	expect(second.role).toBe('owner');
	expect((await query(second.connection, 'SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }]);
});

test('the server killed with -9 is started again by its owner, and an adopter’s ensureRunning waits for it', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const adopter = await open(start(dataDirectory));
	const before = required(await readPostmasterFile(join(dataDirectory, 'postgres')));
	process.kill(before.processId, 'SIGKILL');
	await expect.poll(() => findClusterProcesses(join(dataDirectory, 'postgres')).includes(before.processId)).toBe(false);
	const reply = await adopter.process.command('ensure');
	expect(reply.role).toBe('adopter');
	await query(required(reply.connection), 'SELECT 1');
	expect(owner.process.events).toContain('ended');
});

test('owner and server both killed with -9 amid a busy session: the adopter clears the session away and takes over', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const adopter = await open(start(dataDirectory));
	const client = await connect(adopter.connection);
	const busy = client.query('SELECT count(*) FROM generate_series(1, 100000000000)').catch(() => 'ended');
	const cluster = join(dataDirectory, 'postgres');
	await expect.poll(() => findClusterProcesses(cluster).length).toBeGreaterThan(5);
	process.kill(required(await readPostmasterFile(cluster)).processId, 'SIGKILL');
	await owner.process.kill('SIGKILL');
	const reply = await adopter.process.command('ensure');
	expect(reply.role).toBe('owner');
	expect(await busy).toBe('ended');
	await query(required(reply.connection), 'SELECT 1');
});

test('the owner closing under an adopter: the adopter takes over at the same socket', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const adopter = await open(start(dataDirectory));
	await owner.process.command('close');
	expect(existsSync(owner.connection.host)).toBe(false);
	const reply = await adopter.process.command('ensure');
	expect(reply.role).toBe('owner');
	expect(reply.connection).toEqual(owner.connection);
	await query(required(reply.connection), 'SELECT 1');
});

test('ensureRunning costs under a millisecond while the server runs', async () => {
	const dataDirectory = await directories.makeInitialised();
	await open(start(dataDirectory));
	const adopter = await openEmbeddedServer({ dataDirectory, ...shared() });
	onTestFinished(() => adopter.close());
	const beganAt = performance.now();
	for (let count = 0; count < 200; count += 1) await adopter.ensureRunning();
	expect((performance.now() - beganAt) / 200).toBeLessThan(1);
});

test('a process whose work is done ends without close, and its server with it', async () => {
	const dataDirectory = await directories.makeInitialised();
	const { process: owner } = await open(start(dataDirectory));
	await owner.command('leave');
	await owner.exited;
	await expect.poll(() => findClusterProcesses(join(dataDirectory, 'postgres')), { timeout: 10_000 }).toEqual([]);
});

test('a process killed in the middle of initdb leaves nothing that stops the next start', async () => {
	const dataDirectory = await directories.makeEmpty();
	const killed = start(dataDirectory);
	await expect
		.poll(async () => (await readdir(dataDirectory)).some((name) => name.includes('.initdb-')), { interval: 5 })
		.toBe(true);
	await sleep(100);
	await killed.kill('SIGKILL');
	expect(existsSync(join(dataDirectory, 'postgres'))).toBe(false);
	await open(start(dataDirectory));
	expect((await readdir(dataDirectory)).filter((name) => name.includes('.initdb-'))).toEqual([]);
});

test('an abort signal ends the waiting for another process, and the lock stays with its owner', async () => {
	const dataDirectory = await directories.makeInitialised();
	const owner = await open(start(dataDirectory));
	const postmaster = required(await readPostmasterFile(join(dataDirectory, 'postgres')));
	owner.process.child.kill('SIGSTOP');
	process.kill(postmaster.processId, 'SIGKILL');
	await expect.poll(() => findClusterProcesses(join(dataDirectory, 'postgres'))).toEqual([]);
	const opening = openEmbeddedServer({ dataDirectory, ...shared(), signal: AbortSignal.timeout(200) });
	await expect(opening).rejects.toThrow(/abort/i);
});

test('a copied data directory gets a socket of its own, although it brings the record of the original’s', async () => {
	const original = await directories.makeInitialised();
	const first = await open(start(original));
	await first.process.command('close');
	expect((await readFile(join(original, 'postgres.socket'), 'utf8')).trim()).toBe(first.connection.host);
	await cp(original, `${original}-copy`, { recursive: true });
	const [one, two] = await Promise.all([open(start(original)), open(start(`${original}-copy`))]);
	expect(two?.connection.host).not.toBe(one?.connection.host);
});

function shared() {
	return { runtimeDirectory: directories.runtimeDirectory, settings: THROWAWAY_SETTINGS };
}

function start(dataDirectory: string, settings: Record<string, string> = {}): ServerProcess {
	const server = { dataDirectory, runtimeDirectory: directories.runtimeDirectory };
	return startServerProcess({ server: { ...server, settings: { ...THROWAWAY_SETTINGS, ...settings } } });
}

async function open(process: ServerProcess) {
	const outcome = await process.opened;
	if (outcome.type !== 'opened') throw new Error(`did not open: ${outcome.message}`);
	const connection = required(outcome.connection);
	sockets.add(connection.host);
	return { process, role: outcome.role, connection, elapsedMs: outcome.elapsedMs };
}

function query(connection: SocketConnection, text: string): Promise<pg.QueryResult> {
	return withClient(connection, (client) => client.query(text));
}

async function connect(connection: SocketConnection): Promise<pg.Client> {
	const client = new pg.Client({ ...connection });
	client.on('error', () => undefined);
	await client.connect();
	onTestFinished(async () => {
		await Promise.allSettled([client.end()]);
	});
	return client;
}

function required<Value>(value: Value | undefined): Value {
	if (value === undefined) throw new Error('expected a value');
	return value;
}
