import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { openProcessLock } from './process-lock.ts';

const directory = mkdtempSync(join(tmpdir(), 'rollcall-lock-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('only one of two handles gets it, also within one process, until it is released', () => {
	const [first, second] = [openHandle('a'), openHandle('a')];
	expect([first.tryAcquire(), second.tryAcquire()]).toEqual([true, false]);
	first.release();
	expect([second.tryAcquire(), first.tryAcquire()]).toEqual([true, false]);
	expect([first.isHeld(), second.isHeld()]).toEqual([false, true]);
	second.close();
	expect(first.tryAcquire()).toBe(true);
});

test('it goes with its holder when that process is killed with -9', async () => {
	const path = join(directory, 'b');
	const program = `
		import { openProcessLock } from ${JSON.stringify(new URL('./process-lock.ts', import.meta.url).href)};
		console.log(openProcessLock(${JSON.stringify(path)}).tryAcquire());
		setInterval(() => undefined, 1000);`;
	const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	expect(String(await new Promise((resolve) => holder.stdout.once('data', resolve)))).toBe('true\n');
	const lock = openHandle('b');
	expect(lock.tryAcquire()).toBe(false);
	const gone = new Promise((resolve) => holder.once('exit', resolve));
	holder.kill('SIGKILL');
	await gone;
	expect(lock.tryAcquire()).toBe(true);
});

test('it leaves no file but its own', () => {
	openHandle('c').tryAcquire();
	expect(readdirSync(directory).filter((name) => name.startsWith('c'))).toEqual(['c']);
});

test('a place where no file can be made is a fault with a fix', () => {
	expect(() => openProcessLock(join(directory, 'missing', 'd'))).toThrow(
		expect.objectContaining({ code: 'DATABASE:0101', fix: expect.stringContaining('ROLLCALL_DATA_DIR') }),
	);
});

function openHandle(name: string) {
	const lock = openProcessLock(join(directory, name));
	onTestFinished(() => lock.close());
	return lock;
}
