import type { Answer, AssetQuestion, Questions } from '#compose/ports.ts';
import { printCsvFields } from '../format.ts';
import type { Terminal } from '../terminal.ts';
import { formatTime } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { describeCounted, describeUndecided, mayMatch, presentCounts, presentCoverage } from '../views/counts.ts';

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
				['undecided_is_exact', () => counts.undecided.isExact],
				['scopes', () => answer.coverage.scopes],
				['scopes_complete', () => answer.coverage.scopesComplete],
			],
			[counts],
		);
	} else {
		await out.write(`${describeAnswer(question, answer, terminal.now())}\n`);
	}
}

/** What the query asks of what it could not decide. */
export const asked = 'what the query asks of them';

/** What belongs to an answer as a whole, for programs. */
export function presentAnswer({ asOf }: AssetQuestion, { counts, coverage, notices }: Answer): Record<string, unknown> {
	return {
		...presentCounts(counts),
		as_of: asOf?.toISOString() ?? null,
		coverage: presentCoverage(coverage),
		notices,
	};
}

/** How many match, what that depends on, as of when, and what else may match. */
export function describeAnswer(question: AssetQuestion, { counts, coverage }: Answer, nowMs: number): string {
	const lines = [`${describeCounted(counts, question.type, coverage, nowMs)}${describeMoment(question)}`];
	if (mayMatch(counts.undecided)) lines.push(describeUndecided(counts.undecided, asked));
	return lines.join('\n');
}

export function describeMoment({ asOf }: AssetQuestion): string {
	return asOf === null ? '' : ` · as of ${formatTime(asOf.toISOString())}`;
}

export async function printNotices({ err }: Terminal, { notices }: Pick<Answer, 'notices'>): Promise<void> {
	for (const notice of notices) await err.write(`${err.style.warning('note:')} ${notice}\n`);
}
