import { createStyle, type Style } from './text/style.ts';

/** One of the two streams a command writes to. */
export interface Output {
	/** Resolves when the text is taken: a slow reader slows the writer. Never fails because the reader has left. */
	write(text: string | Uint8Array): Promise<void>;
	readonly isTerminal: boolean;
	/** Columns of the terminal right now; Infinity where the output is no terminal. */
	width(): number;
	readonly style: Style;
}

/** Where a command runs: its streams and its clock. */
export interface Terminal {
	readonly out: Output;
	readonly err: Output;
	/** Whether a person can be asked. */
	readonly canAsk: boolean;
	/** Asks on stderr; answers with the line that was typed, undefined at the end of the input. */
	ask(question: string): Promise<string | undefined>;
	/** Wall time, for ages. */
	now(): number;
	/** Milliseconds that only grow, for progress. */
	monotonicMs(): number;
	/** Calls back every `intervalMs` until the returned function is called. Never keeps the process up. */
	every(intervalMs: number, callback: () => void): () => void;
}

const fallbackWidth = 100;
const narrowestWidth = 40;

/** The process's own streams. `color` undefined: as each stream can. */
export function createProcessTerminal(color: boolean | undefined): Terminal {
	return {
		out: createOutput(process.stdout, color),
		err: createOutput(process.stderr, color),
		canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
		ask: askLine,
		now: () => Date.now(),
		monotonicMs: () => performance.now(),
		every: (intervalMs, callback) => {
			const timer = setInterval(callback, intervalMs);
			timer.unref();
			return () => clearInterval(timer);
		},
	};
}

function createOutput(stream: NodeJS.WriteStream, color: boolean | undefined): Output {
	const isTerminal = stream.isTTY === true;
	return {
		isTerminal,
		style: createStyle(color ?? (isTerminal && stream.getColorDepth() > 1)),
		width: () => (isTerminal ? Math.max(narrowestWidth, stream.columns || fallbackWidth) : Number.POSITIVE_INFINITY),
		write: (text) =>
			new Promise((resolve) => {
				// A reader that left (EPIPE) is handled once, in main.ts.
				stream.write(text, () => resolve());
			}),
	};
}

async function askLine(question: string): Promise<string | undefined> {
	const { createInterface } = await import('node:readline/promises');
	const reader = createInterface({ input: process.stdin, output: process.stderr });
	try {
		const ended = new Promise<undefined>((resolve) => reader.once('close', () => resolve(undefined)));
		return await Promise.race([reader.question(question), ended]);
	} finally {
		reader.close();
	}
}
