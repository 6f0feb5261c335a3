import type { Output } from '../../packages/server/src/cli/terminal.ts';
import { formatCount } from '../../packages/server/src/cli/text/amounts.ts';
import { displayWidth, padEnd, padStart, toHarmless, truncate } from '../../packages/server/src/cli/text/width.ts';

const barWidth = 24;
const labelWidth = 10;
const shownMost = 5;
const namesFrom = 26;
const namesTo = 30;

/** Bars of what there is most of. */
export function renderBars(label: string, values: readonly string[], { style }: Output): string {
	const counts = new Map<string, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	const sorted = [...counts].toSorted((a, b) => b[1] - a[1]);
	const shown = sorted.slice(0, shownMost);
	const rest = sorted.slice(shownMost);
	const most = shown[0]?.[1] ?? 1;
	const names = shown.map(([name]) => truncate(toHarmless(name), namesTo));
	const nameWidth = Math.max(namesFrom, ...names.map(displayWidth));
	const lines = shown.map(([, count], index) => {
		const bar = '▇'.repeat(Math.max(1, Math.round((count / most) * barWidth)));
		const head = index === 0 ? style.dim(padEnd(label, labelWidth)) : ' '.repeat(labelWidth);
		return `${head}${padEnd(names[index] ?? '', nameWidth)} ${padStart(formatCount(count), 6)}  ${style.accent(bar)}`;
	});
	if (rest.length > 0) {
		const count = rest.reduce((sum, [, each]) => sum + each, 0);
		const text = `${padEnd(`${rest.length} more`, nameWidth)} ${padStart(formatCount(count), 6)}`;
		lines.push(' '.repeat(labelWidth) + style.dim(text));
	}
	return lines.join('\n');
}
