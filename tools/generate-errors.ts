import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorMeaning, errorMeanings } from './error-meanings.ts';
import { formatText } from './format-text.ts';

/** A source file as the finder of codes reads it. */
interface SourceText {
	readonly path: string;
	readonly text: string;
}

interface RaisedCode {
	readonly actor: string;
	readonly path: string;
}

const searchedFolders = ['packages/model/src', 'packages/server/src'];
const raisePattern = /\bcode:\s*([^,{}]+?),\s*actor:\s*'([a-z-]+)'/g;
const codePattern = /'([A-Z]+:\d{4})'/g;
const constantPattern = /\bconst (\w+) = ('[A-Z]+:\d{4}')/g;

/** `docs/errors.md`, from what the sources raise and what `error-meanings.ts` says about it. */
export const errorDocument = {
	path: 'docs/errors.md',
	build: (root: string): string => formatText(root, 'docs/errors.md', renderErrors(readSources(root), errorMeanings)),
};

/**
 * The table of all codes. Throws, listing every fault at once: a code without a meaning, a meaning that nothing
 * raises, a code raised in two files or for two actors (it would mean two things), a code that cannot be read.
 */
export function renderErrors(sources: readonly SourceText[], meanings: Readonly<Record<string, ErrorMeaning>>): string {
	const faults: string[] = [];
	const raised = findRaised(sources, faults);
	for (const { path, text } of sources) {
		for (const [, code = ''] of text.matchAll(codePattern)) {
			if (!raised.has(code)) faults.push(`${path} names ${code}, which is raised nowhere as \`code: …, actor: …\``);
		}
	}
	for (const [code, { path }] of raised) {
		if (!Object.hasOwn(meanings, code)) faults.push(`${path} raises ${code}, which tools/error-meanings.ts lacks`);
	}
	for (const code of Object.keys(meanings)) {
		if (!raised.has(code)) faults.push(`tools/error-meanings.ts explains ${code}, which nothing raises`);
	}
	if (faults.length > 0) throw new Error(`Error codes:\n${[...new Set(faults)].join('\n')}`);
	return renderTable(raised, meanings);
}

function findRaised(sources: readonly SourceText[], faults: string[]): Map<string, RaisedCode> {
	const raised = new Map<string, RaisedCode>();
	const constants = findConstants(sources);
	for (const { path, text } of sources) {
		for (const [, expression = '', actor = ''] of text.matchAll(raisePattern)) {
			const codes = readCodes(expression, constants);
			if (codes.length === 0) faults.push(`${path}: the code \`${expression}\` is neither a literal nor a constant`);
			for (const code of codes) {
				const known = raised.get(code);
				if (known && known.path !== path) faults.push(`${code} is raised in ${known.path} and in ${path}`);
				if (known && known.actor !== actor) faults.push(`${code} asks ${known.actor} and ${actor} to act`);
				raised.set(code, { actor, path });
			}
		}
	}
	return raised;
}

/** Codes that have a name, of all files: a code may be raised in another file than the one that names it. */
function findConstants(sources: readonly SourceText[]): ReadonlyMap<string, string> {
	const named = sources.flatMap(({ text }) => [...text.matchAll(constantPattern)]);
	return new Map(named.map(([, name = '', literal = '']) => [name, literal]));
}

/** A literal, a choice of literals, or a constant. */
function readCodes(expression: string, constants: ReadonlyMap<string, string>): readonly string[] {
	return [...(constants.get(expression) ?? expression).matchAll(codePattern)].map(([, code = '']) => code);
}

function readSources(root: string): readonly SourceText[] {
	return searchedFolders.flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
			.map((name) => name.replaceAll('\\', '/'))
			.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/(?:^|\/)testing\//.test(name))
			.sort()
			.map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), 'utf8') })),
	);
}

function renderTable(
	raised: ReadonlyMap<string, RaisedCode>,
	meanings: Readonly<Record<string, ErrorMeaning>>,
): string {
	const rows = Object.entries(meanings)
		.sort(([left], [right]) => (left < right ? -1 : 1))
		.map(
			([code, { meaning, remedy }]) =>
				`| \`${code}\` | ${actorWords[raised.get(code)?.actor ?? ''] ?? raised.get(code)?.actor} | ${meaning} | ${remedy} |\n`,
		);
	return `# Error codes

Generated from the sources and \`tools/error-meanings.ts\` by \`npm run generate\`.

A code means one thing for ever. The command line prints it before the message; \`--json\` gives it as \`code\`, with
\`who\` must act. An error without a code is a fault of Rollcall (\`UNEXPECTED\` in \`--json\`). What ails a single scope
stands in the coverage report in AWS's own codes.

| Code | Who must act | What it means | What to do |
|---|---|---|---|
${rows.join('')}`;
}

const actorWords: Readonly<Record<string, string>> = {
	you: 'you, who gave the command',
	operator: 'operator of Rollcall',
	customer: 'owner of the AWS account',
	'organization-admin': 'administrator of the AWS Organization',
	rollcall: 'makers of Rollcall',
};
