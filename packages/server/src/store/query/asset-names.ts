import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import { projections } from '../projections.ts';
import type { TenantTransaction } from '../transaction.ts';

export interface NamedAsset {
	/** The asset it is now: that of an id from before a merge is the one it was merged into. */
	readonly id: string;
	readonly type: AssetType;
	readonly name: string;
}

/** What each type of asset is called by: its name, or what stands for it where it has none. */
const names: Readonly<Record<AssetType, RawBuilder<unknown>>> = {
	device: sql`coalesce(r.attributes ->> 'name', d.instance_id)`,
	user: sql`coalesce(r.attributes -> 'usernames' ->> 0, d.user_id)`,
};

/** Names of assets by the ids they have, or had before they were merged. */
export async function nameAssets(
	tx: TenantTransaction,
	assetIds: readonly string[],
): Promise<ReadonlyMap<string, NamedAsset>> {
	const ids = [...new Set(assetIds)];
	if (ids.length === 0) return new Map();
	const aliases = await readAliases(tx, ids);
	const selects = assetTypes.map(
		(type) => sql`select d.asset_id as id, ${type} as type, ${names[type]} as name
			from ${sql.raw(`tenant_${projections[type].table}`)} d join tenant_record r on r.id = d.record
			where d.is_primary and d.asset_id = any (${[...new Set([...ids, ...aliases.values()])]}::uuid[])`,
	);
	const rows = await runSql<NamedAsset>(tx, sql.join(selects, sql` union all `));
	const found = new Map(rows.map((row) => [row.id, row]));
	return new Map(
		ids.flatMap((id): [string, NamedAsset][] => {
			const asset = found.get(id) ?? found.get(aliases.get(id) ?? '');
			return asset === undefined ? [] : [[id, asset]];
		}),
	);
}

/** The asset that each of these ids leads to; without those that lead nowhere else. */
async function readAliases(tx: TenantTransaction, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
	const rows = await runSql<{ asset_id: string; merged_into: string }>(
		tx,
		sql`select asset_id, merged_into from tenant_asset_alias where asset_id = any (${ids}::uuid[])`,
	);
	return new Map(rows.map(({ asset_id, merged_into }) => [asset_id, merged_into]));
}

/** An asset's own id and all that lead to it. */
export async function listFormerIds(tx: TenantTransaction, assetId: string): Promise<readonly string[]> {
	const rows = await runSql<{ id: string }>(
		tx,
		sql`select ${assetId}::uuid as id union all select a.asset_id from tenant_asset_alias a where a.merged_into = ${assetId}::uuid`,
	);
	return rows.map(({ id }) => id);
}
