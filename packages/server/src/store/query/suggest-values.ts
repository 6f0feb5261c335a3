import { assetKinds, attributesOfKind } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { fold } from '@rollcall/model/history/text.ts';
import type { QueryField } from '@rollcall/model/query/fields.ts';
import { sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import { tagNameTerm } from '../terms.ts';
import type { TenantTransaction } from '../transaction.ts';
import { allOf, toSql } from './clause.ts';
import { exactLimit } from './count-facets.ts';
import { listFacetFields } from './facet-fields.ts';
import { isLivePrimary } from './related-clause.ts';
import { attributes, column, type Rows, source } from './rows.ts';

export interface SuggestOptions {
	/** Of tags: the name whose values are asked for; without it the names themselves are. */
	readonly name?: string;
	/** Matched whatever its case; values that begin with it come before those that hold it. */
	readonly text: string;
	readonly limit?: number;
}

export interface SuggestedValue {
	readonly value: string;
	/** Live assets with it: of a big inventory of one asset in fifty. Null where it was not counted. */
	readonly count: number | null;
}

const defaultLimit = 20;
/** Of more different values the rare ones are not suggested. */
const mostValues = 50_000;

/** Values that a field has and that a text may be the beginning of, the most frequent first. */
export async function suggestValues(
	tx: TenantTransaction,
	field: QueryField,
	{ name, text, limit = defaultLimit }: SuggestOptions,
): Promise<readonly SuggestedValue[]> {
	const known = field.values?.map((value) => ({ value, count: null }));
	const values = known ?? (field.entity === 'event' ? [] : await listValues(tx, field.entity, field, name));
	const wanted = fold(text);
	const begins = values.filter(({ value }) => fold(value).startsWith(wanted));
	const holds = values.filter(({ value }) => !fold(value).startsWith(wanted) && fold(value).includes(wanted));
	return [...begins, ...holds].slice(0, limit);
}

async function listValues(
	tx: TenantTransaction,
	type: AssetType,
	field: QueryField,
	name: string | undefined,
): Promise<readonly SuggestedValue[]> {
	if (field.type === 'named' && name !== undefined) return await listTagValues(tx, type, name);
	const counted = await listCounted(tx, type, field);
	return counted.length > 0 ? counted : await listTold(tx, type, field);
}

/** From what is kept for each scope. */
async function listCounted(
	tx: TenantTransaction,
	type: AssetType,
	{ name }: QueryField,
): Promise<readonly SuggestedValue[]> {
	if (!listFacetFields(type).includes(name)) return [];
	return await runSql<SuggestedValue>(
		tx,
		sql`select f.value, f.count::int as count from tenant_facet_total f
			where f.type = ${type} and f.field = ${name} and f.value is not null
			order by 2 desc, 1 limit ${mostValues}`,
	);
}

/** From the records themselves. */
async function listTold(
	tx: TenantTransaction,
	type: AssetType,
	{ attribute, member }: QueryField,
): Promise<readonly SuggestedValue[]> {
	if (!assetKinds.some((kind) => Object.hasOwn(attributesOfKind(kind), attribute))) return [];
	const rows: Rows = { type, alias: 'd', at: null };
	const value = member === undefined ? sql`(e.v #>> '{}')` : sql`(e.v ->> ${member}::text)`;
	return await runSql<SuggestedValue>(
		tx,
		sql`select ${value} as value, count(*)::int as count from ${source(rows)}
			cross join lateral jsonb_path_query(${attributes(rows)} -> ${attribute}::text, '$[*]') e(v)
			where ${toSql(await whereLooked(tx, rows))} and jsonb_typeof(e.v) <> 'array' and ${value} is not null
			group by 1 order by 2 desc, 1 limit ${mostValues}`,
	);
}

async function listTagValues(tx: TenantTransaction, type: AssetType, name: string): Promise<readonly SuggestedValue[]> {
	const rows: Rows = { type, alias: 'd', at: null };
	const pairs = await runSql<{ name: string; value: string; count: number }>(
		tx,
		sql`select t.key as name, t.value, count(*)::int as count from ${source(rows)}
			cross join lateral jsonb_each_text(${attributes(rows)} -> 'tags') t
			where ${column(rows, 'terms')} @> ${[tagNameTerm(fold(name))]}::bigint[] and ${toSql(await whereLooked(tx, rows))}
			group by 1, 2 order by 3 desc, 2 limit ${mostValues}`,
	);
	return pairs.filter((pair) => fold(pair.name) === fold(name)).map(({ value, count }) => ({ value, count }));
}

/** All live assets where they are few, else the sample. */
async function whereLooked(tx: TenantTransaction, rows: Rows) {
	const live = isLivePrimary(rows);
	const [row] = await runSql<{ total: number }>(
		tx,
		sql`select count(*)::int as total from (select from ${source(rows)} where ${toSql(live)} limit ${exactLimit + 1}) few`,
	);
	return allOf([live, (row?.total ?? 0) <= exactLimit || column(rows, 'sampled')]);
}
