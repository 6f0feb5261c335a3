import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import { type DetailState, listDetailStates } from './record-details.ts';
import { recordOutcomes } from './scope-outcomes.ts';
import type { EnrichmentState, RecordId, ScopeId } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface OpenedScope {
	readonly region: string;
	readonly scopeId: ScopeId;
	readonly epoch: number;
	readonly lastCompleteAt: Date | null;
	/** When it was last listed completely, not only by known ids. */
	readonly lastFullAt: Date | null;
	/** Live records when it was last closed. */
	readonly recordCount: number;
	/** By action. `confirmedAt` is when the enrichment last succeeded. */
	readonly enrichments: Readonly<
		Record<string, { readonly outcome: Outcome; readonly confirmedAt: Date | null; readonly triedAt: Date }>
	>;
}

export interface BusyScope {
	readonly region: string;
	readonly owner: string;
	readonly expiresAt: Date;
}

export interface KnownRecord {
	readonly id: RecordId;
	readonly nativeId: string;
	readonly scopeId: ScopeId;
	readonly hash: Buffer;
	/** An earlier run marked it as missed: when it is listed again, its id belongs to `unmissIds`. */
	readonly missed: boolean;
	/** Attributes that enrichments feed and that its row says are unknown: they have to be read and written again. */
	readonly masked: readonly string[];
	readonly state: 'active' | 'retired' | 'insufficient';
}

export interface OpenInput {
	readonly integrationId: string;
	readonly executionId: string;
	readonly accountId: string;
	readonly regions: readonly string[];
	readonly owner: string;
	readonly leaseMs: number;
	/** Set where not all enabled regions are given: what was said of the whole account (`*`) stays. */
	readonly isPartial?: boolean;
	/** The source has one scope an account: others that never answered were not meant, and are forgotten. */
	readonly isOnly?: boolean;
	/** Attributes that enrichments feed: whether a row says that one of them is unknown is loaded. */
	readonly enrichedAttributes?: readonly string[];
	/** Load when single records' own reads were last answered. */
	readonly withDetails?: boolean;
	readonly now: Date;
}

export interface OpenedAccount {
	readonly scopes: readonly OpenedScope[];
	readonly busy: readonly BusyScope[];
	readonly known: readonly KnownRecord[];
	/** Only where they were asked for. */
	readonly details: readonly DetailState[];
}

/**
 * AWS lists a terminated instance for about an hour; later it needs no hash to compare with. Records that retired for
 * another reason are never known: listed again, even unchanged, they must be written, for they are active again.
 */
const goneKnownMs = 24 * 3_600_000;

/**
 * Takes the leases of an account's scopes and loads what is known of them. A lease is taken when it is free, has run out,
 * or is held by the same execution (a repeated unit); its epoch grows, so that whatever held it before writes nothing
 * more. Pages that a killed run left are deleted. A `*` scope of the account is settled: regions are known
 * now, unless the run asks for some of them only.
 */
export async function openAccountScopes(tx: TenantTransaction, input: OpenInput): Promise<OpenedAccount> {
	const place = [input.integrationId, input.accountId];
	await tx.client.query(
		`insert into scope (integration, account_id, region) select $1, $2, unnest($3::text[])
		on conflict (organization, integration, account_id, region) do nothing`,
		[...place, input.regions],
	);
	if (!input.isPartial) {
		await tx.client.query(
			`update scope set removed_at = $3 where integration = $1 and account_id = $2 and region = '*' and removed_at is null`,
			[...place, input.now],
		);
	}
	if (input.isOnly) await tx.client.query(forgetSql, [...place, input.regions, input.now]);
	const { rows } = await tx.client.query<LeaseRow>(leaseSql, [
		...place,
		input.regions,
		input.executionId,
		input.owner,
		new Date(input.now.getTime() + input.leaseMs),
		input.now,
	]);
	const taken = rows.filter((row) => row.taken);
	const ids = taken.map(({ id }) => id);
	if (ids.length > 0) await tx.client.query('delete from scope_page where scope = any ($1)', [ids]);
	return {
		scopes: taken.map(toOpenedScope),
		busy: rows
			.filter((row) => !row.taken)
			.map(({ region, owner, expires_at }) => ({ region, owner, expiresAt: expires_at })),
		known: ids.length > 0 ? await loadKnown(tx, ids, input) : [],
		details: input.withDetails && ids.length > 0 ? await listDetailStates(tx, ids) : [],
	};
}

