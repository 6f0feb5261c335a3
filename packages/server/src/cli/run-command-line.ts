import { usageExitCode } from '@rollcall/model/run/execution.ts';
import { type Command, CommanderError } from 'commander';
import type { CommandContext } from './context.ts';
import { exitCodeOf, renderFailure, renderFailureJson } from './failure.ts';
import { buildProgram } from './program.ts';
import { usageError } from './usage.ts';

/** Runs one command line to its end and answers with the exit code. Errors are printed, never thrown. */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
	const { out, err } = context.terminal;
	const program = buildProgram(context);
	let text = '';
	let errorText = '';
	for (const command of listCommands(program.command)) {
		command.exitOverride().configureOutput({
			writeOut: (help) => {
				text += help;
			},
			writeErr: (help) => {
				errorText += help;
			},
			getOutHelpWidth: () => Math.min(out.width(), 110),
			getErrHelpWidth: () => Math.min(err.width(), 110),
			getOutHasColors: () => false,
		});
	}
	try {
		await program.command.parseAsync([...args], { from: 'user' });
		return program.exitCode();
	} catch (error) {
		const isJson = args.includes('--json');
		if (error instanceof CommanderError) {
			if (error.exitCode === 0) {
				await out.write(text);
				return 0;
			}
			const isHelp = error.code === 'commander.help';
			const fault = isHelp ? missingCommand(args) : usageFault(error, args, program.command);
			// `rollcall` alone, where a command is needed: its help is the answer.
			if (isHelp && !isJson) await err.write(errorText);
			else await err.write(isJson ? renderFailureJson(fault) : renderFailure(fault, err.style));
			return usageExitCode;
		}
		await err.write(isJson ? renderFailureJson(error) : renderFailure(error, err.style));
		await explainUnexpected(error, context);
		return exitCodeOf(error);
	}
}

/** The parser's own message without its prefix, and where to read on. */
function usageFault(error: CommanderError, args: readonly string[], program: Command): Error {
	const message = error.message.replace(/^error: /u, '').replace(/\n\(/u, ' (');
	const name = args.find((arg) => program.commands.some((command) => command.name() === arg));
	return usageError(message, `\`rollcall ${name === undefined ? '' : `${name} `}--help\` shows what there is`);
}

function missingCommand(args: readonly string[]): Error {
	const typed = ['rollcall', ...args].join(' ');
	return usageError(`\`${typed}\` needs a command`, `\`${typed} --help\` lists them`);
}

function listCommands(command: Command): Command[] {
	return [command, ...command.commands.flatMap(listCommands)];
}

/** The stack and the causes, for whoever asked for that much. */
async function explainUnexpected(error: unknown, context: CommandContext): Promise<void> {
	const config = await context.loadConfig().catch(() => undefined);
	if (config?.logLevel !== 'debug' && config?.logLevel !== 'trace') return;
	const { openLog } = await import('#compose/environment.ts');
	openLog(config).debug({ error }, 'the command failed');
}
