import { sql } from 'kysely';
import type { Clause } from './clause.ts';
import { column, type Rows } from './rows.ts';

/** Whether a row has any of these terms (`terms.ts`). */
export function hasTerm(rows: Rows, terms: readonly string[]): Clause {
	return sql`${column(rows, 'terms')} ${sql.raw(terms.length === 1 ? '@>' : '&&')} ${terms}::bigint[]`;
}
