import { type FileHandle, open } from 'node:fs/promises';
import { describeError } from '../../packages/model/src/errors/rollcall-error.ts';
import type { CommandContext } from '../../packages/server/src/cli/context.ts';
import type { Output } from '../../packages/server/src/cli/terminal.ts';
import { createStyle } from '../../packages/server/src/cli/text/style.ts';

type Run = (words: readonly string[], context: CommandContext) => Promise<number>;

/** Runs a command of the prompt; `> FILE` at its end takes what it prints, as in a shell. */
export async function runIntoFile(words: readonly string[], context: CommandContext, run: Run): Promise<void> {
	const { err } = context.terminal;
	if (words.includes('|')) {
		await err.write('The prompt has no pipes; > FILE at the end writes what is printed to a file.\n');
		return;
	}
	const redirected = splitRedirect(words);
	if (redirected === null) {
		await run(words, context);
		return;
	}
	let file: FileHandle;
	try {
		file = await open(redirected.path, 'w');
	} catch (error) {
		await err.write(`The file cannot be written: ${describeError(error)}\n`);
		return;
	}
	try {
		await run(redirected.words, { ...context, terminal: { ...context.terminal, out: writeTo(file) } });
	} finally {
		await file.close();
	}
	await err.write(`It is in ${redirected.path}\n`);
}

/** `a b > FILE` and `a b >FILE`; null where nothing is redirected. */
function splitRedirect(words: readonly string[]): { readonly words: readonly string[]; readonly path: string } | null {
	const last = words.at(-1) ?? '';
	if (words.at(-2) === '>' && last !== '') return { words: words.slice(0, -2), path: last };
	return /^>[^>]/u.test(last) ? { words: words.slice(0, -1), path: last.slice(1) } : null;
}

function writeTo(file: FileHandle): Output {
	return {
		write: async (text) => {
			await file.writeFile(text);
		},
		isTerminal: false,
		width: () => Number.POSITIVE_INFINITY,
		style: createStyle(false),
	};
}
