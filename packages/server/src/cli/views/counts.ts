import type { AssetCount, AssetCounts, Coverage } from '#compose/ports.ts';
import { countOf } from '../text/amounts.ts';
import { describeCoverage } from './standing.ts';

/** `more than 2,981 devices · 612 of 640 scopes complete · oldest confirmation 3 h ago`. */
export function describeCounted(count: AssetCount, noun: string, coverage: Coverage, nowMs: number): string {
	return `${describeMore(count)}${describeCoverage(count.total, noun, coverage, nowMs)}`;
}

/** Whether there is something to say of what is undecided. */
export function mayMatch({ total, isExact }: AssetCount): boolean {
	return total > 0 || !isExact;
}

/**
 * Unknown is no answer to a question, neither yes nor no.
 *
 * @param asked what was asked of them, as `what the query asks of them`
 */
export function describeUndecided(count: AssetCount, asked: string): string {
	const { total, isExact } = count;
	if (total === 0 && !isExact) return `Whether more may match, because ${asked} is unknown, was not counted in time.`;
	return `${describeMore(count)}${countOf(total, 'more may match', 'more may match')}: ${asked} is unknown.`;
}

/** Before a count that is not exact. Of a count that did not come to a first match in time nothing is known. */
function describeMore({ total, isExact }: AssetCount): string {
	if (isExact) return '';
	return total === 0 ? 'not counted in time, at least ' : 'more than ';
}

/** For programs. */
export function presentCounts({ total, isExact, undecided }: AssetCounts): Record<string, unknown> {
	return {
		total,
		total_is_exact: isExact,
		undecided: undecided.total,
		undecided_is_exact: undecided.isExact,
	};
}

export function presentCoverage(coverage: Coverage): Record<string, unknown> {
	return {
		scopes: coverage.scopes,
		scopes_complete: coverage.scopesComplete,
		oldest_confirmed_at: coverage.oldestConfirmedAt,
	};
}
