import { createPace, type Pace } from '../../packages/server/src/cli/commands/collect/pace.ts';
import {
	renderPlainProgress,
	renderProgressLine,
} from '../../packages/server/src/cli/commands/collect/progress-line.ts';
import type { Terminal } from '../../packages/server/src/cli/terminal.ts';
import type { Style } from '../../packages/server/src/cli/text/style.ts';
import { displayWidth, padEnd } from '../../packages/server/src/cli/text/width.ts';
import type { LiveProgress } from '../../packages/server/src/compose/ports.ts';

/** Progress of several runs at once on stderr: a line each, by name. */
export interface ProgressBoard {
	start(name: string, live: LiveProgress): void;
	/** The line of a run says for good how it ended; facts that do not fit are left out from the last. */
	end(name: string, facts: readonly string[]): void;
	/** A line that stays, above the others. */
	say(text: string): void;
	/** Gives the terminal its cursor back, for an end without `close`. */
	restore(): void;
	/** Leaves the lines as they are. */
	close(): Promise<void>;
}

interface Row {
	readonly name: string;
	readonly pace: Pace;
	live?: LiveProgress;
	ended?: readonly string[];
}

const redrawMs = 100;
const plainMs = 5_000;
const clearLine = '\r\u001b[2K';
const clearBelow = '\r\u001b[J';
const separator = ' · ';
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** Lines that are redrawn in place; without a terminal, plain ones every five seconds. */
export function openProgressBoard(terminal: Terminal, names: readonly string[]): ProgressBoard {
	const { err } = terminal;
	const startedMs = terminal.monotonicMs();
	const rows = names.map((name): Row => ({ name, pace: createPace() }));
	const nameWidth = Math.max(...names.map((name) => name.length)) + 2;
	const find = (name: string): Row | undefined => rows.find((row) => row.name === name);
	let drawn = false;

	const describe = (row: Row, width: number, render: typeof renderPlainProgress): string => {
		if (row.ended !== undefined) return joinFitting(row.ended, width, err.style);
		if (row.live === undefined) return 'starting …';
		const elapsedMs = terminal.monotonicMs() - startedMs;
		row.pace.observe(row.live, elapsedMs);
		const { pace, live } = row;
		return render({ live, elapsedMs, callRate: pace.callRate(), share: pace.share(), remainingMs: pace.remainingMs() });
	};
	const goToTop = (): string => (drawn ? `\u001b[${rows.length}A` : hideCursor);
	const renderLines = (): string => {
		const width = err.width() - nameWidth;
		const lines = rows.map((row) => {
			const text = describe(row, width, (moment) => renderProgressLine(moment, width, err.style));
			return `${clearLine}${padEnd(row.name, nameWidth)}${text}\n`;
		});
		return lines.join('');
	};
	const draw = (): void => {
		void err.write(`${goToTop()}${renderLines()}`);
		drawn = true;
	};
	const print = (): void => {
		for (const row of rows.filter((each) => each.ended === undefined)) {
			void err.write(`${padEnd(row.name, nameWidth)}${describe(row, Number.POSITIVE_INFINITY, renderPlainProgress)}\n`);
		}
	};
	if (err.isTerminal) draw();
	const cancel = err.isTerminal ? terminal.every(redrawMs, draw) : terminal.every(plainMs, print);
	return {
		start: (name, live) => {
			const row = find(name);
			if (row) row.live = live;
		},
		end: (name, facts) => {
			const row = find(name);
			if (row) row.ended = facts;
			if (!err.isTerminal) void err.write(`${padEnd(name, nameWidth)}${facts.join(separator)}\n`);
		},
		say: (text) => {
			if (!err.isTerminal) void err.write(`${text}\n`);
			// The board goes on below what was said.
			else void err.write(`${goToTop()}${clearBelow}${text}\n${renderLines()}`);
		},
		restore: () => {
			if (drawn) void err.write(showCursor);
		},
		close: async () => {
			cancel();
			if (!drawn) return;
			draw();
			await err.write(showCursor);
		},
	};
}

function joinFitting(facts: readonly string[], width: number, style: Style): string {
	const text = facts.join(style.dim(separator));
	return displayWidth(text) < width || facts.length === 1 ? text : joinFitting(facts.slice(0, -1), width, style);
}
