import { hostilePattern } from './width.ts';

/**
 * A value as JSON on one line, the same to every program, and harmless to a terminal: control and direction characters,
 * which JSON allows inside its texts, are escaped there.
 */
export function encodeJson(value: unknown): string {
	return JSON.stringify(value).replace(
		hostilePattern,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
