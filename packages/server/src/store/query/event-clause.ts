import type { CheckedRule, TextTest } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { lowerAscii } from '../lower-ascii.ts';
import { aliases } from './alias-clause.ts';
import { anyOf, type Clause, toSql } from './clause.ts';
import { isUuid } from './cursor.ts';
import { isTextTest } from './envelope-clause.ts';
import type { QueryContext } from './query-context.ts';
import { meetsText, simplify, testText } from './text-clause.ts';
import { testTime } from './value-clause.ts';

/** A rule of one event, on `e`. Nothing of an event is ever unknown. */
export function testEvent({ field, test }: CheckedRule, context: QueryContext): Clause {
	const value = eventValue(field.name);
	if (test.op === 'exists') return sql`${value} is not null`;
	if (test.op === 'time_range') return testTime(value, test);
	if (!isTextTest(test)) return false;
	if (field.name === 'source' || field.name === 'integration') {
		const met = context.integrations.filter((each) => meetsText(field.name === 'source' ? each.kind : each.id, test));
		return met.length > 0 && sql`e.integration = any (${met.map(({ id }) => id)}::uuid[])`;
	}
	if (field.values !== undefined) {
		const met = field.values.filter((each) => meetsText(each, test));
		return met.length > 0 && sql`${value} = any (${met}::text[])`;
	}
	if (field.name === 'asset') return testAssetId(simplify(test), context);
	return testText(field.name === 'value' ? foldedValue(value) : sql`${value}::text`, simplify(test));
}

/** The id that the event was written under, or the one that this leads to. */
function testAssetId(test: TextTest, { at }: QueryContext): Clause {
	if (test.op !== 'texts') {
		return anyOf([
			testText(sql`e.asset_id::text`, test),
			sql`exists (select from ${aliases(at)} where a.asset_id = e.asset_id and ${toSql(testText(sql`a.merged_into::text`, test))})`,
		]);
	}
	const ids = test.texts.filter(isUuid);
	// One array, made first: then events are looked up by it.
	return (
		ids.length > 0 &&
		sql`e.asset_id = any (array(select unnest(${ids}::uuid[])
			union all select a.asset_id from ${aliases(at)} where a.merged_into = any (${ids}::uuid[])))`
	);
}

function eventValue(name: string): RawBuilder<unknown> {
	switch (name) {
		case 'source':
			return sql`e.integration`;
		case 'asset':
			return sql`e.asset_id`;
		case 'value':
			return sql`(e.value #>> '{}')`;
		default:
			return sql.raw(`e.${name}`);
	}
}

/** What the database cannot fold by itself stands beside the value. */
function foldedValue(value: RawBuilder<unknown>): RawBuilder<unknown> {
	return sql`coalesce(e.value_folded, ${lowerAscii(value)})`;
}
