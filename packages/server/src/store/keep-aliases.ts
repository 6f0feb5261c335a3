import type { Correlation } from '@rollcall/model/asset/correlation.ts';
import type { TenantTransaction } from './transaction.ts';

/**
 * Keeps `asset_alias` after a correlation: an id that records stand in leads nowhere else, and every other that an asset ever
 * had leads, in one step, to the asset in which its record (`AssetAlias`) stands. What is over stays, for past moments.
 */
export async function keepAliases(
	tx: TenantTransaction,
	{ records, moves, aliases }: Correlation,
	moment: Date,
): Promise<void> {
	// Ids come to stand for something else only where records move.
	if (moves.length === 0) return;
	const assetOf = new Map(records.map(({ recordId, assetId }) => [recordId, assetId]));
	await endAliases(tx, [...new Set([...assetOf.values(), ...aliases.map(({ assetId }) => assetId)])], moment);
	if (aliases.length > 0) {
		await tx.client.query(
			`insert into asset_alias (asset_id, record, merged_into, valid_from)
			select g.asset_id, g.record, g.merged_into, $4 from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as g(asset_id, record, merged_into)`,
			[
				aliases.map(({ assetId }) => assetId),
				aliases.map(({ recordId }) => recordId),
				aliases.map(({ recordId }) => assetOf.get(recordId)),
				moment,
			],
		);
	}
	const moved = moves.flatMap(({ recordIds, to }) => recordIds.map((record) => ({ record, to })));
	await tx.client.query(
		`update asset_alias a set merged_into = g.merged_into from unnest($1::bigint[], $2::uuid[]) as g(record, merged_into)
		where a.record = g.record and a.valid_to is null and a.merged_into <> g.merged_into`,
		[moved.map(({ record }) => record), moved.map(({ to }) => to)],
	);
}

/** What began at this moment or later never was. */
async function endAliases(tx: TenantTransaction, assetIds: readonly string[], moment: Date): Promise<void> {
	const current = 'asset_id = any ($1) and organization = current_organization() and valid_to is null';
	await tx.client.query(`delete from asset_alias where ${current} and valid_from >= $2`, [assetIds, moment]);
	await tx.client.query(`update asset_alias set valid_to = $2 where ${current}`, [assetIds, moment]);
}
