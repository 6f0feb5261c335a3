import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { projections } from '../projections.ts';
import { allOf, type Clause } from './clause.ts';

/**
 * Rows of one type of asset, one for each record, under the alias by which conditions name them: `d` where assets are
 * looked for by their primary rows, `x` where their other rows are looked at beside them.
 */
export interface Rows {
	readonly type: AssetType;
	readonly alias: 'd' | 'x';
	/** As they were at this moment, ISO 8601; null: as they are. */
	readonly at: string | null;
}

export function column({ alias }: Rows, name: string): RawBuilder<unknown> {
	return sql.raw(`${alias}.${name}`);
}

/** For the `from` of a query; the rows of that moment only with `isThen`. */
export function source({ type, alias, at }: Rows): RawBuilder<unknown> {
	const { table } = projections[type];
	return sql.raw(`tenant_${table}${at === null ? '' : '_past'} ${alias}`);
}

/** Whether a row is one of its moment: current rows are their own past since they changed. */
export function isThen(rows: Rows): Clause {
	if (rows.at === null) return true;
	return sql`${column(rows, 'valid_from')} <= ${rows.at}::timestamptz and ${column(rows, 'valid_to')} > ${rows.at}::timestamptz`;
}

export function isLive(rows: Rows): Clause {
	return sql`${column(rows, 'record_state')} = 'active'`;
}

/** Records of one device say the same of the same thing: all but the primary are its duplicates, whoever looked at them. */
export function isDuplicate(rows: Rows): RawBuilder<unknown> {
	return rows.type === 'device' ? sql`not ${column(rows, 'is_primary')}` : column(rows, 'is_duplicate');
}

/** The stored attributes of the row's record. One look-up by its key, and only where no column has what is asked for. */
export function attributes(rows: Rows): RawBuilder<unknown> {
	const record = column(rows, 'record');
	const current = sql`(select r.attributes from tenant_record r where r.id = ${record})`;
	if (rows.at === null) return current;
	return sql`coalesce((select v.attributes from tenant_version v where v.record = ${record}
		and v.valid_from <= ${rows.at}::timestamptz and v.valid_to > ${rows.at}::timestamptz limit 1), ${current})`;
}

export function foldedNativeId(rows: Rows): RawBuilder<unknown> {
	const { record, folded } = { record: column(rows, 'record'), folded: column(rows, 'folded') };
	return sql`coalesce(${folded} ->> 'native_id', (select r.native_id from tenant_record r where r.id = ${record}))`;
}

/**
 * Assets with another row than their primary that meets a condition. It depends on nothing of the row it is asked of, so
 * the database finds them once; few assets have other rows.
 */
export function hasOther(rows: Rows, condition: (others: Rows) => Clause): Clause {
	const others: Rows = { ...rows, alias: 'x' };
	const met = allOf([sql`not x.is_primary`, isThen(others), condition(others)]);
	if (typeof met === 'boolean') return met;
	return sql`${column(rows, 'asset_id')} in (select x.asset_id from ${source(others)} where ${met})`;
}
