import { RollcallError } from '../errors/rollcall-error.ts';
import { findMeant } from '../text/nearest.ts';
import { mostDepth } from './check-query.ts';
import { checkRule } from './check-rule.ts';
import type { QueryField } from './fields.ts';
import { isBare, operatorsOf, operatorTexts } from './operators.ts';
import { readReference } from './parse-reference.ts';
import {
	type Entity,
	isQuery,
	type Operator,
	operators,
	type PlainValue,
	type Query,
	type Rule,
	type Scalar,
} from './query.ts';
import type { RulePlace } from './rule-fault.ts';
import { isJoiner, readNumber, readToken, type Token } from './scan-text.ts';
import type { TextFault, TextReader } from './text-reader.ts';

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
 * Throws `QUERY:0002` with `details: {column, expected, suggestions, slot}`; the column counts code points from 1.
 */
export function parseQuery(text: string, entity: Entity): Query {
	const reader: TextReader = { text, entity, at: 0, nesting: 0, fail: (fault) => failAt(text, fault) };
	if (peek(reader).kind === 'end') return { combinator: 'and', rules: [] };
	const node = readAny(reader);
	const rest = peek(reader);
	if (rest.kind !== 'end') throw failJoin(reader, rest, rest.text === ')' ? 'there is no ( before this )' : undefined);
	return isQuery(node) ? node : { combinator: 'and', rules: [node] };
}

function failAt(text: string, { at, problem, ...rest }: TextFault): RollcallError {
	const column = [...text.slice(0, at)].length + 1;
	return new RollcallError({
		code: 'QUERY:0002',
		actor: 'you',
		retryable: false,
		message: `column ${column}: ${problem}`,
		details: { column, ...rest },
	});
}

function peek(reader: TextReader): Token {
	const token = readToken(reader.text, reader.at);
	if ('problem' in token) throw reader.fail({ ...token, expected: ['"'], suggestions: [], slot: { kind: 'quote' } });
	return token;
}

function take(reader: TextReader): Token {
	const token = peek(reader);
	reader.at = token.end;
	return token;
}

function isWord(token: Token, word: string): boolean {
	return token.kind === 'word' && token.text.toLowerCase() === word;
}

function isSymbol(token: Token, symbol: string): boolean {
	return token.kind === 'symbol' && token.text === symbol;
}

function describe(token: Token): string {
	return token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
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

function readRule(reader: TextReader): Rule {
	const start = peek(reader);
	if (start.kind !== 'word' || isJoiner(start.text) || start.text.startsWith('@')) {
		const problem = `expected a field, not or (, found ${describe(start)}`;
		const expected = ['a field', 'not', '('];
		throw reader.fail({ at: start.start, problem, expected, suggestions: [], slot: { kind: 'field' } });
	}
	reader.at = start.start;
	const { field, scopeAt, name, ...reference } = readReference(reader);
	const operatorAt = peek(reader).start;
	const operator = readOperator(reader, field);
	const columns: number[] = [];
	const plain = readValues(reader, operator, field, columns);
	const named = name === undefined ? undefined : { name, ...(plain === undefined ? {} : { value: plain }) };
	const value = named ?? plain;
	const rule: Rule = { ...reference, field: field.name, operator, ...(value === undefined ? {} : { value }) };
	const placeOf = ({ part, index = 0 }: RulePlace) =>
		({ field: start.start, scope: scopeAt, operator: operatorAt, value: columns[index] ?? operatorAt })[part];
	checkRule(rule, reader.entity, {
		// Any moment will do: whether a time can be read does not hang on it.
		now: new Date(0),
		notice: () => undefined,
		fail: (place, fault) =>
			reader.fail({ at: placeOf(place), ...fault, slot: { kind: place.part, field: field.name, operator } }),
	});
	return rule;
}

const operatorWords: ReadonlyMap<string, Operator> = new Map([
	...operators.map((operator): [string, Operator] => [operator, operator]),
	...operators.map((operator): [string, Operator] => [operatorTexts[operator], operator]),
	['not like', 'not_like'],
]);

function readOperator(reader: TextReader, field: QueryField): Operator {
	const token = take(reader);
	const isNot = isWord(token, 'not');
	const second = isNot ? take(reader) : token;
	const typed = `${isNot ? 'not ' : ''}${second.text.toLowerCase()}`;
	const operator = second.kind === 'word' || second.kind === 'symbol' ? operatorWords.get(typed) : undefined;
	if (operator !== undefined) return operator;
	const expected = operatorsOf(field)
		.map((known) => operatorTexts[known])
		.filter((known) => !isNot || known.startsWith('not '))
		.map((known) => (isNot ? known.slice('not '.length) : known));
	const meant = second.kind === 'word' ? findMeant(second.text.toLowerCase(), expected) : [];
	const asked = isNot ? 'after not' : `an operator of ${field.name}`;
	const fix = meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : `${asked}: ${expected.join(', ')}`;
	const problem = `expected ${isNot ? 'the rest of an operator' : 'an operator'}, found ${describe(second)}; ${fix}`;
	throw reader.fail({
		at: second.start,
		problem,
		expected,
		suggestions: meant,
		slot: { kind: 'operator', field: field.name, isNot },
	});
}

/** @param columns where each value begins, filled here */
function readValues(
	reader: TextReader,
	operator: Operator,
	field: QueryField,
	columns: number[],
): PlainValue | undefined {
	if (isBare(operator)) return undefined;
	const slot = { kind: 'value', field: field.name, operator } as const;
	const expect = (wanted: string, isMet: (token: Token) => boolean): Token => {
		const token = take(reader);
		if (isMet(token)) return token;
		const problem = `expected ${wanted}, found ${describe(token)}`;
		throw reader.fail({ at: token.start, problem, expected: [wanted], suggestions: [], slot });
	};
	if (operator === 'in' || operator === 'not_in') {
		expect('( before the list of values', (token) => isSymbol(token, '('));
		const values = [readScalar(reader, field, operator, columns)];
		for (;;) {
			const token = expect(', or )', (next) => isSymbol(next, ',') || isSymbol(next, ')'));
			if (token.text === ')') return values;
			values.push(readScalar(reader, field, operator, columns));
		}
	}
	const first = readScalar(reader, field, operator, columns);
	if (operator !== 'between') return first;
	expect('and before the other end', (token) => isWord(token, 'and'));
	return [first, readScalar(reader, field, operator, columns)];
}

function readScalar(reader: TextReader, field: QueryField, operator: Operator, columns: number[]): Scalar {
	const token = take(reader);
	columns.push(token.start);
	if (token.kind === 'quoted') return token.text;
	const { text } = token;
	if (token.kind !== 'word' || isJoiner(text)) {
		const fix = token.kind === 'word' ? `; to ask for the word, write ${JSON.stringify(text)}` : '';
		const problem = `expected a value of ${field.name}, found ${describe(token)}${fix}`;
		const slot = { kind: 'value', field: field.name, operator } as const;
		throw reader.fail({ at: token.start, problem, expected: ['a value'], suggestions: [], slot });
	}
	if (text === 'true' || text === 'false') return text === 'true';
	return readNumber(text) ?? text;
}
