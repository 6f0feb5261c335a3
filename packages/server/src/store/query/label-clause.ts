import type { Test } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { allOf, anyOf, type Clause, toSql } from './clause.ts';
import { column, hasOther, type Rows } from './rows.ts';
import { simplify, testText } from './text-clause.ts';

/** Labels of ours stand on records, and are the asset's whichever record of it they stand on. They have no history. */
export function testLabels(rows: Rows, test: Test): Clause {
	if (test.op !== 'named' && test.op !== 'exists') return false;
	const met = test.op === 'exists' ? true : allOf([sql`n.name_folded = ${test.name}`, testValue(test.test)]);
	const labels = sql`tenant_asset_label l join tenant_label n on n.id = l.label`;
	if (rows.at === null) {
		// One set of assets and no `or`: few among a million are found by an index. As an array it is taken for small, for how
		// many have a label nobody can guess who does not know which label it is; the other way round costs far more.
		return sql`${column(rows, 'asset_id')} in (select unnest(array(
			select r.asset_id from ${labels} join tenant_record r on r.id = l.record where ${toSql(met)})))`;
	}
	// Then the record may have been in another asset than now.
	const isLabelled = (each: Rows) =>
		sql`${column(each, 'record')} in (select l.record from ${labels} where ${toSql(met)})`;
	return anyOf([isLabelled(rows), hasOther(rows, isLabelled)]);
}

function testValue(test: Extract<Test, { readonly op: 'named' }>['test']): Clause {
	const value: RawBuilder<unknown> = sql`l.value_folded`;
	return test === null ? true : testText(value, simplify(test));
}
