import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLinePipe } from './line-pipe.ts';

let directory: string;
let fd: number;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), 'rollcall-pipe-'));
	execFileSync('mkfifo', [join(directory, 'pipe')]);
	// Both ends in one descriptor.
	fd = openSync(join(directory, 'pipe'), 'r+');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** What a pipe holds on Linux. */
const capacity = 65_536;

test('lines are written when the pipe has taken them, not when they wait in this process', async () => {
	writeSync(fd, Buffer.alloc(capacity));
	const pipe = openLinePipe(fd);
	let isWritten = false;
	const written = pipe.write(Buffer.from('line\n')).then(() => {
		isWritten = true;
	});
	await wait(100);
	expect(isWritten).toBe(false);
	readSync(fd, Buffer.alloc(capacity));
	await written;
	const read = Buffer.alloc(16);
	expect(read.toString('utf8', 0, readSync(fd, read))).toBe('line\n');
	await pipe.close();
});

test('a pipe that is broken rejects, each time, and closes', async () => {
	const pipe = openLinePipe(openSync('/dev/full', 'w'));
	await expect(pipe.write(Buffer.from('line\n'))).rejects.toThrow('ENOSPC');
	await expect(pipe.write(Buffer.from('line\n'))).rejects.toThrow();
	await pipe.close();
});
