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
			input.message,
			input.code ?? null,
			input.summary === null ? null : JSON.stringify(input.summary),
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
	readonly integrationId: string;
	readonly kind: string;
	readonly state: ExecutionState;
	readonly result: ExecutionResult | null;
	readonly code: string | null;
	readonly message: string | null;
	readonly startedAt: Date | null;
	readonly heartbeatAt: Date | null;
	readonly finishedAt: Date | null;
	readonly summary: ExecutionSummary | null;
}

const columns = `e.id, e.integration as "integrationId", i.kind, e.state, e.result, e.code, e.message,
	e.started_at as "startedAt", e.heartbeat_at as "heartbeatAt", e.finished_at as "finishedAt"`;

/** Executions, newest first. Summaries come without their accounts. */
export async function listExecutions(
	tx: TenantTransaction,
	input: { readonly integrationId?: string; readonly limit: number },
): Promise<readonly ExecutionRow[]> {
	const { rows } = await tx.client.query<ExecutionRow>(
		`select ${columns}, jsonb_set(e.summary, '{accounts}', '[]') as summary
		from execution e join integration i on i.id = e.integration
		where $1::uuid is null or e.integration = $1
		order by e.started_at desc, e.id limit $2`,
		[input.integrationId ?? null, input.limit],
	);
	return rows;
}

export interface ExecutionScope {
	readonly accountId: string;
	readonly accountName: string | null;
	readonly region: string;
	readonly outcome: Outcome;
	readonly cause: OutcomeCause | null;
	readonly at: Date;
}

export interface ExecutionDetail extends ExecutionRow {
	/**
	 * Scopes that this execution ended. From their outcome intervals: a scope that an execution left out, between two
	 * that found the same, appears too; `summary` is the record of what was asked.
	 */
	readonly scopes: readonly ExecutionScope[];
	readonly heldRemovals: number;
}

/** One execution by its id, or by the first characters of it where they are unique. */
export async function readExecution(tx: TenantTransaction, id: string): Promise<ExecutionDetail | undefined> {
	const found = await tx.client.query<ExecutionRow>(
		`select ${columns}, e.summary from execution e join integration i on i.id = e.integration
		where e.id::text like $1 || '%' limit 2`,
		[id.replace(/[^0-9a-f-]/g, '_')],
	);
	const [execution] = found.rows;
	if (!execution || found.rows.length > 1) return undefined;
	const { rows: scopes } = await tx.client.query<ExecutionScope>(scopesSql, [
		execution.id,
		execution.integrationId,
		execution.startedAt,
		execution.finishedAt ?? new Date(8.64e15 / 1000),
	]);
	const held = await tx.client.query<{ held: number }>(
		`select count(*)::int as held from source_record where integration = $1 and held_in = $2 and state <> 'retired'`,
		[execution.integrationId, execution.id],
	);
	return { ...execution, scopes, heldRemovals: held.rows[0]?.held ?? 0 };
}

const scopesSql = `
select distinct on (s.account_id, s.region) s.account_id as "accountId", a.name as "accountName", s.region, o.outcome, o.cause,
	least(o.to_at, $4::timestamptz) as at
from scope s
join integration i on i.id = s.integration
join scope_outcome o on o.scope = s.id and (o.first_execution = $1 or o.last_execution = $1
	or (o.from_at <= $4 and o.to_at >= $3))
left join account a on a.configuration = i.configuration and a.account_id = s.account_id
where s.integration = $2
order by s.account_id, s.region, o.from_at desc`;
