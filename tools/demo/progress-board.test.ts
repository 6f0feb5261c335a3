import { expect, test } from 'vitest';
import { createProcessTerminal, type Terminal } from '../../packages/server/src/cli/terminal.ts';
import { createStyle } from '../../packages/server/src/cli/text/style.ts';
import { openProgressBoard } from './progress-board.ts';

const names = ['ec2.devices', 'iam.users'];
const live = {
	accounts: 4,
	accountsDone: 1,
	scopes: 9,
	scopesDone: 3,
	assets: 12,
	troubled: 0,
	calls: 5,
	throttles: 0,
};

/** A terminal whose clock moves by hand. */
function openTerminal(isTerminal: boolean, width = 100) {
	let written = '';
	let tick = (): void => undefined;
	const terminal: Terminal = {
		...createProcessTerminal(false),
		err: {
			write: async (text) => {
				written += String(text);
			},
			isTerminal,
			width: () => width,
			style: createStyle(false),
		},
		monotonicMs: () => 0,
		every: (_, callback) => {
			tick = callback;
			return () => undefined;
		},
	};
	return { terminal, tick: () => tick(), written: () => written };
}

/** The lines a terminal shows after the text: moves up, cleared lines and cleared ends are obeyed. */
function showLines(text: string): string[] {
	const lines: string[] = [''];
	let row = 0;
	// A sign that is in no text stands for the one that begins a command to the terminal.
	for (const [part] of text.replaceAll('\u001b[', '¤').matchAll(/¤\??\d*[A-Za-z]|\n|\r|[^¤\n\r]+/gu)) {
		const up = /^¤(\d+)A$/u.exec(part);
		if (up) row -= Number(up[1]);
		else if (part === '¤2K') lines[row] = '';
		else if (part === '¤J') lines.splice(row, lines.length, '');
		else if (part === '\n') {
			row += 1;
			lines[row] ??= '';
		} else if (!part.startsWith('¤') && part !== '\r') lines[row] += part;
	}
	return lines.filter((line) => line !== '');
}

test('every run keeps its own line, and what is said stands above them', async () => {
	const { terminal, tick, written } = openTerminal(true);
	const board = openProgressBoard(terminal, names);
	board.start('iam.users', live);
	tick();
	board.say('Stopping');
	board.end('ec2.devices', ['✓ success', '7 listed']);
	await board.close();
	expect(showLines(written())).toEqual([
		'Stopping',
		'ec2.devices  ✓ success · 7 listed',
		expect.stringMatching(/^iam\.users {4}\S+ 1\/4 accounts · 3\/9 scopes · 12 assets/u),
	]);
	expect(written().lastIndexOf('\u001b[?25h')).toBeGreaterThan(written().lastIndexOf('\u001b[?25l'));
});

test('no line is wider than the terminal', async () => {
	const { terminal, written } = openTerminal(true, 40);
	const board = openProgressBoard(terminal, names);
	board.end('ec2.devices', ['✓ success', '7 listed', '4 of 4 scopes', '12 s']);
	board.start('iam.users', live);
	await board.close();
	for (const line of showLines(written())) expect(line.length).toBeLessThan(40);
	expect(showLines(written())[0]).toContain('7 listed');
});

test('without a terminal every run has plain lines until it ends', async () => {
	const { terminal, tick, written } = openTerminal(false);
	const board = openProgressBoard(terminal, names);
	board.start('iam.users', live);
	tick();
	board.end('iam.users', ['✓ success', '12 listed']);
	tick();
	await board.close();
	expect(written()).not.toContain('\u001b');
	expect(
		written()
			.split('\n')
			.filter((line) => line.startsWith('iam.users')),
	).toEqual([expect.stringContaining('accounts 1/4, scopes 3/9, 12 assets'), 'iam.users    ✓ success · 12 listed']);
});
