import { type RawBuilder, sql } from 'kysely';

/** A condition of SQL, or what is known without asking the database: what needs no rows is not asked of them. */
export type Clause = RawBuilder<unknown> | boolean;

export function allOf(clauses: readonly Clause[]): Clause {
	return joinClauses(clauses, false, sql` and `);
}

export function anyOf(clauses: readonly Clause[]): Clause {
	return joinClauses(clauses, true, sql` or `);
}

/** @param decisive what one clause being so makes of all: false of `and`, true of `or` */
function joinClauses(clauses: readonly Clause[], decisive: boolean, separator: RawBuilder<unknown>): Clause {
	if (clauses.includes(decisive)) return decisive;
	const asked = clauses.filter((clause) => typeof clause !== 'boolean');
	const [first, ...more] = asked;
	if (first === undefined) return !decisive;
	if (more.length === 0) return first;
	return sql`(${sql.join(asked, separator)})`;
}

/** NULL counts as false, so a comparison with nothing is denied like any other that does not hold. */
export function notTrue(clause: Clause): Clause {
	return typeof clause === 'boolean' ? !clause : sql`(${clause}) is not true`;
}

export function toSql(clause: Clause): RawBuilder<unknown> {
	return typeof clause === 'boolean' ? sql.raw(String(clause)) : clause;
}
