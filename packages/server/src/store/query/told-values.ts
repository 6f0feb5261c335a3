import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { fold } from '@rollcall/model/history/text.ts';
import type { QueryField } from '@rollcall/model/query/fields.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import { tagNameTerm } from '../terms.ts';
import type { TenantTransaction } from '../transaction.ts';
import { allOf, toSql } from './clause.ts';
import { exactLimit } from './count-facets.ts';
import { readIntegrations } from './query-context.ts';
import { isLivePrimary } from './related-clause.ts';
import { unlessSkipped } from './row-attributes.ts';
import { attributes, column, type Rows, source } from './rows.ts';

/** A value, and how many live assets have it: of a big inventory of one asset in fifty. */
export interface ToldValue {
	readonly value: string;
	readonly count: number;
}

/** Of more different values the rare ones are not listed. */
export const mostValues = 50_000;

/** Values of a field from the primary records themselves, the most frequent first. */
export async function listTold(
	tx: TenantTransaction,
	type: AssetType,
	field: QueryField,
): Promise<readonly ToldValue[]> {
	const rows: Rows = { type, alias: 'd', at: null };
	return await runSql<ToldValue>(
		tx,
		sql`select t.value collate "C" as value, count(*)::int as count from ${source(rows)} cross join lateral (${valuesOf(rows, field)}) t(value)
			where ${toSql(await whereTold(tx, rows, field.attribute))} and t.value is not null
			group by 1 order by 2 desc, 1 limit ${mostValues}`,
	);
}

/** A select of the values of a row, each once. */
function valuesOf(rows: Rows, { name, attribute, type, member, members }: QueryField): RawBuilder<unknown> {
	if (name === 'instance_id') return sql`select ${column(rows, 'instance_id')}`;
	if (name === 'ips') {
		return sql`select distinct host(i) from unnest(${column(rows, 'internal_ips')} || ${column(rows, 'external_ips')}
			|| ${column(rows, 'ipv6')}) i`;
	}
	const stored = sql`(${attributes(rows)} -> ${attribute}::text)`;
	if (type === 'named') {
		return sql`select jsonb_object_keys(case jsonb_typeof(${stored}) when 'object' then ${stored} end)`;
	}
	const elements = sql`jsonb_path_query(${stored}, '$[*]') e(v)`;
	const asked = members ?? (member === undefined ? [] : [member]);
	if (asked.length === 0) {
		return sql`select distinct e.v #>> '{}' from ${elements} where jsonb_typeof(e.v) not in ('array', 'object')`;
	}
	return sql`select distinct m.v from ${elements}
		cross join lateral unnest(array[${sql.join(asked.map((each) => sql`e.v ->> ${each}::text`))}]) m(v)`;
}

/** Values of the tags of a name, however it is capitalised. */
export async function listTagValues(
	tx: TenantTransaction,
	type: AssetType,
	name: string,
): Promise<readonly ToldValue[]> {
	const rows: Rows = { type, alias: 'd', at: null };
	const pairs = await runSql<ToldValue & { readonly name: string }>(
		tx,
		sql`select t.key as name, t.value collate "C" as value, count(*)::int as count from ${source(rows)}
			cross join lateral jsonb_each_text(${attributes(rows)} -> 'tags') t
			where ${column(rows, 'terms')} @> ${[tagNameTerm(fold(name))]}::bigint[] and ${toSql(await whereTold(tx, rows, 'tags'))}
			group by 1, 2 order by 3 desc, 2 limit ${mostValues}`,
	);
	return pairs.filter((pair) => fold(pair.name) === fold(name)).map(({ value, count }) => ({ value, count }));
}

/** Names of labels, also of those that nothing has, or the values of one of them. */
export async function listLabelValues(
	tx: TenantTransaction,
	type: AssetType,
	name: string | undefined,
): Promise<readonly ToldValue[]> {
	const rows: Rows = { type, alias: 'd', at: null };
	const live = sql`${source(rows)} on d.asset_id = r.asset_id and ${toSql(isLivePrimary(rows))}`;
	const labels = sql`tenant_label n left join tenant_asset_label l on l.label = n.id
		left join tenant_record r on r.id = l.record left join ${live}`;
	const chosen =
		name === undefined
			? sql`select n.name as value, count(distinct d.asset_id)::int as count from ${labels}`
			: sql`select l.value, count(distinct d.asset_id)::int as count from ${labels}
				where n.name_folded = ${fold(name)} and l.value is not null`;
	return await runSql<ToldValue>(tx, sql`${chosen} group by 1 order by 2 desc, 1 limit ${mostValues}`);
}

/** What was told by an enrichment that is switched off is not suggested: nothing would be found by it. */
async function whereTold(tx: TenantTransaction, rows: Rows, attribute: string) {
	const integrations = await readIntegrations(tx);
	return unlessSkipped(rows, attribute, { at: null, integrations, accounts: [] }, await whereLooked(tx, rows));
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
