import { type Outcome, type OutcomeCause, worstOutcome } from '@rollcall/model/run/outcome.ts';
import { sql } from 'kysely';
import type { Coverage } from './asset-listing.ts';
import { runSql } from './compile-sql.ts';
import type { TenantTransaction } from './transaction.ts';

/** An Elastic IP that is associated with nothing. */
export interface FreeAddress {
	/** As AWS names it. */
	readonly nativeId: string;
	readonly address: string | null;
	readonly allocationId: string | null;
	readonly accountId: string;
	readonly accountName: string | null;
	readonly region: string;
	readonly tags: Readonly<Record<string, string>>;
	/** When addresses of the place were last read completely. */
	readonly confirmedAt: string | null;
}

/** An account with scopes that are not complete. */
export interface UncoveredAccount {
	readonly accountId: string;
	readonly name: string | null;
	readonly scopes: number;
	readonly scopesComplete: number;
	/** The worst of its scopes; null: those that are not complete were never read to their end. */
	readonly outcome: Outcome | null;
	readonly cause: OutcomeCause | null;
}

interface CoveredCount {
	readonly matched: number;
	readonly coverage: Coverage;
}

interface CoveredFacts {
	readonly matched: number;
	readonly scopes: number;
	readonly complete: number;
	readonly oldest: Date | null;
}

const addressesAction = 'ec2:DescribeAddresses';

/** Scopes that should have been read. What closed or left the AWS Organization is outside. */
const readScopes = sql`tenant_scope s join integration i on i.id = s.integration
	left join tenant_account a on a.configuration = i.configuration and a.account_id = s.account_id
	where s.removed_at is null and s.outcome is distinct from 'skipped' and a.retired_at is null`;

/** Two integrations may see the same address; it is one. */
export async function countAddresses(tx: TenantTransaction): Promise<CoveredCount> {
	const isComplete = sql`s.enrichments -> ${addressesAction}::text ->> 'outcome' = 'complete'`;
	const [row] = await runSql<CoveredFacts>(
		tx,
		sql`select (select count(distinct o.native_id)::int from scope_observation o
					where o.kind = 'address' and o.scope in (select s.id from ${readScopes})) as matched,
				count(*)::int as scopes, (count(*) filter (where ${isComplete}))::int as complete,
				min((s.enrichments -> ${addressesAction}::text ->> 'confirmed_at')::timestamptz) filter (where ${isComplete}) as oldest
			from ${readScopes} and i.kind = 'ec2.devices'`,
	);
	return toCoveredCount(row);
}

/** By place. */
export async function listAddresses(tx: TenantTransaction, limit: number): Promise<readonly FreeAddress[]> {
	const rows = await runSql<FreeAddressFacts>(
		tx,
		sql`select * from (
				select distinct on (o.native_id) o.native_id, o.document, s.account_id, s.account_name, s.region,
					s.enrichments -> o.action ->> 'confirmed_at' as confirmed_at
				from scope_observation o join (select s.*, a.name as account_name from ${readScopes}) s on s.id = o.scope
				where o.kind = 'address' order by o.native_id, confirmed_at desc nulls last, s.id
			) o order by account_id, region, native_id limit ${limit}`,
	);
	return rows.map((row) => ({
		nativeId: row.native_id,
		address: row.document.address ?? null,
		allocationId: row.document.allocation_id ?? null,
		accountId: row.account_id,
		accountName: row.account_name,
		region: row.region,
		tags: row.document.tags ?? {},
		confirmedAt: row.confirmed_at,
	}));
}

interface FreeAddressFacts {
	readonly native_id: string;
	/** As `elastic-ips.ts` of the source writes it. */
	readonly document: {
		readonly address?: string;
		readonly allocation_id?: string;
		readonly tags?: Readonly<Record<string, string>>;
	};
	readonly account_id: string;
	readonly account_name: string | null;
	readonly region: string;
	readonly confirmed_at: string | null;
}

export async function countUncoveredAccounts(tx: TenantTransaction): Promise<CoveredCount> {
	const [row] = await runSql<CoveredFacts>(
		tx,
		sql`select (count(distinct s.account_id) filter (where s.outcome is distinct from 'complete'))::int as matched,
				count(*)::int as scopes, (count(*) filter (where s.outcome = 'complete'))::int as complete,
				min(s.last_complete_at) filter (where s.outcome = 'complete') as oldest
			from ${readScopes}`,
	);
	return toCoveredCount(row);
}

export async function listUncoveredAccounts(
	tx: TenantTransaction,
	limit: number,
): Promise<readonly UncoveredAccount[]> {
	const rows = await runSql<UncoveredFacts>(
		tx,
		sql`select s.account_id, max(a.name) as name, count(*)::int as scopes,
				(count(*) filter (where s.outcome = 'complete'))::int as complete, jsonb_agg(distinct jsonb_build_object('outcome', s.outcome, 'cause', s.cause)) filter (where s.outcome <> 'complete') as faults
			from ${readScopes} group by s.account_id
			having count(*) > count(*) filter (where s.outcome = 'complete') order by s.account_id limit ${limit}`,
	);
	return rows.map(({ account_id: accountId, name, scopes, complete, faults }) => {
		const outcome = worstOutcome((faults ?? []).map(({ outcome }) => outcome)) ?? null;
		const cause = faults?.find((fault) => fault.outcome === outcome)?.cause ?? null;
		return { accountId, name, scopes, scopesComplete: complete, outcome, cause };
	});
}

interface UncoveredFacts {
	readonly account_id: string;
	readonly name: string | null;
	readonly scopes: number;
	readonly complete: number;
	readonly faults: readonly { readonly outcome: Outcome; readonly cause: OutcomeCause | null }[] | null;
}

function toCoveredCount(row: CoveredFacts | undefined): CoveredCount {
	const { matched = 0, scopes = 0, complete = 0, oldest = null } = row ?? {};
	return { matched, coverage: { scopes, scopesComplete: complete, oldestConfirmedAt: oldest?.toISOString() ?? null } };
}
