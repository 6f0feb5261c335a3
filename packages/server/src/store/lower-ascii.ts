import { type RawBuilder, sql } from 'kysely';

/**
 * ASCII letters in lower case, the same under every locale. What `fold()` makes otherwise of a value stands in the row's
 * `folded` (`fold-attributes.ts`), so that of all others this is their folded form. JSON text stays JSON: nothing in it
 * but our names of members and the values has letters, and its escapes are written in lower case.
 */
export function lowerAscii(text: RawBuilder<unknown>): RawBuilder<unknown> {
	return sql`translate(${text}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;
}
