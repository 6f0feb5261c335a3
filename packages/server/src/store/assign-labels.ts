import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { checkLabelValue } from '@rollcall/model/label/label.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from './compile-sql.ts';
import { allOf, toSql } from './query/clause.ts';
import { isUuid } from './query/cursor.ts';
import type { QuerySource } from './query/query-source.ts';
import type { TenantTransaction } from './transaction.ts';

/** Which assets: by id, ids they had before a merge included, or all that a query for devices or users finds now. */
export type LabelledAssets = { readonly assetIds: readonly string[] } | { readonly query: QuerySource };

export interface Labelling {
	readonly labelId: string;
	readonly assets: LabelledAssets;
	/** Null: the name says it all. */
	readonly value: string | null;
	readonly now: Date;
}

export interface LabellingResult {
	/** Assets that were meant. */
	readonly assets: number;
	/** Of those, how many had not had the label, or not with this value. */
	readonly changed: number;
}

/**
 * Puts a label on assets, on the primary record of each; one that has it already gets the value given now. One statement,
 * also for a million.
 *
 * @throws RollcallError `LABEL:0001` for a value that is not as it must be, `LABEL:0004` for ids that no asset has.
 */
export async function assignLabel(tx: TenantTransaction, labelling: Labelling): Promise<LabellingResult> {
	const { labelId, now } = labelling;
	const value = labelling.value === null ? null : checkLabelValue(labelling.value);
	await holdLabel(tx, labelId);
	// Elsewhere in the asset, since another record was its primary: it has one value, the one given now.
	const [result] = await runSql<LabellingResultFacts>(
		tx,
		sql`with chosen as materialized (${await chooseAssets(tx, labelling.assets)}),
			moved as (delete from asset_label l using tenant_record r, chosen c
				where l.label = ${labelId}::uuid and l.record = r.id and r.asset_id = c.asset_id and r.id <> c.record),
			put as (insert into asset_label as l (label, record, value, value_folded, added_at)
				select ${labelId}::uuid, record, ${value}::text, ${value === null ? null : fold(value)}::text, ${now}::timestamptz from chosen
				order by record
				on conflict (organization, record, label) do update
					set value = excluded.value, value_folded = excluded.value_folded, added_at = excluded.added_at
					where l.value is distinct from excluded.value
				returning 1)
			select (select count(*) from chosen)::int as assets, (select count(*) from put)::int as changed`,
	);
	return { assets: result?.assets ?? 0, changed: result?.changed ?? 0 };
}

type LabellingResultFacts = { readonly [Name in keyof LabellingResult]: number };

/** Takes a label from assets, from all records of each. */
export async function unassignLabel(
	tx: TenantTransaction,
	{ labelId, assets }: Pick<Labelling, 'labelId' | 'assets'>,
): Promise<LabellingResult> {
	const [result] = await runSql<LabellingResultFacts>(
		tx,
		sql`with chosen as materialized (${await chooseAssets(tx, assets)}),
			gone as (delete from asset_label l using tenant_record r, chosen c
				where l.label = ${labelId}::uuid and l.record = r.id and r.asset_id = c.asset_id returning r.asset_id)
			select (select count(*) from chosen)::int as assets, (select count(distinct asset_id) from gone)::int as changed`,
	);
	return { assets: result?.assets ?? 0, changed: result?.changed ?? 0 };
}

/** Nobody deletes it meanwhile. */
async function holdLabel(tx: TenantTransaction, labelId: string): Promise<void> {
	const { rowCount } = await tx.client.query('select from label where id = $1 for key share', [labelId]);
	if (rowCount !== 1) throw new TypeError('there is no such label');
}

/** `asset_id` and `record` of the primary of each. */
async function chooseAssets(tx: TenantTransaction, assets: LabelledAssets): Promise<RawBuilder<unknown>> {
	if ('query' in assets) return chooseFound(assets.query);
	const ids = await resolveAssets(tx, assets.assetIds);
	return choosePrimaries(ids);
}

function chooseFound({ checked, compiled, source }: QuerySource): RawBuilder<unknown> {
	if (checked.entity === 'event') throw new TypeError('a query for events finds no assets');
	return sql`select d.asset_id, d.record from ${source} where ${toSql(allOf([compiled.base, compiled.matches]))}`;
}

function choosePrimaries(ids: readonly string[]): RawBuilder<unknown> {
	const of = (view: string) =>
		sql`select asset_id, record from ${sql.raw(view)} where is_primary and asset_id = any (${ids}::uuid[])`;
	return sql`${of('tenant_device')} union all ${of('tenant_directory_user')}`;
}

/** Ids of assets as they are now. An id that is an asset's own is not looked up among those it had before. */
async function resolveAssets(tx: TenantTransaction, given: readonly string[]): Promise<readonly string[]> {
	const asked = [...new Set(given.map((id) => id.toLowerCase()))];
	const ids = asked.filter(isUuid);
	const rows = await runSql<{ given: string; id: string }>(
		tx,
		sql`with target as (
				select g as given, g as id from unnest(${ids}::uuid[]) g
				union all
				select a.asset_id, a.merged_into from tenant_asset_alias a where a.asset_id = any (${ids}::uuid[])
			)
			select distinct on (t.given) t.given, t.id from target t join tenant_record r on r.asset_id = t.id
			order by t.given, t.id <> t.given, t.id`,
	);
	const found = new Map(rows.map((row) => [row.given, row.id]));
	const missing = asked.filter((id) => !found.has(id));
	if (missing.length > 0) throw noSuchAssets(missing);
	return [...new Set(found.values())];
}

const mostNamed = 5;

function noSuchAssets(ids: readonly string[]): RollcallError {
	const named = ids.slice(0, mostNamed).join(', ');
	const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
	return new RollcallError({
		code: 'LABEL:0004',
		actor: 'you',
		retryable: false,
		message: `No device and no user has the id ${named}${more}. No label was changed.`,
		fix: 'Give ids of assets, as `rollcall devices --columns id,name` and `rollcall users --columns id,usernames` show them.',
		details: { field: 'assets', ids },
	});
}