/** An identity store by a wrong id would be missing from coverage for ever. */
const forgetSql = `
update scope s set removed_at = $4
where integration = $1 and account_id = $2 and region <> all ($3) and removed_at is null and last_complete_at is null
	and (lease_owner is null or lease_expires_at <= $4)
	and not exists (select from source_record r where r.scope = s.id)`;

interface LeaseRow {
	readonly taken: boolean;
	readonly id: ScopeId;
	readonly region: string;
	readonly epoch: number;
	readonly owner: string;
	readonly expires_at: Date;
	readonly last_complete_at: Date | null;
	readonly last_full_at: Date | null;
	readonly record_count: number;
	readonly enrichments: Readonly<Record<string, EnrichmentState>>;
}

const leaseSql = `
with wanted as (
	select id from scope where integration = $1 and account_id = $2 and region = any ($3) order by id for no key update
), taken as (
	update scope s set lease_epoch = s.lease_epoch + 1, lease_owner = $5, lease_execution = $4, lease_expires_at = $6
	from wanted
	where s.id = wanted.id
		and (s.lease_owner is null or s.lease_expires_at <= $7 or s.lease_execution = $4)
	returning s.*
)
select true as taken, id, region, lease_epoch::int as epoch, lease_owner as owner, lease_expires_at as expires_at,
	last_complete_at, last_full_at, record_count, enrichments
from taken
union all
select false, s.id, s.region, s.lease_epoch::int, s.lease_owner, s.lease_expires_at, s.last_complete_at, s.last_full_at,
	s.record_count, s.enrichments
from scope s join wanted using (id) where not exists (select from taken where taken.id = s.id)`;

function toOpenedScope(row: LeaseRow): OpenedScope {
	return {
		region: row.region,
		scopeId: row.id,
		epoch: row.epoch,
		lastCompleteAt: row.last_complete_at,
		lastFullAt: row.last_full_at,
		recordCount: row.record_count,
		enrichments: Object.fromEntries(
			Object.entries(row.enrichments).map(([action, state]) => [
				action,
				{
					outcome: state.outcome,
					confirmedAt: state.confirmed_at ? new Date(state.confirmed_at) : null,
					triedAt: new Date(state.tried_at),
				},
			]),
		),
	};
}

/** Live records of each account when its scopes were last closed. */
export async function listAccountSizes(
	tx: TenantTransaction,
	integrationId: string,
): Promise<ReadonlyMap<string, number>> {
	const { rows } = await tx.client.query<{ account_id: string; records: number }>(
		'select account_id, sum(record_count)::int as records from scope where integration = $1 group by account_id',
		[integrationId],
	);
	return new Map(rows.map((row) => [row.account_id, row.records]));
}

/** Regions of an account that were once read completely, without those that were last left out for the given reason. */
export async function listReadRegions(
	tx: TenantTransaction,
	input: { readonly integrationId: string; readonly accountId: string; readonly exceptSkippedFor: string },
): Promise<readonly string[]> {
	const { rows } = await tx.client.query<{ region: string }>(
		`select region from scope
		where integration = $1 and account_id = $2 and removed_at is null and last_complete_at is not null
			and not (outcome = 'skipped' and cause ->> 'code' is not distinct from $3)
		order by region`,
		[input.integrationId, input.accountId, input.exceptSkippedFor],
	);
	return rows.map(({ region }) => region);
}

/** One for all: most records have nothing to hide. */
const unmasked: readonly string[] = [];

