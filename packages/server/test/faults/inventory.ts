import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { ExecutionResult } from '@rollcall/model/run/execution.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import type pg from 'pg';

export interface StoredRecord {
	readonly id: string;
	readonly nativeId: string;
	readonly accountId: string;
	readonly region: string;
	readonly state: 'active' | 'retired' | 'insufficient';
	readonly reason: string | null;
	readonly missedIn: string | null;
	readonly heldIn: string | null;
	readonly attributes: DeviceAttributes;
}

export interface StoredScope {
	readonly accountId: string;
	readonly region: string;
	readonly outcome: Outcome | null;
	readonly lastExecution: string | null;
	readonly removed: boolean;
	/** When each enrichment last succeeded, by action. */
	readonly confirmedAt: Readonly<Record<string, string | null>>;
}

interface StoredAccount {
	readonly accountId: string;
	readonly absentLists: number;
	readonly retiredReason: string | null;
	/** The newest execution saw it in a list. */
	readonly listedNow: boolean;
}

export interface StoredExecution {
	readonly id: string;
	readonly result: ExecutionResult | null;
}

/** What the database holds at one moment. */
export interface Inventory {
	/** By native id. */
	readonly records: ReadonlyMap<string, StoredRecord>;
	/** By account and region. */
	readonly scopes: ReadonlyMap<string, StoredScope>;
	readonly accounts: ReadonlyMap<string, StoredAccount>;
	/** The newest one. */
	readonly execution: StoredExecution | undefined;
}

export function isLive(record: StoredRecord): boolean {
	return record.state !== 'retired';
}

export function scopeKey(scope: { readonly accountId: string; readonly region: string }): string {
	return `${scope.accountId} ${scope.region}`;
}

/** Reads the inventory past the program's own reads. */
export async function readInventory(client: pg.Client): Promise<Inventory> {
	const records = await client.query<StoredRecord>(recordsSql);
	const scopes = await client.query<StoredScope>(scopesSql);
	const accounts = await client.query<StoredAccount>(accountsSql);
	const executions = await client.query<StoredExecution>(executionSql);
	return {
		records: new Map(records.rows.map((record) => [record.nativeId, record])),
		scopes: new Map(scopes.rows.map((scope) => [scopeKey(scope), scope])),
		accounts: new Map(accounts.rows.map((account) => [account.accountId, account])),
		execution: executions.rows[0],
	};
}

const recordsSql = `
select r.id, r.native_id as "nativeId", s.account_id as "accountId", s.region, r.state, r.reason,
	r.missed_in as "missedIn", r.held_in as "heldIn", r.attributes
from source_record r join scope s on s.id = r.scope`;

const scopesSql = `
select account_id as "accountId", region, outcome, last_execution as "lastExecution", removed_at is not null as removed,
	(select coalesce(jsonb_object_agg(key, value -> 'confirmed_at'), '{}') from jsonb_each(enrichments)) as "confirmedAt"
from scope`;

const executionSql = 'select id, result from execution order by created_at desc, started_at desc limit 1';

const accountsSql = `
with newest as (select started_at from execution order by created_at desc limit 1)
select account_id as "accountId", absent_lists as "absentLists", retired_reason as "retiredReason",
	last_seen_at >= (select started_at from newest) as "listedNow"
from account`;
