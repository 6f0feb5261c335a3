import { createInterface, type Interface } from 'node:readline';
import { describeError } from '../../packages/model/src/errors/rollcall-error.ts';
import type { CommandContext, StopSignal } from '../../packages/server/src/cli/context.ts';
import { renderFailure } from '../../packages/server/src/cli/failure.ts';
import { buildProgram } from '../../packages/server/src/cli/program.ts';
import { runCommandLine } from '../../packages/server/src/cli/run-command-line.ts';
import { formatCount } from '../../packages/server/src/cli/text/amounts.ts';
import type { Style } from '../../packages/server/src/cli/text/style.ts';
import { collectTogether, type SourceRun } from './collect-together.ts';
import { createCompleter } from './completion.ts';
import { runIntoFile } from './redirect.ts';
import type { DemoSimulator } from './simulator.ts';
import { buildDemoArguments, buildTestArguments, demoKinds, demoSources, isDemoKind } from './sources.ts';
import { joinWords } from './truth.ts';
import { parseSpan, splitWords } from './words.ts';

/** Commands of the prompt beside those of the program. */
const ownCommands = ['advance', 'overview', 'quit'];

export interface PromptOptions {
	readonly context: CommandContext;
	readonly simulator: DemoSimulator;
	printOverview(): Promise<void>;
	/** What runs that have just ended found. */
	printRuns(runs: readonly SourceRun[]): Promise<void>;
}

/** What can be typed, as the demo shows it when it is ready. */
export function renderHints(style: Style): string {
	const hints = [
		['devices --os windows --public', 'which Windows machines are reachable from outside'],
		['device i-…', 'all that is known of one'],
		['users --group "*admin*"', 'who is in a group of administrators'],
		['user aino.bauer@nordwind.example', 'all that is known of one, by name or e-mail address'],
		['users --source iam.users --password-unused 90', 'who has not signed in for three months'],
		['users --limit all --csv > users.csv', 'everybody as CSV, for a spreadsheet'],
		['accounts', 'how far each account is covered'],
		['policy --integrations iam.users --format permissions', 'what a role has to allow, and nothing else'],
		['test', 'what the role may do where, and whether its external id protects it'],
		['advance 1d', 'let a day pass in the made-up company …'],
		['collect', '… and call the roll again (one source: collect iam.users)'],
		['help', 'everything else; quit or Ctrl-D ends the demo'],
	] as const;
	const lines = hints.map(([command, meaning]) => `  ${style.accent(command.padEnd(53))} ${style.dim(meaning)}`);
	return `${style.strong('WHAT TO TYPE NEXT')}\n${lines.join('\n')}\n`;
}

/** Reads lines and runs the real commands in this process until the person has enough. */
export async function runPrompt(options: PromptOptions): Promise<void> {
	const { context } = options;
	const { out } = context.terminal;
	const program = buildProgram(context).command;
	const reader = createInterface({
		input: process.stdin,
		output: process.stdout,
		prompt: out.style.strong('rollcall> '),
		completer: createCompleter({ program, own: ownCommands, firstArguments: { collect: demoKinds, test: demoKinds } }),
		historySize: 200,
	});
	const signals = listenForStops(reader);
	const ask = (question: string): Promise<string | undefined> =>
		new Promise((resolve) => {
			reader.once('close', () => resolve(undefined));
			reader.question(question, resolve);
		});
	const shown: CommandContext = {
		...context,
		terminal: { ...context.terminal, ask },
		onStopSignal: signals.onStopSignal,
	};
	// One after the other: lines that were typed ahead, or pasted, wait.
	let last: Promise<void> = Promise.resolve();
	const handle = async (line: string): Promise<void> => {
		signals.setBusy(true);
		const goesOn = await runLine(line, { ...options, context: shown }).catch(async (error: unknown) => {
			await context.terminal.err.write(`${describeError(error)}\n`);
			return true;
		});
		signals.setBusy(false);
		if (goesOn) reader.prompt();
		else reader.close();
	};
	await new Promise<void>((resolve) => {
		reader.once('close', resolve);
		reader.on('line', (line) => {
			last = last.then(() => handle(line));
		});
		reader.prompt();
	});
	await last;
}

