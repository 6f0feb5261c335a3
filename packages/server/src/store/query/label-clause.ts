import type { Test } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { allOf, anyOf, type Clause, toSql } from './clause.ts';
import { column, hasOther, type Rows } from './rows.ts';
import { simplify, testText } from './text-clause.ts';

/** Labels of ours stand on records, and are the asset's whichever record of it they stand on. They have no history. */
export function testLabels(rows: Rows, test: Test): Clause {
	if (test.op !== 'named' && test.op !== 'exists') return false;
	const met = test.op === 'exists' ? true : allOf([sql`n.name_folded = ${test.name}`, testValue(test.test)]);
	const labelled = sql`select l.record from tenant_asset_label l join tenant_label n on n.id = l.label where ${toSql(met)}`;
	const isLabelled = (each: Rows) => sql`${column(each, 'record')} in (${labelled})`;
	return anyOf([isLabelled(rows), hasOther(rows, isLabelled)]);
}

function testValue(test: Extract<Test, { readonly op: 'named' }>['test']): Clause {
	const value: RawBuilder<unknown> = sql`l.value_folded`;
	return test === null ? true : testText(value, simplify(test));
}
