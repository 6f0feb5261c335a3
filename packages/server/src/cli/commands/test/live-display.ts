import type { LiveAccessTest } from '#compose/ports.ts';
import type { Terminal } from '../../terminal.ts';
import { toHarmless } from '../../text/width.ts';
import { describeAccount, describeWaiting, renderTree } from './live-tree.ts';

/** The tree of a test on stderr while it goes on. */
export interface LiveTree {
	start(live: LiveAccessTest): void;
	/** A line that stays, above the tree. */
	say(text: string): void;
	/** Gives the terminal its cursor back, for an end without `close`. */
	restore(): void;
	/** Takes the tree away; what was said stays. */
	close(): Promise<void>;
}

const redrawMs = 100;
const plainMs = 1_000;
/** Plain lines about waiting come this often. */
const waitingLineMs = 10_000;
/** Fits the smallest usual terminal with room for what was typed. */
const height = 16;
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

export function openLiveTree(terminal: Terminal): LiveTree {
	return terminal.err.isTerminal ? openDrawnTree(terminal) : openPlainTree(terminal);
}

/** Redrawn in place at most ten times a second. */
function openDrawnTree(terminal: Terminal): LiveTree {
	const { err } = terminal;
	const startedMs = terminal.monotonicMs();
	let live: LiveAccessTest | undefined;
	let drawn: readonly string[] = [];

	const erase = (): string => (drawn.length === 0 ? '' : `\u001b[${drawn.length}A\r\u001b[0J`);
	const draw = (): void => {
		if (live === undefined) return;
		const layout = { width: err.width(), style: err.style, height };
		const lines = renderTree(live, terminal.monotonicMs() - startedMs, layout);
		if (lines.join('\n') === drawn.join('\n')) return;
		void err.write(`${drawn.length === 0 ? hideCursor : erase()}${lines.map((line) => `${line}\n`).join('')}`);
		drawn = lines;
	};
	const cancel = terminal.every(redrawMs, draw);
	return {
		start: (given) => {
			live = given;
		},
		say: (text) => {
			void err.write(`${erase()}${text}\n${drawn.map((line) => `${line}\n`).join('')}`);
		},
		restore: () => {
			if (drawn.length > 0) void err.write(showCursor);
		},
		close: async () => {
			cancel();
			if (drawn.length > 0) await err.write(`${erase()}${showCursor}`);
			drawn = [];
		},
	};
}

/** One line for each account that is done, and now and then what is waited for. */
function openPlainTree(terminal: Terminal): LiveTree {
	const { err } = terminal;
	const told = new Set<string>();
	let live: LiveAccessTest | undefined;
	let waitingToldMs = Number.NEGATIVE_INFINITY;

	const tell = (): void => {
		if (live === undefined) return;
		for (const account of live.accounts.values()) {
			if (account.phase !== 'done' || told.has(account.accountId)) continue;
			told.add(account.accountId);
			const name = account.name === null ? '' : ` ${toHarmless(account.name)}`;
			void err.write(`${account.accountId}${name}: ${describeAccount(account)}\n`);
		}
		const waiting = describeWaiting(live);
		const nowMs = terminal.monotonicMs();
		if (waiting === undefined || nowMs - waitingToldMs < waitingLineMs) return;
		waitingToldMs = nowMs;
		void err.write(`${waiting}\n`);
	};
	const cancel = terminal.every(plainMs, tell);
	return {
		start: (given) => {
			live = given;
			// What an earlier test settled is no news.
			for (const account of given.accounts.values()) if (account.phase === 'done') told.add(account.accountId);
		},
		say: (text) => {
			void err.write(`${text}\n`);
		},
		restore: () => undefined,
		close: async () => {
			cancel();
			tell();
		},
	};
}
