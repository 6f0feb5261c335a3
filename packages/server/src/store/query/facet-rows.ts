import { type RawBuilder, sql } from 'kysely';
import { isCandidate } from './candidate-clause.ts';
import { allOf, type Clause, notTrue, toSql } from './clause.ts';
import { type FacetField, pairsOf } from './facet-fields.ts';
import type { QueryContext } from './query-context.ts';
import { hasOther, isThen, type Rows, source } from './rows.ts';

/** Assets to count: their primary rows are those of `rows` that meet the condition. */
export interface CountedAssets {
	readonly rows: Rows;
	readonly where: Clause;
	readonly context: QueryContext;
}

/** One count for a value of a field, by the field's number; `everyAsset` counts the assets. */
export interface PairCount {
	readonly field: number;
	readonly value: string | null;
	readonly count: number;
	readonly distinct: number;
}

/** Longer texts are counted by their beginning: no index holds them whole. */
const longestValue = 512;

/**
 * A select of `scope, field, value, count`: how many assets have the value on any of the records a query looks at, by the
 * scope of their primary and the number of the field (`pairsOf`). One pass over the rows; assets with more than one record
 * are few, and are looked at once more to count each value of them once.
 */
export function countPairs(
	assets: CountedAssets,
	fields: readonly FacetField[],
	byScope: boolean,
): RawBuilder<unknown> {
	const { rows, where, context } = assets;
	const shared = rows.type === 'device' ? false : hasOther(rows, isCandidate);
	const scope = sql.raw(byScope ? 'd.scope' : 'null::bigint');
	const single = sql`select ${scope} as scope, p.f, p.v, count(*) as n
		from ${source(rows)} cross join lateral (${pairsOf(rows, fields, context)}) p
		where ${toSql(allOf([where, notTrue(shared)]))} group by 1, 2, 3`;
	const counted = shared === false ? single : sql`${single} union all ${countShared(assets, shared, fields, scope)}`;
	return sql`select scope, f as field, left(v, ${sql.raw(String(longestValue))}) as value, sum(n)::int as count
		from (${counted}) c group by 1, 2, 3`;
}

/** A value that two records of an asset tell is one; that they tell none is one only if all of them tell none. */
function countShared(
	{ rows, where, context }: CountedAssets,
	shared: Clause,
	fields: readonly FacetField[],
	scope: RawBuilder<unknown>,
): RawBuilder<unknown> {
	const candidate = sql`(d.is_primary or ${toSql(isCandidate(rows))})`;
	return sql`select g.scope, g.f, g.v, count(*) as n from (
			select m.asset_id, m.scope, p.f, p.v, max(p.v) over (partition by m.asset_id, p.f) as some
			from (select d.asset_id, ${scope} as scope from ${source(rows)} where ${toSql(allOf([where, shared]))}) m
			join ${source(rows)} on d.asset_id = m.asset_id and ${toSql(allOf([candidate, isThen(rows)]))}
			cross join lateral (${pairsOf(rows, fields, context)}) p
			group by m.asset_id, m.scope, p.f, p.v
		) g where g.v is not null or g.some is null group by 1, 2, 3`;
}

/** Of a select of `field, value, count` the most frequent values of each field. */
export function rankPairs(pairs: RawBuilder<unknown>, limit: number): RawBuilder<unknown> {
	return sql`select field, value, count, "distinct" from (
			select field, value, count, (count(value) over (partition by field))::int as "distinct",
				row_number() over (partition by field order by value is null, count desc, value) as rank
			from (${pairs}) p
		) r where rank <= ${limit} or value is null
		order by field, value is null, count desc, value`;
}
