import { createInterface, type Interface } from 'node:readline';
import { describeError } from '../../packages/model/src/errors/rollcall-error.ts';
import type { CommandContext, StopSignal } from '../../packages/server/src/cli/context.ts';
import { runCommandLine } from '../../packages/server/src/cli/run-command-line.ts';
import type { Style } from '../../packages/server/src/cli/text/style.ts';
import type { DemoSimulator } from './simulator.ts';
import { parseSpan, splitWords } from './words.ts';

const commands = [
	'devices',
	'device',
	'accounts',
	'collect',
	'executions',
	'execution',
	'removals',
	'doctor',
	'advance',
	'overview',
	'help',
	'quit',
];
const deviceOptions = [
	'--accounts',
	'--columns',
	'--ip',
	'--json',
	'--limit',
	'--name',
	'--os',
	'--owner',
	'--public',
	'--record',
	'--regions',
	'--sort',
	'--state',
	'--tag',
	'--type',
];

export interface PromptOptions {
	readonly context: CommandContext;
	readonly simulator: DemoSimulator;
	readonly collectArguments: readonly string[];
	printOverview(): Promise<void>;
}

/** What can be typed, as the demo shows it when it is ready. */
export function renderHints(style: Style): string {
	const hints = [
		['devices --os windows --public', 'which Windows machines are reachable from outside'],
		['devices --name "web*" --columns name,account,owner', 'choose what to see'],
		['device i-…', 'all that is known of one'],
		['accounts', 'how far each account is covered'],
		['advance 1d', 'let a day pass in the made-up company …'],
		['collect', '… and call the roll again'],
		['help', 'everything else; quit or Ctrl-D ends the demo'],
	] as const;
	const lines = hints.map(([command, meaning]) => `  ${style.accent(command.padEnd(52))} ${style.dim(meaning)}`);
	return `${style.dim('WHAT TO TYPE NEXT')}\n${lines.join('\n')}\n`;
}

/** Reads lines and runs the real commands in this process until the person has enough. */
export async function runPrompt(options: PromptOptions): Promise<void> {
	const { context } = options;
	const { out } = context.terminal;
	const reader = createInterface({
		input: process.stdin,
		output: process.stdout,
		prompt: out.style.strong('rollcall> '),
		completer: complete,
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
	const { context, simulator, collectArguments } = options;
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
			if (rest.length === 0) await out.write(`${renderHints(out.style)}  ${commands.join(', ')}; each with --help\n`);
			else await runCommandLine([...rest, '--help'], context);
			return true;
		case 'advance':
			await advance(rest[0] ?? '', simulator, context);
			return true;
		case 'collect':
			await runCommandLine(['collect', ...collectArguments, ...rest.filter((word) => word !== 'ec2.devices')], context);
			return true;
		default:
			await runCommandLine([typed, ...rest], context);
			return true;
	}
}

async function advance(text: string, simulator: DemoSimulator, context: CommandContext): Promise<void> {
	const byMs = parseSpan(text);
	if (byMs === null) {
		await context.terminal.err.write('By how much? As in: advance 30m, advance 6h, advance 1d.\n');
		return;
	}
	const { atMs, liveDevices } = await simulator.advance(byMs);
	const { out } = context.terminal;
	await out.write(
		`In the made-up company it is now ${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC, ` +
			`and AWS has ${liveDevices} devices. ${out.style.accent('collect')} calls the roll again.\n`,
	);
}

function complete(line: string): [string[], string] {
	const words = line.split(' ');
	const last = words.at(-1) ?? '';
	if (words.length <= 1)
		return [commands.filter((command) => command.startsWith(last)).map((each) => `${each} `), last];
	if (words[0] === 'devices' && last.startsWith('-')) {
		return [deviceOptions.filter((option) => option.startsWith(last)).map((each) => `${each} `), last];
	}
	return [[], last];
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
