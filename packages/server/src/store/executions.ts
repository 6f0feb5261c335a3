import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import { toStorableText } from '@rollcall/model/history/text.ts';
import type { ExecutionResult, ExecutionState } from '@rollcall/model/run/execution.ts';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import type { TenantTransaction } from './transaction.ts';

/** Opens an execution and returns its id. The id is given by the caller where a repeated transaction must not make two. */
export async function startExecution(
	tx: TenantTransaction,
	input: { readonly integrationId: string; readonly startedAt: Date; readonly id?: string },
): Promise<string> {
	const { rows } = await tx.client.query<{ id: string }>(
		`insert into execution (id, integration, state, created_at, started_at, heartbeat_at)
		values (coalesce($3::uuid, gen_random_uuid()), $1, 'executing', $2, $2, $2)
		on conflict (id) do update set heartbeat_at = excluded.heartbeat_at returning id`,
		[input.integrationId, input.startedAt, input.id ?? null],
	);
	const id = rows[0]?.id;
	if (id === undefined) throw new Error('no execution was inserted');
	return id;
}

export async function heartbeatExecution(
	tx: TenantTransaction,
	input: { readonly id: string; readonly at: Date },
): Promise<void> {
	await tx.client.query(`update execution set heartbeat_at = $2 where id = $1 and state <> 'completed'`, [
		input.id,
		input.at,
	]);
}

export interface CompleteInput {
	readonly id: string;
	readonly result: ExecutionResult;
	readonly message: string | null;
	/** Code of the message, where it has one. */
	readonly code?: string | null;
	readonly summary: ExecutionSummary | null;
	readonly finishedAt: Date;
}

/** Ends an execution. One that has ended keeps its result: a run that was taken for dead may still come here. */
export async function completeExecution(tx: TenantTransaction, input: CompleteInput): Promise<void> {
	await tx.client.query(
		`update execution set state = 'completed', result = $2, message = $3, code = $4, summary = $5, finished_at = $6
		where id = $1 and state <> 'completed'`,
		[
			input.id,
			input.result,
			input.message === null ? null : toStorableText(input.message),
			input.code ? toStorableText(input.code) : null,
			input.summary === null ? null : toStorableJson(JSON.stringify(input.summary)),
			input.finishedAt,
		],
	);
}

/** Ids of executions that show no sign of life since `staleBefore`, oldest first. Their sweep is still to be made. */
export async function findInterrupted(
	tx: TenantTransaction,
	input: { readonly integrationId: string; readonly staleBefore: Date },
): Promise<readonly string[]> {
	const { rows } = await tx.client.query<{ id: string }>(
		`select id from execution where integration = $1 and state <> 'completed' and heartbeat_at < $2 order by started_at, id`,
		[input.integrationId, input.staleBefore],
	);
	return rows.map(({ id }) => id);
}

export interface ExecutionRow {
	readonly id: string;
	readonly kind: string;
	readonly configuration: string | null;
	readonly state: ExecutionState;
	readonly result: ExecutionResult | null;
	readonly code: string | null;
	readonly message: string | null;
	readonly createdAt: string;
	readonly startedAt: string | null;
	readonly finishedAt: string | null;
	/** Null until it is over. */
	readonly counts: ExecutionSummary['counts'] | null;
}

interface ExecutionFacts {
	readonly id: string;
	readonly integration: string;
	readonly kind: string;
	readonly configuration: string | null;
	readonly state: ExecutionState;
	readonly result: ExecutionResult | null;
	readonly code: string | null;
	readonly message: string | null;
	readonly created_at: Date;
	readonly started_at: Date | null;
	readonly finished_at: Date | null;
	readonly counts: ExecutionSummary['counts'] | null;
}

const columns = `e.id, e.integration, i.kind, coalesce(c.name, c.key) as configuration, e.state, e.result, e.code, e.message,
	e.created_at, e.started_at, e.finished_at, e.summary -> 'counts' as counts`;
const source =
	'execution e join integration i on i.id = e.integration join access_configuration c on c.id = i.configuration';

/** Executions, newest first. */
export async function listExecutions(
	tx: TenantTransaction,
	input: { readonly integrationId?: string; readonly limit: number },
): Promise<readonly ExecutionRow[]> {
	const { rows } = await tx.client.query<ExecutionFacts>(
		`select ${columns} from ${source}
		where $1::uuid is null or e.integration = $1
		order by e.started_at desc, e.id limit $2`,
		[input.integrationId ?? null, input.limit],
	);
	return rows.map(toExecutionRow);
}

export interface ExecutionScope {
	readonly accountId: string;
	readonly accountName: string | null;
	readonly region: string;
	readonly outcome: Outcome;
	readonly cause: OutcomeCause | null;
}

export interface ExecutionDetail extends ExecutionRow {
	/** Null until it is over. */
	readonly summary: ExecutionSummary | null;
	/**
	 * Outcomes of scopes while it ran, from their intervals. A scope that it left out, between two executions that found
	 * the same, appears too: `summary` is the record of what was asked.
	 */
	readonly scopes: readonly ExecutionScope[];
	/** Removals it holds. */
	readonly heldRemovals: number;
}

/** One execution by its id, or by the beginning of it where that is unique. */
export async function readExecution(tx: TenantTransaction, id: string): Promise<ExecutionDetail | undefined> {
	if (!/^[0-9a-f-]{4,36}$/.test(id)) return undefined;
	const found = await tx.client.query<ExecutionFacts & { readonly summary: ExecutionSummary | null }>(
		`select ${columns}, e.summary from ${source} where e.id::text like $1 || '%' limit 2`,
		[id],
	);
	const [execution] = found.rows;
	if (!execution || found.rows.length > 1) return undefined;
	const { rows: scopes } = await tx.client.query<ExecutionScope>(scopesSql, [
		execution.id,
		execution.integration,
		execution.started_at,
		execution.finished_at,
	]);
	const held = await tx.client.query<{ held: number }>(
		`select count(*)::int as held from source_record where integration = $1 and missed_in is not null and held_in = $2 and state <> 'retired'`,
		[execution.integration, execution.id],
	);
	return {
		...toExecutionRow(execution),
		summary: execution.summary,
		scopes,
		heldRemovals: held.rows[0]?.held ?? 0,
	};
}

function toExecutionRow(facts: ExecutionFacts): ExecutionRow {
	return {
		id: facts.id,
		kind: facts.kind,
		configuration: facts.configuration,
		state: facts.state,
		result: facts.result,
		code: facts.code,
		message: facts.message,
		createdAt: facts.created_at.toISOString(),
		startedAt: facts.started_at?.toISOString() ?? null,
		finishedAt: facts.finished_at?.toISOString() ?? null,
		counts: facts.counts,
	};
}

const scopesSql = `
select distinct on (s.account_id, s.region) s.account_id as "accountId", a.name as "accountName", s.region, o.outcome, o.cause
from scope s
join integration i on i.id = s.integration
join scope_outcome o on o.scope = s.id and (o.first_execution = $1 or o.last_execution = $1
	or ($4::timestamptz is not null and o.from_at <= $4 and o.to_at >= $3))
left join account a on a.configuration = i.configuration and a.account_id = s.account_id
where s.integration = $2
order by s.account_id, s.region, o.from_at desc`;
