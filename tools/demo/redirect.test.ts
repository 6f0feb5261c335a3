import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CommandContext } from '../../packages/server/src/cli/context.ts';
import { createProcessTerminal } from '../../packages/server/src/cli/terminal.ts';
import { runIntoFile } from './redirect.ts';

const directory = mkdtempSync(join(tmpdir(), 'rollcall-redirect-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function refuse(): never {
	throw new Error('this test does not come here');
}

/** Runs words whose command prints them; answers with what stdout and stderr got. */
async function type(...words: readonly string[]) {
	const shown = { out: '', err: '' };
	const terminal = createProcessTerminal(false);
	const output = (name: 'out' | 'err') => ({
		...terminal[name],
		write: async (text: string | Uint8Array) => {
			shown[name] += String(text);
		},
	});
	const context: CommandContext = {
		terminal: { ...terminal, out: output('out'), err: output('err') },
		loadConfig: refuse,
		loadComposition: refuse,
		onStopSignal: refuse,
		exitNow: refuse,
	};
	await runIntoFile(words, context, async (ran, { terminal: { out } }) => {
		await out.write(`${ran.join(' ')}\n`);
		return 0;
	});
	return shown;
}

test('what is printed goes to the file that is named, however it is written', async () => {
	const file = join(directory, 'users.csv');
	for (const redirect of [['>', file], [`>${file}`]]) {
		const { out, err } = await type('users', '--csv', ...redirect);
		expect([out, err]).toEqual(['', `It is in ${file}\n`]);
		expect(readFileSync(file, 'utf8')).toBe('users --csv\n');
	}
});

test('without a file it is printed', async () => {
	expect(await type('users', '--name', '>')).toMatchObject({ out: 'users --name >\n', err: '' });
});

test('a file that cannot be written is said, and nothing runs', async () => {
	const { out, err } = await type('users', '>', join(directory, 'no', 'such', 'directory'));
	expect(out).toBe('');
	expect(err).toMatch(/cannot be written: .+/u);
});

test('a pipe is said to be none', async () => {
	expect((await type('users', '|', 'head')).err).toContain('> FILE');
});
