import { RollcallError } from '../errors/rollcall-error.ts';
import { mostDepth } from './check-query.ts';
import { readRule } from './parse-rule.ts';
import { type Entity, isQuery, type Query, type Rule } from './query.ts';
import type { Token } from './scan-text.ts';
import { describe, isSymbol, isWord, peek, type TextFault, type TextReader, take } from './text-reader.ts';

/**
 * The tree of a text:
 *
 *     rules   = all, joined by `or`; `and` binds closer, `not` closest; parentheses group. Nothing at all is everything
 *     rule    = [device. user. event.] FIELD [.NAME of tags and labels] [@SCOPE] test
 *     test    = `=` `!=` `~` `!~` `>` `<` [not] contains VALUE, [not] in (VALUE, …), between VALUE and VALUE,
 *               [not] exists, unknown
 *     VALUE   = a bare word of letters, digits and _ - . : / * + @ % # $ &, or "…" with the escapes of JSON
 *
 * Keywords in any case. `true`, `false` and numbers are such unless quoted; and, or, not are values only in quotes.
 * Throws `QUERY:0002` with `details: {column, expected, suggestions}`; the column counts code points from 1.
 */
export function parseQuery(text: string, entity: Entity): Query {
	return readWhole({ text, entity, at: 0, nesting: 0, fail: (fault) => failAt(text, fault) });
}

/** Why a text is no query, for what completes it; undefined where it is one. */
export function findFault(text: string, entity: Entity): TextFault | undefined {
	let found: TextFault | undefined;
	const fail = (fault: TextFault): RollcallError => {
		found = fault;
		return failAt(text, fault);
	};
	try {
		readWhole({ text, entity, at: 0, nesting: 0, fail });
	} catch (error) {
		if (found === undefined) throw error;
	}
	return found;
}

function readWhole(reader: TextReader): Query {
	if (peek(reader).kind === 'end') return { combinator: 'and', rules: [] };
	const node = readAny(reader);
	const rest = peek(reader);
	if (rest.kind !== 'end') throw failJoin(reader, rest, rest.text === ')' ? 'there is no ( before this )' : undefined);
	return isQuery(node) ? node : { combinator: 'and', rules: [node] };
}

function failAt(text: string, { at, problem, expected, suggestions }: TextFault): RollcallError {
	const column = [...text.slice(0, at)].length + 1;
	return new RollcallError({
		code: 'QUERY:0002',
		actor: 'you',
		retryable: false,
		message: `column ${column}: ${problem}`,
		details: { column, expected, suggestions },
	});
}

function readAny(reader: TextReader): Rule | Query {
	return readJoined(reader, 'or', (inner) => readJoined(inner, 'and', readOne));
}

type Read = (reader: TextReader) => Rule | Query;

function readJoined(reader: TextReader, combinator: 'and' | 'or', read: Read): Rule | Query {
	const first = read(reader);
	const rules = [first];
	while (isWord(peek(reader), combinator)) {
		take(reader);
		rules.push(read(reader));
	}
	return rules.length === 1 ? first : { combinator, rules };
}

function readOne(reader: TextReader): Rule | Query {
	const token = peek(reader);
	const isNot = isWord(token, 'not');
	if (!isNot && !isSymbol(token, '(')) return readRule(reader);
	reader.nesting += 1;
	// A group may be denied at every depth, which takes a word and a parenthesis.
	if (reader.nesting > 2 * mostDepth) {
		const problem = `groups nest deeper than ${mostDepth}: flatten the query`;
		throw reader.fail({ at: token.start, problem, expected: [], suggestions: [], slot: { kind: 'field' } });
	}
	take(reader);
	const node = isNot ? negate(readOne(reader)) : readGroup(reader);
	reader.nesting -= 1;
	return node;
}

function negate(node: Rule | Query): Query {
	if (isQuery(node) && node.negate !== true) return { ...node, negate: true };
	return { combinator: 'and', negate: true, rules: [node] };
}

/** After its opening parenthesis. */
function readGroup(reader: TextReader): Rule | Query {
	if (isSymbol(peek(reader), ')')) {
		take(reader);
		return { combinator: 'and', rules: [] };
	}
	const node = readAny(reader);
	const token = take(reader);
	if (!isSymbol(token, ')')) throw failJoin(reader, token, undefined);
	return node;
}

/** Where a rule has ended and neither another one nor the end follows. */
function failJoin(reader: TextReader, token: Token, because: string | undefined): RollcallError {
	const meant = token.text.startsWith('&') ? ['and'] : token.text.startsWith('|') ? ['or'] : [];
	const fix = meant.length > 0 ? `did you mean ${meant[0]}?` : 'a value with spaces or signs stands in double quotes';
	const problem = because ?? `expected and, or${reader.nesting > 0 ? ', )' : ''}, found ${describe(token)}; ${fix}`;
	const expected = ['and', 'or', ...(reader.nesting > 0 ? [')'] : [])];
	return reader.fail({ at: token.start, problem, expected, suggestions: meant, slot: { kind: 'join' } });
}
