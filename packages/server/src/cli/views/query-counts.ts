import type { QueryCount, TrendDay } from '#compose/ports.ts';
import { formatCount } from '../text/amounts.ts';

/** `1,204`, `> 1,204` where counting ended early, or `?` where it ended before a first match. */
export function describeCount({ matched, isExact }: Pick<QueryCount, 'matched' | 'isExact'>): string {
	if (isExact) return formatCount(matched);
	return matched === 0 ? '?' : `> ${formatCount(matched)}`;
}

/** Nothing where all is decided. */
export function describeUndecided({ undecided, undecidedIsExact }: QueryCount): string {
	return undecided === 0 && undecidedIsExact ? '' : describeCount({ matched: undecided, isExact: undecidedIsExact });
}

export function describeCovered({ scopes, scopesComplete }: QueryCount): string {
	return scopes === 0 ? '–' : `${formatCount(scopesComplete)} of ${formatCount(scopes)}`;
}

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A bar a day from the first to the last, from nothing to the highest; a day without a count is a dot. */
export function drawTrend(trend: readonly TrendDay[]): string {
	const [first] = trend;
	if (first === undefined) return '';
	const highest = Math.max(1, ...trend.map(({ matched }) => matched));
	const start = Date.parse(first.day);
	const line: string[] = [];
	for (const { day, matched } of trend) {
		const place = Math.round((Date.parse(day) - start) / 86_400_000);
		while (line.length < place) line.push('·');
		line.push(bars[Math.ceil((matched / highest) * (bars.length - 1))] ?? bars[0]);
	}
	return line.join('');
}

export function presentCount(count: QueryCount): Record<string, unknown> {
	return {
		counted_at: count.countedAt,
		matched: count.matched,
		is_exact: count.isExact,
		undecided: count.undecided,
		undecided_is_exact: count.undecidedIsExact,
		scopes: count.scopes,
		scopes_complete: count.scopesComplete,
	};
}
