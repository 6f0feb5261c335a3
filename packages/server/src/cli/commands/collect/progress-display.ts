import type { LiveProgress } from '#compose/ports.ts';
import type { Terminal } from '../../terminal.ts';
import { createPace } from './pace.ts';
import { renderPlainProgress, renderProgressLine } from './progress-line.ts';

/** Progress of one run on stderr. */
export interface ProgressDisplay {
	start(live: LiveProgress): void;
	/** A line that stays, above the progress. */
	say(text: string): void;
	/** Gives the terminal its cursor back, for an end without `close`. */
	restore(): void;
	/** Takes the progress away; what was said stays. */
	close(): Promise<void>;
}

const redrawMs = 100;
const plainMs = 5_000;
const clearLine = '\r\u001b[2K';
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** A line that is redrawn in place at most ten times a second; without a terminal, a plain line every five seconds. */
export function openProgress(terminal: Terminal, source: string): ProgressDisplay {
	const { err } = terminal;
	const startedMs = terminal.monotonicMs();
	const pace = createPace();
	let live: LiveProgress | undefined;
	let drawn = '';

	const describe = (render: (moment: Parameters<typeof renderPlainProgress>[0]) => string): string => {
		const elapsedMs = terminal.monotonicMs() - startedMs;
		if (live === undefined) return `Starting ${source}: database, workers, AWS …`;
		pace.observe(live, elapsedMs);
		const moment = { callRate: pace.callRate(), share: pace.share(), remainingMs: pace.remainingMs() };
		return render({ live, elapsedMs, ...moment });
	};
	const draw = (): void => {
		const line = describe((moment) => renderProgressLine(moment, err.width(), err.style));
		if (line === drawn) return;
		void err.write(`${drawn === '' ? hideCursor : ''}${clearLine}${line}`);
		drawn = line;
	};
	const print = (): void => {
		void err.write(`${describe(renderPlainProgress)}\n`);
	};
	const cancel = err.isTerminal ? terminal.every(redrawMs, draw) : terminal.every(plainMs, print);
	return {
		start: (counts) => {
			live = counts;
		},
		say: (text) => {
			void err.write(drawn === '' ? `${text}\n` : `${clearLine}${text}\n${drawn}`);
		},
		restore: () => {
			if (drawn !== '') void err.write(`${showCursor}\n`);
		},
		close: async () => {
			cancel();
			if (drawn !== '') await err.write(`${clearLine}${showCursor}`);
		},
	};
}
