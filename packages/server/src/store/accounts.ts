import type { RetirementReason } from '@rollcall/model/asset/record-state.ts';
import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import { publishEvents } from './publish-events.ts';
import { beginRetiring, retireChosen } from './retire-records.ts';
import { recordOutcomes } from './scope-outcomes.ts';
import type { ScopeId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface ListedAccount {
	readonly accountId: string;
	readonly arn: string | null;
	readonly name: string | null;
	readonly email: string | null;
	/** AWS's own state, as ACTIVE. */
	readonly state: string;
	readonly ouPath: string | null;
	/** The o-… that names the account; null or absent where it cannot be read: that of the page counts. */
	readonly organizationId?: string | null;
}

export interface AccountPage {
	readonly configurationId: string;
	/** The o-… of the list; null where it cannot be read, and for a configuration that knows one account only. */
	readonly awsOrganizationId: string | null;
	readonly observedAt: Date;
	readonly accounts: readonly ListedAccount[];
}

/**
 * Records a page of an account list: new accounts, changed facts (the old ones stay in the account's history), and that
 * they were seen. Named under another AWS Organization than its own, an account was not seen; named under one that
 * cannot be read, it was: what AWS still lists has not left. Idempotent.
 */
export async function recordAccountPage(tx: TenantTransaction, page: AccountPage): Promise<void> {
	if (page.accounts.length === 0) return;
	const parameters = [
		page.configurationId,
		page.observedAt,
		toStorableJson(
			JSON.stringify(
				page.accounts.map(({ accountId, arn, name, email, state, ouPath, organizationId }) => ({
					account_id: accountId,
					aws_organization_id: organizationId ?? page.awsOrganizationId,
					arn,
					name,
					email,
					state,
					ou_path: ouPath,
				})),
			),
		),
	];
	await tx.client.query(pageSql, parameters);
	await tx.client.query(closeVersionSql, [page.configurationId, page.observedAt]);
	await tx.client.query(openVersionSql, [page.configurationId, page.observedAt]);
}

const pageSql = `
insert into account
	(configuration, aws_organization_id, account_id, arn, name, email, state, ou_path, first_seen_at, last_seen_at)
select distinct on (g.account_id)
	$1::uuid, g.aws_organization_id, g.account_id, g.arn, g.name, g.email, g.state, g.ou_path, $2::timestamptz, $2::timestamptz
from jsonb_to_recordset($3::jsonb)
	as g(account_id text, aws_organization_id text, arn text, name text, email text, state text, ou_path text)
order by g.account_id, g.aws_organization_id nulls last
on conflict (organization, configuration, account_id) do update set
	aws_organization_id = coalesce(excluded.aws_organization_id, account.aws_organization_id),
	arn = coalesce(excluded.arn, account.arn), name = coalesce(excluded.name, account.name),
	email = coalesce(excluded.email, account.email), state = excluded.state, ou_path = excluded.ou_path,
	last_seen_at = greatest(account.last_seen_at, excluded.last_seen_at), absent_lists = 0,
	retired_at = case when excluded.state = 'CLOSED' then account.retired_at end,
	retired_reason = case when excluded.state = 'CLOSED' then account.retired_reason end
where account.aws_organization_id is null or excluded.aws_organization_id is null
	or account.aws_organization_id = excluded.aws_organization_id or account.retired_at is not null`;

const versionDiffers = '(v.name, v.email, v.state, v.ou_path) is distinct from (a.name, a.email, a.state, a.ou_path)';

const closeVersionSql = `
update account_version v set valid_to = $2
from account a
where a.configuration = $1 and v.configuration = a.configuration and v.account_id = a.account_id
	and v.valid_to is null and v.valid_from < $2 and ${versionDiffers}`;

const openVersionSql = `
insert into account_version (configuration, account_id, name, email, state, ou_path, valid_from)
select a.configuration, a.account_id, a.name, a.email, a.state, a.ou_path, $2::timestamptz
from account a
where a.configuration = $1
	and not exists (select from account_version v where v.configuration = a.configuration
		and v.account_id = a.account_id and v.valid_to is null and not (v.valid_from = $2 and ${versionDiffers}))
on conflict (organization, configuration, account_id, valid_from) do update set
	name = excluded.name, email = excluded.email, state = excluded.state, ou_path = excluded.ou_path`;

export interface AccountListClose {
	readonly configurationId: string;
	readonly awsOrganizationId: string;
	readonly executionId: string;
	readonly observedAt: Date;
}

export interface AccountListResult {
	/** Accounts in state CLOSED that retire now, or whose records are still to be retired. */
	readonly closed: readonly KnownAccount[];
	/** The same for accounts that two complete lists of their AWS Organization did not name. */
	readonly left: readonly KnownAccount[];
	/** The list is of another AWS Organization than before: it counted for nothing. */
	readonly alarm?: { readonly storedOrganizationId: string };
}

/**
 * Ends a complete account list. Absence counts once per execution and only in lists of the account's own AWS
 * Organization; the second in a row makes it gone (`rules.md`, Accounts). Retire the records of what it returns.
 */
export async function closeAccountList(tx: TenantTransaction, close: AccountListClose): Promise<AccountListResult> {
	const { rows } = await tx.client.query<{ stored: string }>(
		`update access_configuration set aws_organization_id = coalesce(aws_organization_id, $2)
		where id = $1 returning aws_organization_id as stored`,
		[close.configurationId, close.awsOrganizationId],
	);
	const stored = rows[0]?.stored;
	if (stored !== undefined && stored !== close.awsOrganizationId) {
		return { closed: [], left: [], alarm: { storedOrganizationId: stored } };
	}
	await tx.client.query(absenceSql, [close.configurationId, close.awsOrganizationId, close.executionId]);
	const retired = await tx.client.query<KnownAccount & { readonly reason: RetirementReason }>(retireSql, [
		close.configurationId,
		close.awsOrganizationId,
		close.observedAt,
	]);
	const of = (wanted: RetirementReason): KnownAccount[] =>
		retired.rows.flatMap(({ reason, ...account }) => (reason === wanted ? [account] : []));
	return { closed: of('account_closed'), left: of('account_left') };
}

/** What the list named was seen after its execution began. */
const absenceSql = `
update account a set absent_lists = a.absent_lists + 1, absent_in = e.id
from execution e
where e.id = $3 and a.configuration = $1 and a.aws_organization_id = $2 and a.retired_at is null
	and a.last_seen_at < e.started_at and a.absent_in is distinct from e.id`;

const retireSql = `
with gone as (
	update account set retired_at = $3,
		retired_reason = case when absent_lists >= 2 then 'account_left' else 'account_closed' end
	where configuration = $1 and aws_organization_id = $2 and retired_at is null
		and (absent_lists >= 2 or state = 'CLOSED')
	returning account_id, ou_path, retired_reason
)
select account_id as "accountId", ou_path as "ouPath", retired_reason as reason from gone
union
select a.account_id, a.ou_path, a.retired_reason from account a
where a.configuration = $1 and a.aws_organization_id = $2 and a.retired_at is not null and exists (
	select from integration i
	join scope s on s.integration = i.id and s.account_id = a.account_id
	join source_record r on r.scope = s.id and r.state <> 'retired'
	where i.configuration = a.configuration)`;

export interface RetireAccountsInput {
	readonly integrationId: string;
	readonly accountIds: readonly string[];
	readonly reason: RetirementReason;
	readonly at: Date;
	readonly executionId: string;
}

/** Retires all records of accounts by evidence of the account's own, so the brake does not hold them. Idempotent. */
export async function retireAccountRecords(
	tx: TenantTransaction,
	input: RetireAccountsInput,
): Promise<{ readonly retired: number }> {
	await beginRetiring(tx);
	const { rows: scopes } = await tx.client.query<{ id: ScopeId }>(
		`select id from scope where integration = $1 and account_id = any ($2) and removed_at is null
		order by id for no key update`,
		[input.integrationId, input.accountIds],
	);
	const ids = scopes.map(({ id }) => id);
	await tx.client.query(
		`insert into retiring_record (id) select id from source_record where scope = any ($1) and state <> 'retired'`,
		[ids],
	);
	const retired = await retireChosen(tx, input);
	const cause = {
		code: retirementCodes[input.reason] ?? input.reason,
		message: retirementTexts[input.reason] ?? input.reason,
	};
	await recordOutcomes(
		tx,
		ids.map((scopeId) => ({ scopeId, outcome: 'skipped', cause, at: input.at, executionId: input.executionId })),
	);
	await publishEvents(tx);
	return { retired };
}

const retirementCodes: Partial<Record<RetirementReason, string>> = {
	account_closed: 'AccountClosed',
	account_left: 'AccountLeft',
	deselected: 'Deselected',
	deleted: 'Deleted',
};
const retirementTexts: Partial<Record<RetirementReason, string>> = {
	account_closed: 'The account is closed.',
	account_left: 'Two complete lists of its AWS Organization did not name the account.',
	deselected: 'It was taken out of the selection.',
	deleted: 'Its integration was deleted.',
};

/** An account that was heard of, with where in the AWS Organization it last was. */
export interface KnownAccount {
	readonly accountId: string;
	/** Null where no list told it. */
	readonly ouPath: string | null;
}

/**
 * Accounts heard of before: listed ones that have not retired (unless the integration is read in one account only), and
 * those with scopes of the integration.
 */
export async function listKnownAccounts(
	tx: TenantTransaction,
	input: { readonly configurationId: string; readonly integrationId: string; readonly listed: boolean },
): Promise<readonly KnownAccount[]> {
	const { rows } = await tx.client.query<KnownAccount>(
		`with listed as (select account_id, ou_path, retired_at from account where configuration = $1)
		select account_id as "accountId", ou_path as "ouPath" from (
			select account_id from listed where $3 and retired_at is null
			union
			select account_id from scope where integration = $2 and removed_at is null
		) known left join listed using (account_id)
		where retired_at is null order by account_id`,
		[input.configurationId, input.integrationId, input.listed],
	);
	return rows;
}
