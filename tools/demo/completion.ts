import type { Program } from '../../packages/server/src/cli/program.ts';

type Command = Program['command'];

/** The words that the last one of a line may become, and that one itself: what readline asks for. */
export type Completer = (line: string) => [string[], string];

export interface CompletionWords {
	/** The command line, as `rollcall --help` knows it. */
	readonly program: Command;
	/** Commands of the prompt itself. */
	readonly own: readonly string[];
	/** What the first argument of a command may be. */
	readonly firstArguments: Readonly<Record<string, readonly string[]>>;
}

/** Completes commands, their options, and values where an option has only so many. */
export function createCompleter({ program, own, firstArguments }: CompletionWords): Completer {
	const names = [...program.commands.map((command) => command.name()), ...own];
	return (line) => {
		const words = line.trimStart().split(/ +/u);
		const last = words.at(-1) ?? '';
		const offer = (all: readonly string[]): [string[], string] => [
			all.filter((each) => each.startsWith(last)).map((each) => `${each} `),
			last,
		];
		if (words.length <= 1) return offer(names);
		const [name = '', ...rest] = words;
		if (name === 'help') return offer(names);
		const command = findCommand(program, name, rest);
		if (command === undefined) return offer([]);
		const before = words.at(-2) ?? '';
		const choices = command.options.find((option) => option.long === before)?.argChoices;
		if (choices !== undefined) return offer(choices);
		if (last.startsWith('-')) return offer(optionsOf(command, program));
		return offer(
			words.length === 2 ? [...(firstArguments[name] ?? []), ...command.commands.map((each) => each.name())] : [],
		);
	};
}

/** The command of the words, or the one below it that the next word names. */
function findCommand(program: Command, name: string, rest: readonly string[]): Command | undefined {
	const command = program.commands.find((each) => each.name() === name);
	return command?.commands.find((each) => each.name() === rest[0] && rest.length > 1) ?? command;
}

function optionsOf(command: Command, program: Command): readonly string[] {
	return [...command.options, ...program.options].flatMap((option) => option.long ?? []);
}
