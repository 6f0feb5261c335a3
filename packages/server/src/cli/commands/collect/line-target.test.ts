import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJsonFile } from '../../json-file.ts';
import type { Output } from '../../terminal.ts';
import { createStyle } from '../../text/style.ts';
import { openLineTarget } from './line-target.ts';

let directory: string;
let path: string;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'rollcall-lines-'));
	path = join(directory, 'out.ndjson');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const nowhere: Output = {
	write: async () => undefined,
	isTerminal: false,
	width: () => 80,
	style: createStyle(false),
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a file takes its name only when it is whole, with the lines in their order', async () => {
	await writeFile(path, 'before');
	const target = await openLineTarget(path, nowhere);
	await Promise.all(['1\n', '2\n', '3\n'].map((line) => target.write(bytes(line))));
	expect(await readFile(path, 'utf8')).toBe('before');
	await target.finish();
	expect(await readFile(path, 'utf8')).toBe('1\n2\n3\n');
	expect(await readdir(directory)).toEqual(['out.ndjson']);
});

test('a stopped run leaves the file of the run before alone, and its own lines beside it', async () => {
	await writeFile(path, 'before');
	const target = await openLineTarget(path, nowhere);
	await target.write(bytes('1\n'));
	expect(await target.abandon()).toBe(`${path}.partial`);
	expect(await readFile(path, 'utf8')).toBe('before');
	expect(await readFile(`${path}.partial`, 'utf8')).toBe('1\n');
});

test('a stopped run that had read nothing leaves nothing', async () => {
	await writeFile(path, 'before');
	expect(await (await openLineTarget(path, nowhere)).abandon()).toBeUndefined();
	expect(await readdir(directory)).toEqual(['out.ndjson']);
});

test('devices are written to directly', async () => {
	const target = await openLineTarget('/dev/null', nowhere);
	await target.write(bytes('1\n'));
	await target.finish();
	expect(await target.abandon()).toBeUndefined();
});

test.each([
	['--out', (wrong: string) => openLineTarget(wrong, nowhere)],
	['--summary', openJsonFile],
])('%s that cannot be written is refused before the run, by name', async (name, open) => {
	const refusal = expect.objectContaining({ code: 'USAGE:0001', message: expect.stringContaining(name) });
	await expect(open(join(directory, 'missing', 'file'))).rejects.toThrow(refusal);
});

test('a directory is no file for --out', async () => {
	await expect(openLineTarget(directory, nowhere)).rejects.toThrow('directory');
});

test('opening a summary leaves nothing behind and keeps the one of the run before', async () => {
	await writeFile(path, 'before');
	await openJsonFile(path);
	expect(await readdir(directory)).toEqual(['out.ndjson']);
	expect(await readFile(path, 'utf8')).toBe('before');
});
