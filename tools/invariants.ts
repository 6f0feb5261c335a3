import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatText } from './format-text.ts';

/** The promises of the architecture, by number. Tests name theirs in the title: `invariant 4: ...`. */
const invariants: Readonly<Record<number, string>> = {
	1: 'Only a complete scope may remove, by a seen set it can prove; any other outcome leaves its records untouched, and what an enrichment could not read keeps its last value, marked. Mass removals are held.',
	2: 'Accounts that closed or left the AWS Organization retire by their own evidence: two complete lists of the same AWS Organization. Suspended ones are kept, unconfirmed.',
	3: 'Pages are applied in transactions together with their progress and seen set, under the lease of the scope; a killed worker resumes or repeats a scope with no duplicate record, no duplicate event, no lost event; an older observation never overwrites a newer one.',
	4: 'Unchanged content writes no row of `source_record`: presence is confirmed on the scope, not on a million records.',
	7: 'No tenant sees the rows of another, even if a handler forgets its filter: row-level security in PostgreSQL, with the tenant set per transaction.',
	8: 'A secret leaves the process only inside a signature: never in a response, log, error, event, export, job payload or database column in clear.',
	9: 'Every AssumeRole into a customer account carries the external id and a session policy no wider than what the collections of that session declare.',
	10: 'Calls made are a subset of the permissions declared, proven by the call log of the simulator.',
	12: 'Any input from outside is parsed by a schema; a bad one gets a clear error naming the field, and changes nothing.',
	13: 'Shutdown is staged under a deadline. `kill -9` at any moment loses nothing that was acknowledged.',
};

/** The invariants that the code of today must hold by a test of that name. */
export const heldByTests: readonly number[] = [1, 2, 3, 4, 7, 9, 10, 12, 13];

export interface InvariantTest {
	readonly invariant: number;
	readonly path: string;
	readonly title: string;
}

const titlePattern =
	/\b(?:test|it|describe)(?:\.\w+)*(?:\([^\n]*?\))?\(\s*(['"`])(invariants? (\d+(?:(?:, | and )\d+)*): [^\n]*?)\1\s*,/gu;

/** Every test of the repository whose title names an invariant, in the order of paths. */
export function listInvariantTests(root: string): InvariantTest[] {
	return readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' })
		.filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
		.sort()
		.flatMap((path) => findInvariantTests(`packages/${path}`, readFileSync(join(root, 'packages', path), 'utf8')));
}

/** The tests of one file; a title may name several: `invariants 1 and 3: ...`. */
export function findInvariantTests(path: string, text: string): InvariantTest[] {
	return [...text.matchAll(titlePattern)].flatMap(([, , title = '', numbers = '']) =>
		(numbers.match(/\d+/gu) ?? []).map((number) => ({ invariant: Number(number), path, title })),
	);
}

const start = '<!-- invariants: written by npm run generate from the titles of the tests -->';
const end = '<!-- end of invariants -->';

/** docs/architecture.md with its list of invariants and their tests written anew. */
export function regenerateArchitecture(root: string): string {
	const text = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
	const tests = listInvariantTests(root);
	const rows = Object.entries(invariants).map(([number, rule]) => {
		const held = tests.filter((one) => one.invariant === Number(number));
		const list = held.map(({ path, title }) => `  - \`${path}\`: ${title.replace(/^invariants? [^:]*: /u, '')}`);
		return [`- **${number}.** ${rule}`, ...list].join('\n');
	});
	const head = text.slice(0, text.indexOf(start));
	const tail = text.slice(text.indexOf(end));
	return formatText(root, 'docs/architecture.md', `${head}${start}\n\n${rows.join('\n')}\n\n${tail}`);
}
