import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { instanceIdOf } from './device-projection.ts';
import { publishEvents } from './publish-events.ts';
import { beginRetiring, retireChosen } from './retire-records.ts';
import type { RecordId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface HeldRemoval {
	readonly recordId: RecordId;
	readonly type: AssetType;
	/** Of a user the first user name. */
	readonly name: string | null;
	readonly nativeId: string;
	/** The id people know: of the instance, of the user. */
	readonly shortId: string;
	readonly accountId: string;
	readonly region: string;
	/** The execution whose brake held it. */
	readonly executionId: string;
	readonly heldSince: string | null;
}

/** Removals the brake holds, by account, region and native id. */
export async function listHeldRemovals(
	tx: TenantTransaction,
	input: { readonly executionId?: string } = {},
): Promise<readonly HeldRemoval[]> {
	const { rows } = await tx.client.query<HeldFacts>(
		`select r.id as "recordId", r.type, r.native_id as "nativeId", r.attributes ->> 'user_id' as user_id,
			coalesce(r.attributes ->> 'name', r.attributes -> 'usernames' ->> 0) as name, s.account_id as "accountId",
			s.region, r.held_in as "executionId", e.swept_at as held_at
		from source_record r
		join scope s on s.id = r.scope
		left join execution e on e.id = r.held_in
		where r.missed_in is not null and r.held_in is not null and r.state <> 'retired' and ($1::uuid is null or r.held_in = $1)
		order by s.account_id, s.region, r.native_id`,
		[input.executionId ?? null],
	);
	return rows.map(({ held_at, user_id, ...removal }) => ({
		...removal,
		shortId: user_id ?? instanceIdOf(removal.nativeId),
		heldSince: held_at?.toISOString() ?? null,
	}));
}

type HeldFacts = Omit<HeldRemoval, 'heldSince' | 'shortId'> & {
	readonly held_at: Date | null;
	readonly user_id: string | null;
};

export type RemovalChoice =
	| { readonly recordIds: readonly RecordId[] }
	| { readonly executionId: string }
	| { readonly all: true };

/** Carries out held removals that a person confirmed. Others that are named are left alone. Returns how many. */
export async function confirmRemovals(
	tx: TenantTransaction,
	choice: RemovalChoice,
	at: Date,
): Promise<{ readonly removed: number }> {
	await beginRetiring(tx);
	const ids = 'recordIds' in choice ? choice.recordIds.filter((id) => /^\d{1,18}$/.test(id)) : null;
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