/** Answers whether to go on. */
async function runLine(line: string, options: PromptOptions): Promise<boolean> {
	const { context, simulator } = options;
	const { out, err } = context.terminal;
	const words = splitWords(line);
	if (words === null) {
		await err.write('A quote is left open.\n');
		return true;
	}
	const [typed = '', ...rest] = words[0] === 'rollcall' ? words.slice(1) : words;
	switch (typed) {
		case '':
			return true;
		case 'quit':
		case 'exit':
			return false;
		case 'overview':
			await options.printOverview();
			return true;
		case 'help':
			if (rest.length > 0) await runCommandLine([...rest, '--help'], context);
			else await out.write(renderHelp(context));
			return true;
		case 'advance':
			await advance(rest[0] ?? '', simulator, context);
			return true;
		case 'collect':
			await collect(rest, options);
			return true;
		case 'test':
			await test(rest, options);
			return true;
		default:
			await runIntoFile([typed, ...rest], context, runCommandLine);
			return true;
	}
}

function renderHelp(context: CommandContext): string {
	const names = buildProgram(context).command.commands.map((command) => command.name());
	return `${renderHints(context.terminal.out.style)}  ${[...names, ...ownCommands].join(', ')}; each of the program with --help\n`;
}

/** All sources at once, or the one that is named, as the real command with the demo's access filled in. */
async function collect(words: readonly string[], options: PromptOptions): Promise<void> {
	const { context, simulator } = options;
	const { err } = context.terminal;
	const [kind = '', ...rest] = words;
	if (kind === '') {
		try {
			await options.printRuns(await collectTogether(context, simulator, demoKinds));
		} catch (error) {
			await err.write(renderFailure(error, err.style));
		}
		return;
	}
	if (isDemoKind(kind)) {
		await runIntoFile(['collect', kind, ...buildDemoArguments(kind, simulator), ...rest], context, runCommandLine);
	} else if (kind.startsWith('-') && kind !== '--help' && kind !== '-h') {
		await err.write(`Options belong to one source: collect ${demoKinds[0]} ${words.join(' ')}\n`);
	} else {
		await runCommandLine(['collect', ...words], context);
	}
}

/** The real command, with the demo's access filled in. */
async function test(words: readonly string[], { context, simulator }: PromptOptions): Promise<void> {
	const kinds = words.filter(isDemoKind);
	const rest = words.filter((word) => !isDemoKind(word));
	const isHelp = rest.includes('--help') || rest.includes('-h');
	const access = isHelp ? [] : buildTestArguments(kinds.length === 0 ? demoKinds : kinds, simulator);
	await runIntoFile(['test', ...access, ...rest], context, runCommandLine);
}

async function advance(text: string, simulator: DemoSimulator, context: CommandContext): Promise<void> {
	const byMs = parseSpan(text);
	if (byMs === null) {
		await context.terminal.err.write('By how much? As in: advance 30m, advance 6h, advance 1d.\n');
		return;
	}
	const { atMs, live } = await simulator.advance(byMs);
	const { out } = context.terminal;
	const counts = demoKinds.map((kind) => `${formatCount(live[kind])} ${demoSources[kind].plural}`);
	await out.write(
		`In the made-up company it is now ${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC, ` +
			`and AWS has ${joinWords(counts)} for us. ${out.style.accent('collect')} calls the roll again.\n`,
	);
}

/** The reader holds the terminal in raw mode: Ctrl-C arrives there, not as a signal of the process. */
function listenForStops(reader: Interface): {
	readonly onStopSignal: CommandContext['onStopSignal'];
	setBusy(isBusy: boolean): void;
} {
	const listeners = new Set<(signal: StopSignal) => void>();
	let busy = false;
	reader.on('SIGINT', () => {
		for (const listener of listeners) listener('SIGINT');
		if (busy) return;
		if (reader.line === '') {
			reader.close();
			return;
		}
		process.stdout.write('^C\n');
		reader.write(null, { ctrl: true, name: 'e' });
		reader.write(null, { ctrl: true, name: 'u' });
		reader.prompt();
	});
	return {
		onStopSignal: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		setBusy: (isBusy) => {
			busy = isBusy;
		},
	};
}
