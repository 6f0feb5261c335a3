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
	const more = counts.isExact ? '' : 'more than ';
	const lines = [`${more}${describeCoverage(counts.total, question.type, coverage, nowMs)}${describeMoment(question)}`];
	if (mayMatch(counts.undecided)) lines.push(describeUndecided(counts.undecided));
	return lines.join('\n');
}

export function describeMoment({ asOf }: AssetQuestion): string {
	return asOf === null ? '' : ` · as of ${formatTime(asOf.toISOString())}`;
}

export function mayMatch({ total, isExact }: AssetCount): boolean {
	return total > 0 || !isExact;
}

/** Unknown is no answer to a query, neither yes nor no. */
export function describeUndecided({ total, isExact }: AssetCount): string {
	const count = isExact ? '' : 'more than ';
	return `${count}${countOf(total, 'more may match', 'more may match')}: what the query asks of them is unknown.`;
}

export async function printNotices({ err }: Terminal, { notices }: Pick<Answer, 'notices'>): Promise<void> {
	for (const notice of notices) await err.write(`${err.style.warning('note:')} ${notice}\n`);
}
