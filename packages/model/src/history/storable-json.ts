import { toStorableText } from './text.ts';

/** One escape in JSON text: a surrogate pair, a lone surrogate, NUL, or any other (a backslash before u included). */
const escapePattern = /\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\u0000|\\./g;

/**
 * JSON text whose strings, once parsed, hold neither NUL nor lone surrogates, by the rule of `toStorableText`. It works
 * on the text, so that numbers beyond 2^53 pass untouched. Returns the very same string when nothing had to change.
 */
export function toStorableJson(json: string): string {
	const storable = toStorableText(json);
	return storable.includes('\\u') ? storable.replace(escapePattern, mendEscape) : storable;
}

function mendEscape(sequence: string): string {
	const lone = sequence.length === 6 && (sequence === '\\u0000' || /^\\u[dD]/.test(sequence));
	return lone ? '\\ufffd' : sequence;
}
