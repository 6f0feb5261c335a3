import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import { sql } from 'kysely';
import { runSql } from './compile-sql.ts';
import { sameOutcome } from './scope-outcomes.ts';
import type { EnrichmentState, EnrichmentUpdate, ScopeId, ScopeWrite } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

/** What is known of the enrichments of a scope, by action. */
export type EnrichmentStates = Readonly<Record<string, EnrichmentState>>;

/**
 * Records how enrichments ended: on their scopes, and as intervals where they ended otherwise than before. One that ended
 * as before writes its scope alone.
 *
 * @param stored of the scopes, which the caller has locked
 */
export async function saveEnrichments(
	tx: TenantTransaction,
	writes: readonly ScopeWrite[],
	stored: ReadonlyMap<ScopeId, { readonly enrichments: EnrichmentStates }>,
): Promise<void> {
	const states = new Map<ScopeId, EnrichmentStates>();
	const before = (scopeId: ScopeId): EnrichmentStates => stored.get(scopeId)?.enrichments ?? {};
	for (const { scopeId, observedAt, enrichments } of writes) {
		if (!enrichments) continue;
		states.set(scopeId, mergeEnrichments(states.get(scopeId) ?? before(scopeId), enrichments, observedAt));
	}
	if (states.size === 0) return;
	await tx.client.query(
		`update scope s set enrichments = g.enrichments
		from unnest($1::bigint[], $2::jsonb[]) as g(id, enrichments) where s.id = g.id`,
		[[...states.keys()], [...states.values()].map((state) => toStorableJson(JSON.stringify(state)))],
	);
	const ended = [...states].flatMap(([scope, state]) =>
		Object.entries(state)
			.filter(([action, each]) => each !== before(scope)[action])
			.map(([action, each]) => ({ scope, action, ...each, found_until: before(scope)[action]?.tried_at })),
	);
	const facts = toStorableJson(JSON.stringify(ended));
	await tx.client.query(endSql, [facts]);
	await tx.client.query(beginSql, [facts]);
}

/** Enrichment states after a run. One that did not succeed keeps the time it last did. */
function mergeEnrichments(
	stored: EnrichmentStates,
	updates: Readonly<Record<string, EnrichmentUpdate>>,
	at: Date,
): EnrichmentStates {
	const merged: Record<string, EnrichmentState> = { ...stored };
	for (const [action, { outcome, cause, asOf }] of Object.entries(updates)) {
		const confirmedAt = outcome === 'complete' ? at.toISOString() : stored[action]?.confirmed_at;
		const madeAt = outcome === 'complete' ? asOf?.toISOString() : stored[action]?.as_of;
		merged[action] = {
			outcome,
			...(cause ? { cause } : {}),
			...(confirmedAt ? { confirmed_at: confirmedAt } : {}),
			tried_at: at.toISOString(),
			...(madeAt ? { as_of: madeAt } : {}),
		};
	}
	return merged;
}

const given = `jsonb_to_recordset($1::jsonb) as g(scope bigint, action text, outcome text, cause jsonb, tried_at timestamptz,
	as_of timestamptz, found_until timestamptz)`;
const latest = `o.scope = g.scope and o.action = g.action
	and o.from_at = (select max(l.from_at) from enrichment_outcome l where l.scope = g.scope and l.action = g.action)`;

const endSql = `
update enrichment_outcome o set to_at = greatest(o.from_at, g.found_until)
from ${given}
where ${latest} and not (${sameOutcome} and o.as_of is not distinct from g.as_of)`;

/** One interval follows the other, also where a clock went back; of two that begin at one moment the later word counts. */
const beginSql = `
insert into enrichment_outcome (scope, action, from_at, outcome, cause, as_of)
select g.scope, g.action, greatest(g.tried_at, o.to_at), g.outcome, g.cause, g.as_of
from ${given} left join enrichment_outcome o on ${latest}
where o.scope is null or o.to_at is not null
on conflict (scope, action, from_at) do update set to_at = null, outcome = excluded.outcome, cause = excluded.cause,
	as_of = excluded.as_of`;

/** How an enrichment of a scope had ended by a moment. */
export type PastEnrichment = Omit<EnrichmentState, 'tried_at'>;

/** By scope and action. One that was not made by then is left out: nothing is known of it. */
export type PastEnrichments = ReadonlyMap<ScopeId, Readonly<Record<string, PastEnrichment>>>;

/**
 * How the enrichments of scopes had ended by a moment.
 *
 * @param at ISO 8601, a moment that is kept
 */
export async function readEnrichmentsAt(
	tx: TenantTransaction,
	scopeIds: readonly ScopeId[],
	at: string,
): Promise<PastEnrichments> {
	const moment = sql`${at}::timestamptz`;
	const intervals = sql`tenant_enrichment_outcome o where o.scope = s.id and o.action = a.action and o.from_at <= ${moment}`;
	const rows = await runSql<PastRow>(
		tx,
		sql`select s.id as scope, a.action, o.outcome, o.cause, o.as_of, c.confirmed_at
			from tenant_scope s
			cross join lateral jsonb_each(s.enrichments) a(action, state)
			cross join lateral (select o.outcome, o.cause, o.as_of from ${intervals} order by o.from_at desc limit 1) o
			left join lateral (
				select least(coalesce(o.to_at, (a.state ->> 'tried_at')::timestamptz), ${moment}) as confirmed_at
				from ${intervals} and o.outcome = 'complete' order by o.from_at desc limit 1
			) c on true
			where s.id = any (${[...new Set(scopeIds)]}::bigint[]) order by a.action`,
	);
	return new Map(
		[...Map.groupBy(rows, ({ scope }) => scope)].map(([scope, own]) => [
			scope,
			Object.fromEntries(own.map((row) => [row.action, toPast(row)])),
		]),
	);
}

interface PastRow {
	readonly scope: ScopeId;
	readonly action: string;
	readonly outcome: Outcome;
	readonly cause: OutcomeCause | null;
	readonly as_of: Date | null;
	readonly confirmed_at: Date | null;
}

function toPast({ outcome, cause, as_of: asOf, confirmed_at: confirmedAt }: PastRow): PastEnrichment {
	return {
		outcome,
		...(cause === null ? {} : { cause }),
		...(confirmedAt === null ? {} : { confirmed_at: confirmedAt.toISOString() }),
		...(asOf === null ? {} : { as_of: asOf.toISOString() }),
	};
}
