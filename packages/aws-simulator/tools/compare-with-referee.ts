import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assume } from '../src/testing/connect.ts';
import { type Answer, listDifferences, takeAnswer } from '../src/testing/referee/answer.ts';
import { findKnown, knownDifferences } from '../src/testing/referee/known-differences.ts';
import { questions } from '../src/testing/referee/questions.ts';
import { openReferee, openSimulator, type Side } from '../src/testing/referee/side.ts';

/**
 * Asks this simulator and the referee, another implementation of the same calls, the same questions with the official
 * SDK, and compares status, code, wording and the members of what came. Ends with 1 when they differ in anything that
 * `known-differences.ts` does not explain, or agree where it says they differ.
 *
 * `node packages/aws-simulator/tools/compare-with-referee.ts --referee DIRECTORY [--verbose]`
 */
async function compare(directory: string, isVerbose: boolean): Promise<void> {
	const out = mkdtempSync(join(tmpdir(), 'referee-'));
	const sides: Side[] = [];
	try {
		const simulator = await openSimulator();
		sides.push(simulator);
		const referee = await openReferee(directory, out);
		sides.push(referee);
		const ours = await askAll(simulator);
		const theirs = await askAll(referee);
		const found = [...ours].flatMap(([question, answer]) =>
			listDifferences(answer, theirs.get(question) ?? answer).map((difference) => ({ question, ...difference })),
		);
		const unknown = found.filter(({ question, subject }) => findKnown(question, subject) === undefined);
		const stale = knownDifferences.filter(
			(known) => !found.some(({ question, subject }) => known.question === question && known.subject === subject),
		);
		for (const { question, text } of isVerbose ? found : unknown) process.stdout.write(`${question}\n       ${text}\n`);
		for (const { question, subject } of stale) process.stdout.write(`${question}: no longer differs in ${subject}\n`);
		process.stdout.write(
			`${ours.size} questions, ${found.length - unknown.length} known differences, ${unknown.length} others, ${stale.length} gone\n`,
		);
		process.exitCode = unknown.length + stale.length === 0 ? 0 : 1;
	} finally {
		for (const side of sides) await side.close();
		rmSync(out, { recursive: true, force: true });
	}
}

async function askAll(side: Side): Promise<Map<string, Answer>> {
	const role = await assume(side);
	const answers = new Map<string, Answer>();
	for (const [name, ask] of Object.entries(questions)) answers.set(name, await takeAnswer(() => ask(side, role)));
	return answers;
}

const { values } = parseArgs({
	options: { referee: { type: 'string' }, verbose: { type: 'boolean', default: false } },
});
if (values.referee === undefined) {
	process.stderr.write('--referee is missing: the directory of seed_moto.py\n');
	process.exitCode = 2;
} else {
	await compare(values.referee, values.verbose);
}
