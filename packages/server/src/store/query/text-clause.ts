import { fold } from '@rollcall/model/history/text.ts';
import type { TextTest } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import type { Clause } from './clause.ts';

/** A test on an expression of folded text. */
export function testText(text: RawBuilder<unknown>, test: TextTest): Clause {
	if (test.op === 'texts') {
		// Of one text alone an index keeps the order of what stands behind it.
		const [first, ...more] = test.texts;
		if (first !== undefined && more.length === 0) return sql`${text} = ${first}::text`;
		return sql`${text} = any (${test.texts}::text[])`;
	}
	return sql`${text} like ${patternOf(test)}`;
}

/** The pattern of SQL that a text must fit as a whole. */
export function patternOf(test: Exclude<TextTest, { readonly op: 'texts' }>): string {
	if (test.op === 'contains') return `%${escapePattern(test.text)}%`;
	return escapePattern(test.pattern).replaceAll('*', '%');
}

function escapePattern(text: string): string {
	return text.replace(/[\\%_]/g, '\\$&');
}

/** The same test without its asterisks, where it has none: equality is what indexes know best. */
export function simplify(test: TextTest): TextTest {
	return test.op === 'like' && !test.pattern.includes('*') ? { op: 'texts', texts: [test.pattern] } : test;
}

/** The test on a value that is at hand. */
export function meetsText(value: string, test: TextTest): boolean {
	const folded = fold(value);
	if (test.op === 'texts') return test.texts.includes(folded);
	if (test.op === 'contains') return folded.includes(test.text);
	return fitsPattern(folded, test.pattern);
}

/** Each part in turn at its first place: nothing is gained by a later one. */
function fitsPattern(text: string, pattern: string): boolean {
	const [first = '', ...parts] = pattern.split('*');
	const last = parts.pop();
	if (last === undefined) return text === first;
	if (!text.startsWith(first)) return false;
	let position = first.length;
	for (const part of parts) {
		const found = text.indexOf(part, position);
		if (found < 0) return false;
		position = found + part.length;
	}
	return text.length - last.length >= position && text.endsWith(last);
}
