/** What a query is written in: words, texts in quotes, symbols. What a word means depends on where it stands. */
export interface Token {
	readonly kind: 'word' | 'quoted' | 'symbol' | 'end' | 'other';
	/** Of a quoted text what it stands for, else as it is written. */
	readonly text: string;
	/** Where it begins, and where what follows it does. */
	readonly start: number;
	readonly end: number;
}

/** Why a quoted text cannot be read, and where. */
export interface QuoteFault {
	readonly at: number;
	readonly problem: string;
}

const symbols: ReadonlySet<string> = new Set(['(', ')', ',', '=', '!=', '~', '!~', '>', '<']);
const wordStart = String.raw`\p{L}\p{N}_.:/*+%#$&\-`;
const bareWord = new RegExp(String.raw`[${wordStart}@][${wordStart}@\p{M}]*`, 'uy');
/** As a word, without the sign that begins a scope. */
const bareReference = new RegExp(String.raw`[${wordStart}][${wordStart}\p{M}]*`, 'uy');
const signs = /[!=~<>]+/uy;
const anything = /./suy;
const space = /\s*/uy;
/** Words that join rules: never a value unless quoted. */
const joiners = /^(?:and|or|not)$/i;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0];
}

function isWhole(pattern: RegExp, text: string): boolean {
	return text !== '' && matchAt(pattern, text, 0) === text;
}

export function isJoiner(word: string): boolean {
	return joiners.test(word);
}

export function skipSpace(text: string, at: number): number {
	return at + (matchAt(space, text, at) ?? '').length;
}

/** The token at or after `from`, or what ails the quoted text there. */
export function readToken(text: string, from: number): Token | QuoteFault {
	const start = skipSpace(text, from);
	if (start >= text.length) return { kind: 'end', text: '', start, end: start };
	if (text[start] === '"') return readQuoted(text, start);
	const word = matchAt(bareWord, text, start);
	if (word !== undefined) return { kind: 'word', text: word, start, end: start + word.length };
	const sign = matchAt(signs, text, start) ?? matchAt(anything, text, start) ?? '';
	return { kind: symbols.has(sign) ? 'symbol' : 'other', text: sign, start, end: start + sign.length };
}

/** The word at `from` that names a field: without `@`, which begins a scope. */
export function readReferenceWord(text: string, from: number): string {
	return matchAt(bareReference, text, from) ?? '';
}

const trailingWord = new RegExp(String.raw`[${wordStart}@\p{M}]*$`, 'u');

/** The word that a text ends with, as far as it is typed. */
export function readTrailingWord(text: string): string {
	return trailingWord.exec(text)?.[0] ?? '';
}

const escapes: Readonly<Record<string, string>> = {
	'"': '"',
	'\\': '\\',
	'/': '/',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
};

function readQuoted(text: string, start: number): Token | QuoteFault {
	let value = '';
	let at = start + 1;
	for (;;) {
		const unit = text[at];
		if (unit === undefined) return { at: start, problem: 'the text that begins here has no closing quote' };
		if (unit === '"') return { kind: 'quoted', text: value, start, end: at + 1 };
		if (unit !== '\\') {
			value += unit;
			at += 1;
			continue;
		}
		const code = /^u([0-9a-f]{4})/i.exec(text.slice(at + 1, at + 6))?.[1];
		const plain = escapes[text[at + 1] ?? ''];
		if (code === undefined && plain === undefined) {
			return { at, problem: String.raw`a backslash stands before " \ / b f n r t or uXXXX; for itself write \\` };
		}
		value += code === undefined ? plain : String.fromCharCode(Number.parseInt(code, 16));
		at += code === undefined ? 2 : 6;
	}
}

/** The number that a word is, where printing the number gives the word again: `007` and `1.50` are texts. */
export function readNumber(word: string): number | undefined {
	const number = Number(word);
	return Number.isFinite(number) && String(number) === word ? number : undefined;
}

/** A text as a value is written: bare where it can be taken for nothing else. */
export function writeText(text: string): string {
	const isText = !isJoiner(text) && text !== 'true' && text !== 'false' && readNumber(text) === undefined;
	return isText && isWhole(bareWord, text) ? text : JSON.stringify(text);
}

/** A name of a tag, or a scope, as it is written beside a field. */
export function writeName(name: string): string {
	return isWhole(bareReference, name) ? name : JSON.stringify(name);
}