async function loadKnown(
	tx: TenantTransaction,
	ids: readonly ScopeId[],
	input: OpenInput,
): Promise<readonly KnownRecord[]> {
	const columns =
		'id, native_id, scope, hash, missed_in is not null or held_in is not null, case when unknown ?| $3 then array(select k from jsonb_object_keys(unknown) k where k = any ($3)) end, state';
	const { rows } = await tx.client.query<
		[RecordId, string, ScopeId, Buffer, boolean, readonly string[] | null, KnownRecord['state']]
	>({
		text: `select ${columns} from source_record where scope = any ($1) and state <> 'retired'
			union all
			select ${columns} from source_record where scope = any ($1) and state = 'retired' and reason = 'terminated' and changed_at >= $2`,
		values: [ids, new Date(input.now.getTime() - goneKnownMs), input.enrichedAttributes ?? []],
		rowMode: 'array',
	});
	return rows.map(([id, nativeId, scopeId, hash, missed, masked, state]) => ({
		id,
		nativeId,
		scopeId,
		hash,
		missed,
		masked: masked ?? unmasked,
		state,
	}));
}

export interface RenewInput {
	readonly scopes: readonly { readonly scopeId: ScopeId; readonly epoch: number }[];
	readonly leaseMs: number;
	readonly now: Date;
}

/** Extends leases that are still held under the given epochs; returns the ids of those that were. */
export async function renewLeases(tx: TenantTransaction, input: RenewInput): Promise<readonly ScopeId[]> {
	const { rows } = await tx.client.query<{ id: ScopeId }>(
		`with held as (
			select s.id from scope s join unnest($1::bigint[], $2::bigint[]) as g(id, epoch) on s.id = g.id and s.lease_epoch = g.epoch
			where s.lease_owner is not null order by s.id for no key update of s
		)
		update scope s set lease_expires_at = $3 from held where s.id = held.id returning s.id`,
		[
			input.scopes.map(({ scopeId }) => scopeId),
			input.scopes.map(({ epoch }) => epoch),
			new Date(input.now.getTime() + input.leaseMs),
		],
	);
	return rows.map(({ id }) => id);
}

/** Forgets the pages of a scope that is read again from page one. Does nothing under an older epoch. */
export async function resetScopePages(
	tx: TenantTransaction,
	input: { readonly executionId: string; readonly scopeId: ScopeId; readonly epoch: number },
): Promise<void> {
	await tx.client.query(
		`delete from scope_page p using scope s
		where p.scope = $1 and s.id = p.scope and s.lease_epoch = $2`,
		[input.scopeId, input.epoch],
	);
}

interface AccountScopesInput {
	readonly integrationId: string;
	readonly executionId: string;
	readonly accountId: string;
	readonly cause: OutcomeCause | null;
	readonly at: Date;
}

/**
 * An account that failed before its regions were known: every scope it has gets that outcome, and so does `*`, which
 * stands for those it might have. Scopes another execution is reading are left to it.
 */
export async function failAccountScopes(
	tx: TenantTransaction,
	input: AccountScopesInput & {
		readonly outcome: Outcome;
		/** Regions that were asked for; others stay untouched. Absent: every one. */
		readonly regions?: readonly string[] | null;
	},
): Promise<void> {
	await tx.client.query(
		`insert into scope (integration, account_id, region) values ($1, $2, '*')
		on conflict (organization, integration, account_id, region) do update set removed_at = null`,
		[input.integrationId, input.accountId],
	);
	const asked = `($3::text[] is null or region = '*' or region = any ($3))`;
	await endScopes(tx, input, input.outcome, asked, [input.regions ?? null]);
}

/**
 * Scopes of an account that this run ends without asking for a reason: the region is not enabled, or a policy denied it
 * lately.
 */
export async function endRegions(
	tx: TenantTransaction,
	input: AccountScopesInput & { readonly outcome: Outcome; readonly regions: readonly string[] },
): Promise<void> {
	await endScopes(tx, input, input.outcome, 'region = any ($3)', [input.regions]);
}

/** Scopes of regions that are not enabled any more: nothing can be asked there, so their records stay, unconfirmed. */
export async function skipOtherRegions(
	tx: TenantTransaction,
	input: AccountScopesInput & { readonly enabled: readonly string[] },
): Promise<void> {
	await endScopes(tx, input, 'skipped', `region <> '*' and region <> all ($3)`, [input.enabled]);
}

/** All scopes of an account that is not ACTIVE: its records stay, unconfirmed. */
export async function skipAccountScopes(tx: TenantTransaction, input: AccountScopesInput): Promise<void> {
	await endScopes(tx, input, 'skipped', 'true', []);
}

export interface FailedScope {
	readonly accountId: string;
	readonly region: string;
	readonly outcome: Outcome;
	readonly cause?: OutcomeCause | null | undefined;
}

