import { publishEvents } from './publish-events.ts';
import { beginRetiring, retireChosen } from './retire-records.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface HeldRemoval {
	readonly id: RecordId;
	readonly nativeId: string;
	readonly assetId: string;
	readonly name: string | null;
	readonly accountId: string;
	readonly region: string;
	/** The execution whose brake held it. */
	readonly executionId: string;
	readonly heldAt: Date | null;
}

/** Removals the brake holds, by account, region and native id. */
export async function listHeldRemovals(
	tx: TenantTransaction,
	input: { readonly limit: number; readonly executionId?: string },
): Promise<{ readonly total: number; readonly removals: readonly HeldRemoval[] }> {
	const { rows } = await tx.client.query<HeldRemoval>(
		`select r.id, r.native_id as "nativeId", r.asset_id as "assetId", r.attributes ->> 'name' as name, s.account_id as "accountId",
			s.region, r.held_in as "executionId", e.swept_at as "heldAt"
		from source_record r
		join scope s on s.id = r.scope
		left join execution e on e.id = r.held_in
		where r.missed_in is not null and r.held_in is not null and r.state <> 'retired' and ($1::uuid is null or r.held_in = $1)
		order by s.account_id, s.region, r.native_id limit $2`,
		[input.executionId ?? null, input.limit],
	);
	const total = await tx.client.query<{ total: number }>(
		`select count(*)::int as total from source_record
		where missed_in is not null and held_in is not null and state <> 'retired' and ($1::uuid is null or held_in = $1)`,
		[input.executionId ?? null],
	);
	return { total: total.rows[0]?.total ?? 0, removals: rows };
}

export type RemovalChoice =
	| { readonly ids: readonly RecordId[] }
	| { readonly executionId: string }
	| { readonly all: true };

/** Carries out held removals that a person confirmed. Others that are named are left alone. Returns how many. */
export async function confirmRemovals(
	tx: TenantTransaction,
	choice: RemovalChoice,
	at: Date,
): Promise<{ readonly removed: number }> {
	await beginRetiring(tx);
	const ids = 'ids' in choice ? choice.ids : null;
	const executionId = 'executionId' in choice ? choice.executionId : null;
	const chosen = `r.missed_in is not null and r.held_in is not null and r.state <> 'retired'
		and ($1::bigint[] is null or r.id = any ($1)) and ($2::uuid is null or r.held_in = $2)`;
	// Locked as every writer locks them, and looked at again after: a run may have seen some of them meanwhile.
	await tx.client.query(
		`select id from scope where id in (select r.scope from source_record r where ${chosen}) order by id for no key update`,
		[ids, executionId],
	);
	await tx.client.query(`insert into retiring_record (id) select r.id from source_record r where ${chosen}`, [
		ids,
		executionId,
	]);
	const removed = await retireChosen(tx, { reason: 'absent', at, executionId: null });
	await publishEvents(tx);
	return { removed };
}
