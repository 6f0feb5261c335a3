import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { forwardLines } from './worker-process.ts';

it('lines are handed on whole and in order, however the pipe cuts them', async () => {
	const pipe = new PassThrough();
	const taken: string[] = [];
	const forwarding = forwardLines(pipe, async (lines) => {
		await new Promise((resolve) => setTimeout(resolve, 1));
		taken.push(lines.toString());
	});
	const text = Array.from({ length: 500 }, (_, index) => `line ${index} ${'x'.repeat(index % 97)}\n`).join('');
	for (let at = 0; at < text.length; at += 61) {
		pipe.write(text.slice(at, at + 61));
		if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	pipe.end();
	await forwarding;
	expect(taken.join('')).toBe(text);
	expect(taken.every((lines) => lines.endsWith('\n'))).toBe(true);
});

it('the unfinished line of a dying worker is dropped', async () => {
	const pipe = new PassThrough();
	const taken: string[] = [];
	const forwarding = forwardLines(pipe, async (lines) => {
		taken.push(lines.toString());
	});
	pipe.end('whole\nunfini');
	await forwarding;
	expect(taken).toEqual(['whole\n']);
});

it('a worker is held while its lines are not taken', async () => {
	const pipe = new PassThrough();
	const gate = Promise.withResolvers<void>();
	const forwarding = forwardLines(pipe, () => gate.promise);
	const line = Buffer.from(`${'x'.repeat(1023)}\n`);
	let written = 0;
	while (written < 4096 && pipe.write(line)) {
		written += 1;
		if (written % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	expect(written).toBeLessThan(2048);
	gate.resolve();
	pipe.end();
	await forwarding;
});

it('lines that cannot be taken end the forwarding with the reason', async () => {
	const pipe = new PassThrough();
	const forwarding = forwardLines(pipe, () => Promise.reject(new Error('disk full')));
	pipe.write('line\n');
	await expect(forwarding).rejects.toThrow('disk full');
	expect(pipe.destroyed).toBe(true);
});

it('a line longer than what may wait is handed on, too', async () => {
	const pipe = new PassThrough();
	let length = 0;
	const forwarding = forwardLines(pipe, async (lines) => {
		length += lines.length;
	});
	pipe.end(`${'x'.repeat(3 * 1024 * 1024)}\n`);
	await forwarding;
	expect(length).toBe(3 * 1024 * 1024 + 1);
});
