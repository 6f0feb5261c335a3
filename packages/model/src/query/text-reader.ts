import type { RollcallError } from '../errors/rollcall-error.ts';
import type { QueryField } from './fields.ts';
import type { Entity } from './query.ts';
import { quote } from './rule-fault.ts';
import { readToken, type Token } from './scan-text.ts';

/** What should have stood where a text could not be read on: what a query bar offers there. */
export interface Slot {
	readonly kind: 'field' | 'name' | 'scope' | 'operator' | 'value' | 'sign' | 'join' | 'quote';
	/** The field whose name, scope, operator or value it is. */
	readonly field?: QueryField;
}

export interface TextFault {
	/** Index into the text. */
	readonly at: number;
	readonly problem: string;
	readonly expected: readonly string[];
	readonly suggestions: readonly string[];
	readonly slot: Slot;
}

/** A text, and how far it is read. */
export interface TextReader {
	readonly text: string;
	readonly entity: Entity;
	readonly fail: (fault: TextFault) => RollcallError;
	at: number;
	/** Open parentheses and denials. */
	nesting: number;
}

export function peek(reader: TextReader): Token {
	const token = readToken(reader.text, reader.at);
	if ('problem' in token) throw reader.fail({ ...token, expected: ['"'], suggestions: [], slot: { kind: 'quote' } });
	return token;
}

export function take(reader: TextReader): Token {
	const token = peek(reader);
	reader.at = token.end;
	return token;
}

export function isWord(token: Token, word: string): boolean {
	return token.kind === 'word' && token.text.toLowerCase() === word;
}

export function isSymbol(token: Token, symbol: string): boolean {
	return token.kind === 'symbol' && token.text === symbol;
}

export function describe(token: Token): string {
	return token.kind === 'end' ? 'the end' : quote(token.text);
}
