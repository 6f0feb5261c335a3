import type { CommandContext } from './context.ts';
import { loadComposition } from './ports.ts';
import { runCommandLine } from './run-command-line.ts';
import { createProcessTerminal } from './terminal.ts';

const args = process.argv.slice(2);

// The reader has left (`rollcall devices | head`): there is nobody to tell anything.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code === 'EPIPE') process.exit();
	throw error;
});
process.stderr.on('error', () => undefined);

const context: CommandContext = {
	terminal: createProcessTerminal(args.includes('--no-color') ? false : undefined),
	loadConfig: async () => (await import('#compose/environment.ts')).readConfig(),
	loadComposition,
	onStopSignal: (listener) => {
		process.on('SIGINT', listener).on('SIGTERM', listener);
		return () => process.off('SIGINT', listener).off('SIGTERM', listener);
	},
	exitNow: (code) => process.exit(code),
};

process.exitCode = await runCommandLine(args, context);
