import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openCommandLine } from './testing/command-line.ts';

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');

async function readHelp(words: readonly string[]): Promise<string> {
	const { run, written } = openCommandLine({});
	await run(...words, '--help');
	return written.out;
}

function listSubcommands(help: string): readonly string[] {
	const [, section = ''] = help.split('\nCommands:\n');
	return [...section.matchAll(/^ {2}([a-z]+)[ |]/gmu)].flatMap(([, name = '']) => (name === 'help' ? [] : [name]));
}

/** The commands below one, with their help. */
async function listCommands(words: readonly string[]): Promise<readonly (readonly [name: string, help: string])[]> {
	const help = await readHelp(words);
	const below = await Promise.all(listSubcommands(help).map((name) => listCommands([...words, name])));
	return [...(words.length === 0 ? [] : [[words.join(' '), help] as const]), ...below.flat()];
}

test('the table of commands has them all, and the commands with --csv are those that are named', async () => {
	const commands = await listCommands([]);
	expect(commands.length).toBeGreaterThan(20);
	for (const [name] of commands)
		if (!name.includes(' ')) expect(readme).toMatch(new RegExp(`^\\| .*\`${name}[ \`]`, 'mu'));
	const [, named = ''] = /for programs\. (.*) also take `--csv`/su.exec(readme) ?? [];
	// What a command takes from the one above it is told apart.
	const isTaking = (help: string) => /^ {2}--csv\b/mu.test(help.split('\nGlobal Options:\n')[0] ?? '');
	const taking = commands.filter(([, help]) => isTaking(help)).map(([name]) => name);
	expect([...named.matchAll(/`([^`]+)`/gu)].map(([, name = '']) => name).sort()).toEqual(taking.sort());
});
