import type { Command } from 'commander';
import type { CommandAction } from './context.ts';

/** Binds an action to its command; what it answers becomes the exit code. */
export type Bind = <Options>(action: CommandAction<Options>) => (...given: unknown[]) => Promise<void>;

/** Adds examples to a command's help. */
export function addExamples(command: Command, ...examples: readonly string[]): Command {
	return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}\n`).join('')}`);
}
