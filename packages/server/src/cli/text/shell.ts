import { toHarmless } from './width.ts';

/** A text as one word of a POSIX shell, in single quotes whatever it holds. */
export function quoteForShell(text: string): string {
	return `'${toHarmless(text).replaceAll("'", `'\\''`)}'`;
}
