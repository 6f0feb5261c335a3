import type { CheckedRule, TextTest } from '@rollcall/model/query/checked-query.ts';
import { sql } from 'kysely';
import { instanceIdOf } from '../device-projection.ts';
import { termOf } from '../terms.ts';
import { allOf, anyOf, type Clause, notTrue } from './clause.ts';
import { isUuid } from './cursor.ts';
import { isTextTest } from './envelope-clause.ts';
import { testLabels } from './label-clause.ts';
import { integrationsOfType, type QueryContext } from './query-context.ts';
import { someOf } from './row-attributes.ts';
import { column, foldedNativeId, hasOther, isDuplicate, isLive, type Rows } from './rows.ts';
import { testState } from './state-clause.ts';
import { hasTerm } from './term-clause.ts';
import { meetsText, simplify, testText } from './text-clause.ts';
import { testTime } from './value-clause.ts';

/** Fields that are of an asset as a whole, of all its records or of those that live; undefined for any other. */
export function testAsset(rows: Rows, { field, test }: CheckedRule, context: QueryContext): Clause | undefined {
	switch (field.name) {
		case 'id':
			return isTextTest(test) ? testId(rows, simplify(test)) : test.op === 'exists';
		case 'first_observed_at':
			return test.op === 'time_range' ? testTime(column(rows, 'first_observed_at'), test) : test.op === 'exists';
		case 'labels':
			return testLabels(rows, test);
		case 'states': {
			if (!isTextTest(test)) return test.op === 'exists';
			return anyOf([testState(rows, test), hasOther(rows, (others) => testState(others, test))]);
		}
		case 'native_id':
		case 'sources':
		case 'integrations':
			if (!isTextTest(test)) return test.op === 'exists';
			return ofReported(rows, (each) => testReported(each, field.name, test, context));
		default:
			return undefined;
	}
}

function testId(rows: Rows, test: TextTest): Clause {
	const id = column(rows, 'asset_id');
	if (test.op !== 'texts') return testText(sql`${id}::text`, test);
	const ids = test.texts.filter(isUuid);
	return ids.length > 0 && sql`${id} = any (${ids}::uuid[])`;
}

function testReported(rows: Rows, name: string, test: TextTest, context: QueryContext): Clause {
	if (name === 'native_id') return testNativeId(rows, simplify(test));
	const met = integrationsOfType(context, rows.type).filter((each) =>
		meetsText(name === 'sources' ? each.kind : each.id, test),
	);
	return someOf(
		rows,
		met.map(({ id }) => id),
		context,
	);
}

function testNativeId(rows: Rows, test: TextTest): Clause {
	const exact = testText(foldedNativeId(rows), test);
	if (test.op !== 'texts') return exact;
	if (rows.type === 'user') {
		return hasTerm(
			rows,
			test.texts.map((text) => termOf('native_id', text)),
		);
	}
	// The end of the ARN has an index; AWS writes it in lower case.
	return allOf([sql`${column(rows, 'instance_id')} = any (${test.texts.map(instanceIdOf)}::text[])`, exact]);
}

/**
 * Asked of the records that live and are no duplicates, where there is any, else of all. The primary is one of them, where
 * there is any.
 */
function ofReported(rows: Rows, condition: (each: Rows) => Clause): Clause {
	return anyOf([
		condition(rows),
		hasOther(rows, (others) => allOf([isLive(others), notTrue(isDuplicate(others)), condition(others)])),
		allOf([sql`${column(rows, 'record_state')} <> 'active'`, hasOther(rows, condition)]),
	]);
}
