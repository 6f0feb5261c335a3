import type { Answer, AssetCount, AssetQuestion, Questions } from '#compose/ports.ts';
import { printCsvFields } from '../format.ts';
import type { Terminal } from '../terminal.ts';
import { countOf, formatTime } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { describeCoverage } from '../views/standing.ts';

export type Format = 'table' | 'json' | 'csv';

/** `rollcall query --count`. */
export async function printCount(
	terminal: Terminal,
	inventory: Questions,
	question: AssetQuestion,
	format: Format,
): Promise<void> {
	const answer = await inventory.answerQuery(question);
	await printNotices(terminal, answer);
	const { out } = terminal;
	if (format === 'json') {
		await out.write(`${encodeJson(presentAnswer(question, answer))}\n`);
	} else if (format === 'csv') {
		const { counts } = answer;
		await printCsvFields(
			out,
			[
				['total', () => counts.total],
				['total_is_exact', () => counts.isExact],
				['undecided', () => counts.undecided.total],
				['scopes', () => answer.coverage.scopes],
				['scopes_complete', () => answer.coverage.scopesComplete],
			],
			[counts],
		);
	} else {
		await out.write(`${describeAnswer(question, answer, terminal.now())}\n`);
	}
}

/** What belongs to an answer as a whole, for programs. */
export function presentAnswer({ asOf }: AssetQuestion, { counts, coverage, notices }: Answer): Record<string, unknown> {
	return {
		total: counts.total,
		total_is_exact: counts.isExact,
		undecided: counts.undecided.total,
		undecided_is_exact: counts.undecided.isExact,
		as_of: asOf?.toISOString() ?? null,
		coverage: presentCoverage(coverage),
		notices,
	};
}

export function presentCoverage(coverage: Answer['coverage']): Record<string, unknown> {
	return {
		scopes: coverage.scopes,
		scopes_complete: coverage.scopesComplete,
		oldest_confirmed_at: coverage.oldestConfirmedAt,
	};
}

/** `more than 2,981 devices · 612 of 640 scopes complete · …`, as of when, and what else may match. */
export function describeAnswer(question: AssetQuestion, { counts, coverage }: Answer, nowMs: number): string {
	const lines = [
		`${describeMore(counts)}${describeCoverage(counts.total, question.type, coverage, nowMs)}${describeMoment(question)}`,
	];
	if (mayMatch(counts.undecided)) lines.push(describeUndecided(counts.undecided));
	return lines.join('\n');
}

export function describeMoment({ asOf }: AssetQuestion): string {
	return asOf === null ? '' : ` · as of ${formatTime(asOf.toISOString())}`;
}

export function mayMatch({ total, isExact }: AssetCount): boolean {
	return total > 0 || !isExact;
}

/** Before a count that is not exact. Of a count that did not come to a first match in time nothing is known. */
function describeMore({ total, isExact }: AssetCount): string {
	if (isExact) return '';
	return total === 0 ? 'not counted in time, at least ' : 'more than ';
}

/** Unknown is no answer to a query, neither yes nor no. */
export function describeUndecided(count: AssetCount): string {
	const { total, isExact } = count;
	if (total === 0 && !isExact)
		return 'Whether more may match, because what the query asks of them is unknown, was not counted in time.';
	return `${describeMore(count)}${countOf(total, 'more may match', 'more may match')}: what the query asks of them is unknown.`;
}

export async function printNotices({ err }: Terminal, { notices }: Pick<Answer, 'notices'>): Promise<void> {
	for (const notice of notices) await err.write(`${err.style.warning('note:')} ${notice}\n`);
}
