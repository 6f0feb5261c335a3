import { patienceRuns } from '@rollcall/model/asset/choose-primary.ts';
import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import type { TenantTransaction } from './transaction.ts';

export interface ScopeOutcome {
	readonly scopeId: string;
	readonly outcome: Outcome;
	readonly cause?: OutcomeCause | null | undefined;
	readonly at: Date;
	readonly executionId: string;
}

/**
 * Records how scopes ended: on the scope itself, and as an interval that is extended while nothing changes. Idempotent.
 */
export async function recordOutcomes(tx: TenantTransaction, ended: readonly ScopeOutcome[]): Promise<void> {
	if (ended.length === 0) return;
	const facts = toStorableJson(
		JSON.stringify(
			ended.map((end) => ({
				scope: end.scopeId,
				outcome: end.outcome,
				cause: end.cause ?? null,
				at: end.at.toISOString(),
				execution: end.executionId,
			})),
		),
	);
	await tx.client.query(extendSql, [facts]);
	await tx.client.query(beginSql, [facts]);
	await tx.client.query(scopeSql, [facts]);
	const broken = ended.filter(({ outcome }) => outcome !== 'complete').map(({ scopeId }) => scopeId);
	if (broken.length > 0) await tx.client.query(impatientSql, [broken, patienceRuns]);
}

const given =
	'jsonb_to_recordset($1::jsonb) as g(scope bigint, outcome text, cause jsonb, at timestamptz, execution uuid)';
/** Whether `o` ended as `g` did: the code and action of the cause count, its wording does not. */
export const sameOutcome = `o.outcome = g.outcome and o.cause ->> 'code' is not distinct from g.cause ->> 'code'
	and o.cause ->> 'action' is not distinct from g.cause ->> 'action'`;
const latest = 'o.from_at = (select max(l.from_at) from scope_outcome l where l.scope = g.scope)';

const extendSql = `
update scope_outcome o set to_at = greatest(o.to_at, g.at), last_execution = g.execution
from ${given}
where o.scope = g.scope and ${latest} and ${sameOutcome}`;

const beginSql = `
insert into scope_outcome (scope, from_at, to_at, outcome, cause, first_execution, last_execution)
select g.scope, g.at, g.at, g.outcome, nullif(g.cause, 'null'), g.execution, g.execution
from ${given}
where not exists (select from scope_outcome o where o.scope = g.scope and ${latest} and ${sameOutcome})
on conflict (scope, from_at) do update set outcome = excluded.outcome, cause = excluded.cause,
	first_execution = excluded.first_execution, last_execution = excluded.last_execution`;

const scopeSql = `
update scope o set
	outcome_since = case when ${sameOutcome} then coalesce(o.outcome_since, g.at) else g.at end,
	outcome = g.outcome, cause = nullif(g.cause, 'null'), outcome_at = g.at, last_execution = g.execution,
	last_complete_at = case when g.outcome = 'complete' then g.at else o.last_complete_at end, removed_at = null,
	incomplete_runs = case
		when g.outcome = 'complete' then 0
		when o.last_execution is distinct from g.execution or o.incomplete_runs = 0 then o.incomplete_runs + 1
		else o.incomplete_runs
	end
from ${given}
where o.id = g.scope`;

/** Another record may stand for the assets of a scope that was incomplete for too long: the correlator is to look at them. */
const impatientSql = `
insert into correlation_due (record)
select r.id from scope s join source_record r on r.scope = s.id and r.state <> 'retired'
where s.id = any ($1) and s.incomplete_runs = $2
	and exists (select from source_record o where o.asset_id = r.asset_id and o.id <> r.id)`;
