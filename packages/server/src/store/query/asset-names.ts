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
	const current = await resolveAliases(tx, ids);
	const selects = assetTypes.map(
		(type) => sql`select d.asset_id as id, ${type} as type, ${names[type]} as name
			from ${sql.raw(`tenant_${projections[type].table}`)} d join tenant_record r on r.id = d.record
			where d.is_primary and d.asset_id = any (${[...new Set(current.values())]}::uuid[])`,
	);
	const rows = await runSql<NamedAsset>(tx, sql.join(selects, sql` union all `));
	const found = new Map(rows.map((row) => [row.id, row]));
	return new Map(
		ids.flatMap((id): [string, NamedAsset][] => {
			const asset = found.get(current.get(id) ?? id);
			return asset === undefined ? [] : [[id, asset]];
		}),
	);
}

/** The asset that each id stands for now. */
async function resolveAliases(tx: TenantTransaction, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
	const rows = await runSql<{ id: string; current: string }>(
		tx,
		sql`with recursive step (id, current, depth) as (
				select g.id, g.id, 0 from unnest(${ids}::uuid[]) g(id)
				union all
				select s.id, a.merged_into, s.depth + 1 from step s join asset_alias a on a.asset_id = s.current
					and a.organization = current_organization() where s.depth < ${mostMerges}
			)
			select distinct on (id) id, current from step order by id, depth desc`,
	);
	return new Map(rows.map(({ id, current }) => [id, current]));
}

/** Merges one after the other; an alias that leads in a circle ends there. */
const mostMerges = 50;

/** An asset's own id and all that it had before merges. */
export async function listFormerIds(tx: TenantTransaction, assetId: string): Promise<readonly string[]> {
	const rows = await runSql<{ id: string }>(
		tx,
		sql`with recursive former (id) as (
				select ${assetId}::uuid
				union
				select a.asset_id from former f join asset_alias a on a.merged_into = f.id and a.organization = current_organization()
			)
			select id from former`,
	);
	return rows.map(({ id }) => id);
}
