import { expect, test } from 'vitest';
import { createStyle } from '../../text/style.ts';
import { displayWidth } from '../../text/width.ts';
import { type ProgressMoment, renderPlainProgress, renderProgressLine } from './progress-line.ts';

const moment: ProgressMoment = {
	live: {
		accounts: 40,
		accountsDone: 17,
		scopes: 612,
		scopesDone: 289,
		assets: 1204,
		troubled: 2,
		calls: 1034,
		throttles: 3,
	},
	elapsedMs: 12_300,
	share: 0.5,
	callRate: 86.4,
	remainingMs: 14_000,
};
const plain = createStyle(false);

test('a wide terminal shows everything', () => {
	expect(renderProgressLine(moment, 200, plain)).toBe(
		'━━━━━━━━──────── 17/40 accounts · 289/612 scopes · 1,204 assets · 2 errors · 1,034 calls · 86/s · 3 throttled · 12 s, about 14 s left',
	);
});

test('a line never fills or passes the width, and errors and assets stay the longest', () => {
	for (let width = 45; width < 160; width += 1) {
		const line = renderProgressLine(moment, width, createStyle(true));
		expect(displayWidth(line)).toBeLessThan(width);
		expect(line).toContain('2 errors');
	}
	expect(renderProgressLine(moment, 45, plain)).toContain('1,204 assets');
});

test('what has not happened is not shown', () => {
	const calm = { ...moment, live: { ...moment.live, troubled: 0, throttles: 0 }, remainingMs: null };
	expect(renderProgressLine(calm, 200, plain)).not.toMatch(/error|throttled|left/u);
});

test('the plain line is one sentence for a log', () => {
	expect(renderPlainProgress(moment)).toBe(
		'12 s: accounts 17/40, scopes 289/612, 1,204 assets, 2 errors, 1,034 calls (86/s), 3 throttled, about 14 s left',
	);
});
