import type { RecordId, ScopeId, ScopeWrite } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

/** When a record's own read was last answered. */
export interface DetailState {
	readonly recordId: RecordId;
	readonly action: string;
	readonly confirmedAt: Date;
}

/** What is known of the own reads of the live records of scopes. */
export async function listDetailStates(
	tx: TenantTransaction,
	scopeIds: readonly ScopeId[],
): Promise<readonly DetailState[]> {
	const { rows } = await tx.client.query<DetailState>(
		`select d.record as "recordId", d.action, d.confirmed_at as "confirmedAt"
		from source_record r join record_detail d on d.record = r.id
		where r.scope = any ($1) and r.state <> 'retired'`,
		[scopeIds],
	);
	return rows;
}

/**
 * Notes which records' own reads were answered, and forgets those of records that changed since. Idempotent; an older
 * answer never replaces a newer one.
 */
export async function confirmDetails(
	tx: TenantTransaction,
	integrationId: string,
	writes: readonly ScopeWrite[],
): Promise<void> {
	const stale = writes.flatMap(({ staleIds }) => staleIds ?? []);
	if (stale.length > 0) await tx.client.query('delete from record_detail where record = any ($1)', [stale]);
	const confirmed = writes.flatMap(({ details = [] }) =>
		details.flatMap(({ action, nativeIds, at }) => nativeIds.map((nativeId) => ({ nativeId, action, at }))),
	);
	if (confirmed.length === 0) return;
	await tx.client.query(
		`insert into record_detail (record, action, confirmed_at)
		select r.id, g.action, max(g.at)
		from unnest($1::text[], $2::text[], $3::timestamptz[]) as g(native_id, action, at)
		join source_record r on r.native_id = g.native_id and r.integration = $4
		group by r.id, g.action
		on conflict (record, action) do update set confirmed_at = excluded.confirmed_at
		where record_detail.confirmed_at < excluded.confirmed_at`,
		[
			confirmed.map(({ nativeId }) => nativeId),
			confirmed.map(({ action }) => action),
			confirmed.map(({ at }) => at),
			integrationId,
		],
	);
}

/** These attributes of the live records of a scope as they are stored, by native id. */
export async function readStoredAttributes(
	tx: TenantTransaction,
	scopeId: ScopeId,
	names: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
	const { rows } = await tx.client.query<{ native_id: string; attributes: Readonly<Record<string, unknown>> }>(
		`select r.native_id, (select coalesce(jsonb_object_agg(a.key, a.value), '{}') from jsonb_each(r.attributes) a
				where a.key = any ($2)) as attributes
		from source_record r where r.scope = $1 and r.state <> 'retired'`,
		[scopeId, names],
	);
	return new Map(rows.map((row) => [row.native_id, row.attributes]));
}
