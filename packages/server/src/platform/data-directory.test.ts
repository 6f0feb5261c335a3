import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensureDataDirectory, resolveDataDirectory } from './data-directory.ts';

const linux = { home: '/home/ada', platform: 'linux' } as const;

test('ROLLCALL_DATA_DIR comes first, relative to the working directory', () => {
	expect(resolveDataDirectory({ ...linux, configured: '/srv/rollcall', xdgDataHome: '/x' })).toBe('/srv/rollcall');
	expect(resolveDataDirectory({ ...linux, configured: 'state' })).toBe(resolve('state'));
});

test('else it lies in the data home of the user', () => {
	expect(resolveDataDirectory({ ...linux, xdgDataHome: '/data' })).toBe('/data/rollcall');
	expect(resolveDataDirectory(linux)).toBe('/home/ada/.local/share/rollcall');
	expect(resolveDataDirectory({ home: '/Users/ada', platform: 'darwin' })).toBe(
		'/Users/ada/Library/Application Support/Rollcall',
	);
});

test('an empty or relative setting counts as unset, as the XDG specification says', () => {
	expect(resolveDataDirectory({ ...linux, configured: '', xdgDataHome: 'data' })).toBe(
		'/home/ada/.local/share/rollcall',
	);
});

test('it is made for its user alone, and one that exists keeps its rights', async () => {
	const parent = await makeTemporary();
	const path = join(parent, 'a', 'b');
	await ensureDataDirectory(path);
	expect((await stat(path)).mode & 0o777).toBe(0o700);
	await chmod(path, 0o750);
	await ensureDataDirectory(path);
	expect((await stat(path)).mode & 0o777).toBe(0o750);
});

test('a path that cannot be a directory is a fault with a fix', async () => {
	const file = join(await makeTemporary(), 'file');
	await writeFile(file, '');
	const fix = expect.stringContaining('ROLLCALL_DATA_DIR');
	await expect(ensureDataDirectory(join(file, 'data'))).rejects.toMatchObject({ code: 'DATABASE:0101', fix });
});

async function makeTemporary(): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), 'rollcall-data-'));
	onTestFinished(() => rm(path, { recursive: true }));
	return path;
}
