import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { toSql } from './clause.ts';
import { column, isThen, type Rows, source } from './rows.ts';

/** Devices have no identifiers to correlate by, so each is one asset under one id for ever. */
export function mayMerge(type: AssetType): boolean {
	return type !== 'device';
}

/**
 * Ids (`asset_id`) that no record stands in, each with the asset (`merged_into`) that it leads to. For the `from` of a
 * query, as `a`.
 *
 * @param at of a past moment: ids that no record stood in then, with the asset in which their record stood then. What was
 * merged only later is an asset of its own.
 */
export function aliases(at: string | null): RawBuilder<unknown> {
	if (at === null) return sql`tenant_asset_alias a`;
	const ofTypes = assetTypes.filter(mayMerge).map((type) => aliasesThen({ type, alias: 'd', at }));
	return sql`(${sql.join(ofTypes, sql` union all `)}) a`;
}

function aliasesThen(rows: Rows): RawBuilder<unknown> {
	const at = sql`${rows.at}::timestamptz`;
	return sql`select l.asset_id, ${column(rows, 'asset_id')} as merged_into
		from asset_alias l join ${source(rows)} on ${column(rows, 'record')} = l.record
		where l.organization = current_organization() and l.valid_from <= ${at} and coalesce(l.valid_to > ${at}, true)
			and ${toSql(isThen(rows))}`;
}
