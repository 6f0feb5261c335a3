import { type Outcome, type OutcomeCause, worstOutcome } from '@rollcall/model/run/outcome.ts';
import type { TenantTransaction } from './transaction.ts';

export interface AccountRow {
	readonly accountId: string;
	readonly name: string | null;
	readonly email: string | null;
	/** AWS's own state, as ACTIVE; null where no discovery told it. */
	readonly state: string | null;
	readonly ouPath: string | null;
	readonly firstSeenAt: string | null;
	readonly lastSeenAt: string | null;
	/** Set when the account closed or left. */
	readonly retiredReason: string | null;
	/** The worst of its scopes; null where it was never read. */
	readonly outcome: Outcome | null;
	readonly cause: OutcomeCause | null;
	readonly scopes: number;
	readonly scopesComplete: number;
	readonly oldestConfirmedAt: string | null;
	/** Live ones. */
	readonly devices: number;
	readonly users: number;
}

interface ScopeFacts {
	readonly outcome: Outcome | null;
	readonly cause: OutcomeCause | null;
	readonly last_complete_at: string | null;
}

interface AccountFacts {
	readonly account_id: string;
	readonly name: string | null;
	readonly email: string | null;
	readonly state: string | null;
	readonly ou_path: string | null;
	readonly first_seen_at: Date | null;
	readonly last_seen_at: Date | null;
	readonly retired_reason: string | null;
	readonly scopes: readonly ScopeFacts[];
	readonly devices: number;
	readonly users: number;
}

/** Every account that was listed or read, with the worst outcome of its scopes and its coverage. */
export async function listAccounts(tx: TenantTransaction): Promise<readonly AccountRow[]> {
	const { rows } = await tx.client.query<AccountFacts>(accountsSql);
	return rows.map(toAccountRow);
}

/** An account known through several configurations shows once, with what was seen last. */
const accountsSql = `
with scopes as (
	select account_id, jsonb_agg(jsonb_build_object('outcome', outcome, 'cause', cause, 'last_complete_at',
		to_char(last_complete_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by region) as scopes
	from tenant_scope where removed_at is null group by account_id
), devices as (
	select account_id, count(*)::int as devices from tenant_device where is_primary and record_state = 'active' group by account_id
), users as (
	select account_id, count(*)::int as users from tenant_directory_user where is_primary and record_state = 'active' group by account_id
), accounts as (
	select distinct on (account_id) * from tenant_account order by account_id, last_seen_at desc
)
select account_id, a.name, a.email, a.state, a.ou_path, a.first_seen_at, a.last_seen_at, a.retired_reason,
	coalesce(s.scopes, '[]') as scopes, coalesce(d.devices, 0) as devices, coalesce(u.users, 0) as users
from accounts a full join scopes s using (account_id)
left join devices d using (account_id) left join users u using (account_id)
order by account_id collate "C"`;

function toAccountRow(row: AccountFacts): AccountRow {
	const worst = worstOutcome(row.scopes.flatMap(({ outcome }) => outcome ?? [])) ?? null;
	const asked = row.scopes.filter(({ outcome }) => outcome !== 'skipped');
	const complete = asked.filter(({ outcome }) => outcome === 'complete');
	const times = complete.flatMap(({ last_complete_at }) => last_complete_at ?? []).sort();
	return {
		accountId: row.account_id,
		name: row.name,
		email: row.email,
		state: row.state,
		ouPath: row.ou_path,
		firstSeenAt: row.first_seen_at?.toISOString() ?? null,
		lastSeenAt: row.last_seen_at?.toISOString() ?? null,
		retiredReason: row.retired_reason,
		outcome: worst,
		cause: row.scopes.find(({ outcome }) => outcome === worst)?.cause ?? null,
		scopes: asked.length,
		scopesComplete: complete.length,
		oldestConfirmedAt: times[0] ?? null,
		devices: row.devices,
		users: row.users,
	};
}
