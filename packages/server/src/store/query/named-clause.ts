import type { TextTest } from '@rollcall/model/query/checked-query.ts';
import { sql } from 'kysely';
import { lowerAscii } from '../lower-ascii.ts';
import { tagNameTerm, tagTerm } from '../terms.ts';
import { allOf, type Clause } from './clause.ts';
import { stored } from './row-attributes.ts';
import { column, type Rows } from './rows.ts';
import { simplify, testText } from './text-clause.ts';

/** Tags: by their terms, and where a part of the value is asked for, by the value itself. */
export function testNamed(rows: Rows, attribute: string, name: string, test: TextTest | null): Clause {
	const terms = column(rows, 'terms');
	const isNamed = sql`${terms} @> ${[tagNameTerm(name)]}::bigint[]`;
	if (test === null) return isNamed;
	const simple = simplify(test);
	if (simple.op === 'texts') {
		const wanted = simple.texts.map((text) => tagTerm(name, text));
		return sql`${terms} ${sql.raw(wanted.length === 1 ? '@>' : '&&')} ${wanted}::bigint[]`;
	}
	// The folded form of a map, where the database cannot make it, is a list of pairs: names that fold alike stand there too.
	const pairs = sql`(${column(rows, 'folded')} -> ${attribute}::text)`;
	const inPairs = sql`exists (select from jsonb_path_query(${pairs}, '$[*]') as p(v)
		where p.v ->> 0 = ${name} and ${testText(sql`(p.v ->> 1)`, simple)})`;
	const inMap = sql`exists (select from jsonb_each_text(${stored(rows, attribute)}) as p(name, value)
		where ${lowerAscii(sql`p.name`)} = ${name} and ${testText(lowerAscii(sql`p.value`), simple)})`;
	return allOf([isNamed, sql`case when ${pairs} is null then ${inMap} else ${inPairs} end`]);
}
