import { execFileSync } from 'node:child_process';
import { chmod, chown, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createDataDirectories, type DataDirectories } from '../../../test/data-directories.ts';
import { killServerProcesses, startServerProcess, WITHOUT_NAMESPACES } from '../../../test/server-process.ts';
import { type SocketConnection, withClient } from './database.ts';
import { findClusterProcesses } from './processes.ts';
import { THROWAWAY_SETTINGS } from './settings.ts';

const NOBODY = 65534;
const ENTRY = fileURLToPath(new URL('../../../test/server-process-entry.ts', import.meta.url));
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
const AS_OTHER = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];

const isRoot = process.getuid?.() === 0;
let directories: DataDirectories;

beforeAll(async () => {
	directories = await createDataDirectories();
	await chmod(directories.parent, 0o755);
});
afterEach(killServerProcesses);
afterAll(() => directories.remove());

test('a user who is not root owns a server, which ends when that process is killed with -9', async () => {
	const dataDirectory = await directories.makeEmpty();
	const { connection, kill } = await open({ dataDirectory, prefix: await becomeUser(dataDirectory) });
	expect((await read(connection, 'SELECT current_user AS who'))['who']).toBe('rollcall');
	await kill('SIGKILL');
	await expect.poll(() => findClusterProcesses(join(dataDirectory, 'postgres')), { timeout: 10_000 }).toEqual([]);
});

test('a data directory one may not write is refused with a fix that names ROLLCALL_DATA_DIR', async () => {
	const dataDirectory = await directories.makeEmpty();
	const prefix = await becomeUser(dataDirectory);
	await chmod(dataDirectory, 0o500);
	const outcome = await launch({ dataDirectory, prefix }).opened;
	expect(outcome).toMatchObject({ type: 'failed', code: 'DATABASE:0101' });
	expect(outcome.fix).toContain('ROLLCALL_DATA_DIR');
});

describe.runIf(isRoot)('root (these conditions cannot be made by another user)', () => {
	test('the server runs in a user namespace: no new user, the data stay root’s, also below a mode-700 directory', async () => {
		const dataDirectory = await directories.makeEmpty();
		await open({ dataDirectory });
		expect((await stat(join(dataDirectory, 'postgres'))).uid).toBe(0);
	});

	test('where user namespaces are forbidden it runs as nobody, also below a mode-700 directory', async () => {
		const dataDirectory = await directories.makeEmpty('private');
		const { connection, kill } = await open({ dataDirectory, prefix: WITHOUT_NAMESPACES, mapAllUsers: true });
		await read(connection, 'CREATE TABLE kept AS SELECT 1');
		expect((await stat(join(dataDirectory, 'postgres'))).uid).toBe(NOBODY);
		await kill('SIGKILL');
		await expect.poll(() => findClusterProcesses(join(dataDirectory, 'postgres')), { timeout: 10_000 }).toEqual([]);
	});

	test('data made in a namespace are served where namespaces are forbidden, and the other way round', async () => {
		const dataDirectory = await directories.makeInitialised();
		const first = await open({ dataDirectory });
		await read(first.connection, 'CREATE TABLE kept AS SELECT 7 AS seven');
		await first.kill('SIGKILL');
		const second = await open({ dataDirectory, prefix: WITHOUT_NAMESPACES, mapAllUsers: true });
		expect((await read(second.connection, 'SELECT seven FROM kept'))['seven']).toBe(7);
		await second.kill('SIGKILL');
		const third = await open({ dataDirectory });
		expect((await read(third.connection, 'SELECT seven FROM kept'))['seven']).toBe(7);
	});

	test('a full disk is called a full disk', async () => {
		const dataDirectory = await directories.makeEmpty();
		const mount = `mount -t tmpfs -o size=12m,mode=700 none "${dataDirectory}" && exec "$@"`;
		const prefix = ['unshare', '--mount', 'sh', '-c', mount, 'sh'];
		const outcome = await launch({ dataDirectory, prefix }).opened;
		expect(outcome).toMatchObject({ type: 'failed', code: 'DATABASE:0104' });
		expect(outcome.fix).toMatch(/free space/i);
	});
});

test.runIf(!isRoot)('(run as root, this file also tests namespaces, nobody and a full disk)', () => {
	expect(isRoot).toBe(false);
});

interface Launch {
	readonly dataDirectory: string;
	readonly prefix?: readonly string[];
	readonly mapAllUsers?: boolean;
}

function launch({ dataDirectory, ...rest }: Launch) {
	const { runtimeDirectory } = directories;
	return startServerProcess({ server: { dataDirectory, runtimeDirectory, settings: THROWAWAY_SETTINGS }, ...rest });
}

async function open(
	options: Launch,
): Promise<{ connection: SocketConnection; kill(signal: NodeJS.Signals): Promise<void> }> {
	const process = launch(options);
	const { type, connection, message } = await process.opened;
	if (type !== 'opened' || connection === undefined) throw new Error(`did not open: ${message}`);
	onTestFinished(() => rm(connection.host, { recursive: true, force: true }));
	return { connection, kill: (signal) => process.kill(signal) };
}

/** Root becomes `nobody`, or, where that user cannot read this repository, an ordinary user in a namespace. */
async function becomeUser(dataDirectory: string): Promise<readonly string[]> {
	if (!isRoot) return [];
	try {
		execFileSync(AS_NOBODY[0] ?? '', [...AS_NOBODY.slice(1), 'test', '-r', ENTRY, '-a', '-x', process.execPath]);
	} catch {
		return AS_OTHER;
	}
	await chown(dataDirectory, NOBODY, NOBODY);
	return AS_NOBODY;
}

async function read(connection: SocketConnection, text: string): Promise<Record<string, unknown>> {
	return withClient(connection, async (client) => (await client.query(text)).rows[0] ?? {});
}