/** Outcomes of single scopes whose reader died. Those that closed in this execution after all keep their outcome. */
export async function failScopes(
	tx: TenantTransaction,
	input: {
		readonly integrationId: string;
		readonly executionId: string;
		readonly scopes: readonly FailedScope[];
		readonly at: Date;
	},
): Promise<void> {
	if (input.scopes.length === 0) return;
	await tx.client.query(
		`insert into scope (integration, account_id, region) select $1, * from unnest($2::text[], $3::text[])
		on conflict (organization, integration, account_id, region) do nothing`,
		[input.integrationId, input.scopes.map(({ accountId }) => accountId), input.scopes.map(({ region }) => region)],
	);
	const { rows } = await tx.client.query<{ id: ScopeId; account_id: string; region: string; settled: boolean }>(
		`select s.id, s.account_id, s.region, ${goesOn('$2')} as settled
		from scope s join unnest($3::text[], $4::text[]) as g(account_id, region) using (account_id, region)
		where s.integration = $1 and (s.lease_owner is null or s.lease_execution = $2)
			and not (s.last_execution is not distinct from $2 and s.closed_epoch >= s.lease_epoch)
		order by s.id for no key update of s`,
		[
			input.integrationId,
			input.executionId,
			input.scopes.map(({ accountId }) => accountId),
			input.scopes.map(({ region }) => region),
		],
	);
	const reports = new Map(input.scopes.map((scope) => [`${scope.accountId} ${scope.region}`, scope]));
	const ended = rows.flatMap((row) => {
		if (row.settled) return [];
		const report = reports.get(`${row.account_id} ${row.region}`);
		return report
			? [
					{
						scopeId: row.id,
						outcome: report.outcome,
						cause: report.cause,
						at: input.at,
						executionId: input.executionId,
					},
				]
			: [];
	});
	await recordOutcomes(tx, ended);
	await fenceOff(
		tx,
		rows.map(({ id }) => id),
	);
}

/**
 * A scope that the execution read completely and of which it then read single records: the lease goes on under the next
 * epoch, and whatever becomes of that, the scope was read completely.
 */
function goesOn(execution: string): string {
	return `coalesce(outcome = 'complete' and last_execution = ${execution} and lease_execution = ${execution}
		and closed_epoch = lease_epoch - 1, false)`;
}

/**
 * Sets one outcome on the scopes of an account that `condition` chooses; whoever reads them in this execution is fenced
 * off. Scopes that this execution read completely before (an earlier try of the unit) keep that.
 */
async function endScopes(
	tx: TenantTransaction,
	input: AccountScopesInput,
	outcome: Outcome,
	condition: string,
	parameters: readonly unknown[],
): Promise<void> {
	const execution = `$${parameters.length + 3}`;
	const now = `$${parameters.length + 4}`;
	const { rows } = await tx.client.query<{ id: ScopeId; settled: boolean }>(
		`select id, ${goesOn(execution)} as settled from scope
		where integration = $1 and account_id = $2 and removed_at is null and ${condition}
			and not (outcome = 'complete' and last_execution is not distinct from ${execution} and closed_epoch >= lease_epoch)
			and (lease_owner is null or lease_execution = ${execution} or lease_expires_at <= ${now})
		order by id for no key update`,
		[input.integrationId, input.accountId, ...parameters, input.executionId, input.at],
	);
	await recordOutcomes(
		tx,
		rows
			.filter(({ settled }) => !settled)
			.map(({ id }) => ({ scopeId: id, outcome, cause: input.cause, at: input.at, executionId: input.executionId })),
	);
	await fenceOff(
		tx,
		rows.map(({ id }) => id),
	);
}

/** Ends leases so that a reader that is still alive writes nothing more. */
async function fenceOff(tx: TenantTransaction, ids: readonly ScopeId[]): Promise<void> {
	if (ids.length === 0) return;
	await tx.client.query('delete from scope_page where scope = any ($1)', [ids]);
	await tx.client.query(
		`update scope set lease_epoch = lease_epoch + 1, lease_owner = null, lease_execution = null, lease_expires_at = null
		where id = any ($1) and lease_owner is not null`,
		[ids],
	);
}
