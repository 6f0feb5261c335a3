import type { Test } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { allOf, type Clause } from './clause.ts';

type TestOf<Op extends Test['op']> = Extract<Test, { readonly op: Op }>;
type Value = RawBuilder<unknown>;

export function testJsonFlag({ value }: TestOf<'flag'>): (json: Value) => Clause {
	return (json) => sql`${json} = ${String(value)}::jsonb`;
}

/** Numbers of JSON compare as numbers; what is no number is none of them. */
export function testJsonNumber(test: TestOf<'numbers'> | TestOf<'number_range'>): (json: Value) => Clause {
	if (test.op === 'numbers') return (json) => sql`${json} = any (${test.numbers.map(String)}::jsonb[])`;
	const { above, below, from, to } = test;
	const bound = (json: Value, operator: string, limit: number | undefined): Clause =>
		limit === undefined ? true : sql`${json} ${sql.raw(operator)} ${String(limit)}::jsonb`;
	return (json) =>
		allOf([
			sql`jsonb_typeof(${json}) = 'number'`,
			bound(json, '>', above),
			bound(json, '<', below),
			bound(json, '>=', from),
			bound(json, '<=', to),
		]);
}

/** Of times there is one spelling a moment, so their texts compare as they do. */
export function testJsonTime(test: TestOf<'time_range'>): (json: Value) => Clause {
	return (json) => testBounds(sql`((${json} #>> '{}') collate "C")`, test, (time) => sql`${time}::text`);
}

export function testTime(time: Value, test: TestOf<'time_range'>): Clause {
	return testBounds(time, test, (moment) => sql`${moment}::timestamptz`);
}

function testBounds(value: Value, test: TestOf<'time_range'>, write: (moment: string) => Value): Clause {
	const bound = (operator: string, moment: string | undefined): Clause =>
		moment === undefined ? true : sql`${value} ${sql.raw(operator)} ${write(moment)}`;
	const bounds = allOf([
		bound('>', test.after),
		bound('>=', test.from),
		bound('<=', test.until),
		bound('<', test.before),
	]);
	return bounds === true ? sql`${value} is not null` : bounds;
}
