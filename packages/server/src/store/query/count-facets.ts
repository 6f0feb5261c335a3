import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { allOf, type Clause, toSql } from './clause.ts';
import { readCounters } from './facet-counters.ts';
import { chooseFacetFields, everyAsset, type FacetField } from './facet-fields.ts';
import { type CountedAssets, countPairs, type PairCount, rankPairs } from './facet-rows.ts';
import type { QuerySource } from './query-source.ts';
import { column, isThen, type Rows } from './rows.ts';

export interface FacetOptions {
	/** Names of `listFacetFields`; absent: all of them. */
	readonly fields?: readonly string[];
	/** The exact figure, however long it takes. */
	readonly exact?: boolean;
	/** Values of each field, the most frequent ones. */
	readonly limitPerField?: number;
}

export interface FacetValue {
	/** Null: no record of the asset tells one; it has none, or it is unknown. */
	readonly value: string | null;
	readonly count: number;
}

export interface Facet {
	readonly field: string;
	/** Most frequent first, and behind them those without a value. */
	readonly values: readonly FacetValue[];
	/** Different values there are; of an estimate, that were seen. */
	readonly distinct: number;
}

export interface FacetCounts {
	/** Assets that were counted. */
	readonly total: number;
	/** All counts come from the fixed sample of one asset in fifty, or from counters that a running collection is ahead of. */
	readonly isEstimate: boolean;
	readonly facets: readonly Facet[];
}

/** Up to this many assets are counted one by one. */
export const exactLimit = 10_000;
/** One asset in so many is in the sample (`isSampled`). */
const sampleRatio = 50;
const defaultLimit = 20;

/**
 * How many of the assets that match have which values (`inventory.md`, Queries): without a filter from counters, up to
 * 10,000 matches exactly, beyond from the sample unless the exact figure is asked for.
 */
export async function countFacets(
	tx: TenantTransaction,
	query: QuerySource,
	options: FacetOptions = {},
): Promise<FacetCounts> {
	const type = typeOf(query);
	const fields = chooseFacetFields(type, options.fields);
	const limit = options.limitPerField ?? defaultLimit;
	const counted = await readCounters(tx, query, type, fields, limit);
	if (counted?.isCurrent === true) return toFacets(fields, counted.counts, 1);
	const { assets, factor } = (await findFew(tx, query, type, options.exact === true)) ?? {};
	if (assets === undefined && counted !== undefined)
		return { ...toFacets(fields, counted.counts, 1), isEstimate: true };
	const chosen = assets ?? sampleOf(query, type);
	return toFacets(fields, await countRanked(tx, chosen, fields, limit), factor ?? sampleRatio);
}

function typeOf({ checked: { entity } }: QuerySource): AssetType {
	if (entity === 'event') throw new TypeError('events have no facets');
	return entity;
}

function rowsOf({ context }: QuerySource, type: AssetType): Rows {
	return { type, alias: 'd', at: context.at };
}

/** The matches themselves, where they are few or all of them are asked for; undefined where they are too many. */
async function findFew(
	tx: TenantTransaction,
	query: QuerySource,
	type: AssetType,
	all: boolean,
): Promise<{ readonly assets: CountedAssets; readonly factor: 1 } | undefined> {
	const { compiled, source, context } = query;
	const rows = rowsOf(query, type);
	const where = allOf([compiled.base, compiled.matches]);
	if (all) return { assets: { rows, where, context }, factor: 1 };
	const found = await findRecords(
		tx,
		sql`select d.record from ${source} where ${toSql(where)} limit ${exactLimit + 1}`,
	);
	if (found.length > exactLimit) return undefined;
	return { assets: { rows, where: isOneOf(rows, found), context }, factor: 1 };
}

async function findRecords(tx: TenantTransaction, select: RawBuilder<unknown>): Promise<readonly string[]> {
	const [row] = await runSql<{ records: readonly string[] | null }>(
		tx,
		sql`select array_agg(m.record) as records from (${select}) m`,
	);
	return row?.records ?? [];
}

/** What was found by the whole query is found again by its keys. */
function isOneOf(rows: Rows, records: readonly string[]): Clause {
	if (records.length === 0) return false;
	return allOf([column(rows, 'is_primary'), sql`d.record = any (${records}::bigint[])`, isThen(rows)]);
}

function sampleOf(query: QuerySource, type: AssetType): CountedAssets {
	const { compiled, context } = query;
	const rows = rowsOf(query, type);
	return { rows, where: allOf([column(rows, 'sampled'), compiled.base, compiled.matches]), context };
}

async function countRanked(
	tx: TenantTransaction,
	assets: CountedAssets,
	fields: readonly FacetField[],
	limit: number,
): Promise<readonly PairCount[]> {
	return await runSql<PairCount>(tx, rankPairs(countPairs(assets, fields, false), limit));
}

function toFacets(fields: readonly FacetField[], counts: readonly PairCount[], factor: number): FacetCounts {
	const byField = Map.groupBy(counts, ({ field }) => field);
	return {
		total: (byField.get(everyAsset)?.[0]?.count ?? 0) * factor,
		isEstimate: factor !== 1,
		facets: fields.map(({ name }, index) => {
			const values = byField.get(index) ?? [];
			return {
				field: name,
				values: values.map(({ value, count }) => ({ value, count: count * factor })),
				distinct: values[0]?.distinct ?? 0,
			};
		}),
	};
}
