import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import { indexableId } from './indexable.ts';
import type { ScopeWrite } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

/** Replaces the observations of each scope and enrichment that was read; those that say the same are left alone. */
export async function writeObservations(tx: TenantTransaction, writes: readonly ScopeWrite[]): Promise<void> {
	const sets = writes.flatMap((write) =>
		(write.observations ?? []).map(({ action, observations }) => ({
			scope: write.scopeId,
			action,
			at: write.observedAt.toISOString(),
			items: observations.map(({ kind, nativeId, document }) => ({ kind, native_id: indexableId(nativeId), document })),
		})),
	);
	if (sets.length === 0) return;
	const given = toStorableJson(JSON.stringify(sets));
	await tx.client.query(
		`delete from scope_observation o
		using jsonb_to_recordset($1::jsonb) as g(scope bigint, action text, items jsonb)
		where o.scope = g.scope and o.action = g.action
			and not exists (select from jsonb_to_recordset(g.items) as i(kind text, native_id text)
				where i.kind = o.kind and i.native_id = o.native_id)`,
		[given],
	);
	await tx.client.query(
		`insert into scope_observation (scope, action, kind, native_id, document, observed_at)
		select distinct on (g.scope, g.action, i.kind, i.native_id) g.scope, g.action, i.kind, i.native_id, i.document, g.at
		from jsonb_to_recordset($1::jsonb) as g(scope bigint, action text, at timestamptz, items jsonb)
		cross join lateral jsonb_to_recordset(g.items) as i(kind text, native_id text, document jsonb)
		-- A conflict locks its row even where nothing is to be updated.
		where not exists (select from scope_observation o where o.scope = g.scope and o.action = g.action
			and o.kind = i.kind and o.native_id = i.native_id and o.document = i.document)
		on conflict (scope, action, kind, native_id) do update set document = excluded.document, observed_at = excluded.observed_at
		where scope_observation.document <> excluded.document`,
		[given],
	);
}
