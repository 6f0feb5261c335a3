import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openCommandLine as open } from '../../testing/command-line.ts';

/** Commands `rollcall policy`, also where they go on in the next line. */
function findExamples(text: string): readonly string[] {
	const lines = text.replaceAll(/ \\\n\s*/gu, ' ').split('\n');
	return lines.filter((line) => /rollcall (-- )?policy --/u.test(line) && !line.startsWith('Usage'));
}

test.each(['help', 'README.md'])('the examples of %s need nothing that is not configured', async (where) => {
	const { run, written } = open({});
	await run('policy', '--help');
	const examples = findExamples(where === 'help' ? written.out : readFileSync('README.md', 'utf8'));
	expect(examples.length).toBeGreaterThan(1);
	for (const example of examples) expect(example).toMatch(/--format permissions|--principal arn:/u);
});
