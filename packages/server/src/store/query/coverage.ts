import type { CheckedNode, CheckedQuery, CheckedRule } from '@rollcall/model/query/checked-query.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';
import { sql } from 'kysely';
import type { Coverage } from '../asset-listing.ts';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { allOf, anyOf, type Clause, toSql } from './clause.ts';
import { isTextTest } from './envelope-clause.ts';
import { meetsText, simplify, testText } from './text-clause.ts';

/** One scope an answer depends on. */
export interface CoveredScope {
	readonly integrationId: string;
	readonly kind: string;
	readonly accountId: string;
	readonly region: string;
	/** Null where it was never read to its end. */
	readonly outcome: Outcome | null;
	readonly lastCompleteAt: string | null;
}

/**
 * Of the scopes an answer depends on, how many are complete, and how old the oldest confirmation is: now, or as it was then.
 *
 * @param at ISO 8601, a moment that is kept; null: now
 */
export async function coverageOf(
	tx: TenantTransaction,
	checked: CheckedQuery,
	at: string | null = null,
): Promise<Coverage> {
	const [row] = await runSql<{ scopes: number; complete: number; oldest: Date | null }>(
		tx,
		sql`select count(*)::int as scopes, (count(*) filter (where s.outcome = 'complete'))::int as complete,
				min(s.last_complete_at) filter (where s.outcome = 'complete') as oldest
			from ${at === null ? scopes : scopesAt(at)} where ${await dependency(tx, checked)}`,
	);
	return {
		scopes: row?.scopes ?? 0,
		scopesComplete: row?.complete ?? 0,
		oldestConfirmedAt: row?.oldest?.toISOString() ?? null,
	};
}

/** The scopes an answer depends on, those that were longest not complete first. */
export async function listCoveredScopes(
	tx: TenantTransaction,
	checked: CheckedQuery,
	limit: number,
): Promise<readonly CoveredScope[]> {
	const rows = await runSql<Omit<CoveredScope, 'lastCompleteAt'> & { readonly last_complete_at: Date | null }>(
		tx,
		sql`select s.integration as "integrationId", i.kind, s.account_id as "accountId", s.region, s.outcome, s.last_complete_at
			from ${scopes} where ${await dependency(tx, checked)}
			order by s.outcome is not distinct from 'complete', s.last_complete_at nulls first, s.account_id, s.region, s.id
			limit ${limit}`,
	);
	return rows.map(({ last_complete_at: at, ...row }) => ({ ...row, lastCompleteAt: at?.toISOString() ?? null }));
}

const scopes = sql`tenant_scope s join integration i on i.id = s.integration`;

/** As their outcomes were: of each the interval that holds the moment, or that ended last before it. */
function scopesAt(moment: string) {
	const at = sql`${moment}::timestamptz`;
	return sql`(
		select s.id, s.integration, s.account_id, s.region, o.outcome, c.last_complete_at,
			case when s.removed_at <= ${at} then s.removed_at end as removed_at
		from tenant_scope s
		cross join lateral (select o.outcome from scope_outcome o where o.scope = s.id and o.from_at <= ${at}
			order by o.from_at desc limit 1) o
		left join lateral (select max(least(o.to_at, ${at})) as last_complete_at from scope_outcome o
			where o.scope = s.id and o.from_at <= ${at} and o.outcome = 'complete') c on true
	) s join integration i on i.id = s.integration`;
}

async function dependency(tx: TenantTransaction, checked: CheckedQuery) {
	const integrations = await runSql<{ id: string; kind: string }>(tx, sql`select id, kind from integration`);
	const related = relatedTypes(checked.root).filter((type) => type !== checked.entity && type !== 'event');
	const own =
		checked.entity === 'event'
			? true
			: allOf([isOfType(checked.entity), mayHold(checked.root, checked.entity, integrations)]);
	return toSql(
		allOf([
			sql`s.removed_at is null`,
			sql`s.outcome is distinct from 'skipped'`,
			anyOf([own, ...related.map(isOfType)]),
		]),
	);
}

function isOfType(type: Entity): Clause {
	return sql`i.kind like ${`%.${type}s`}`;
}

function relatedTypes(node: CheckedNode): readonly Entity[] {
	if (node.kind === 'rule') return [node.field.entity];
	const types = node.kind === 'not' ? relatedTypes(node.node) : node.nodes.flatMap(relatedTypes);
	return [...new Set(types)];
}

type Integrations = readonly { readonly id: string; readonly kind: string }[];

/** Whether a scope may hold what the query is about. Rules of anything but the place of a record leave that open. */
function mayHold(node: CheckedNode, entity: Entity, integrations: Integrations): Clause {
	switch (node.kind) {
		case 'rule':
			return node.field.entity === entity ? mayHoldRule(node, integrations) : true;
		case 'not':
			return true;
		case 'and':
			return everyOf(
				entity,
				node.nodes.map((each) => mayHold(each, entity, integrations)),
			);
		case 'or':
			return node.nodes.length === 0 || anyOf(node.nodes.map((each) => mayHold(each, entity, integrations)));
	}
}

/** Of a user, records of different scopes may meet the rules; a device is one record, which meets them all. */
function everyOf(entity: Entity, holds: readonly Clause[]): Clause {
	if (entity !== 'user') return allOf(holds);
	const places = holds.filter((each) => each !== true);
	return places.length === 0 || anyOf(places);
}

function mayHoldRule({ field, scope, test }: CheckedRule, integrations: Integrations): Clause {
	const ofScope =
		scope === null ? true : scope.kind === undefined ? isOneOf([scope.integrationId]) : sql`i.kind = ${scope.kind}`;
	if (!isTextTest(test)) return ofScope;
	switch (field.name) {
		case 'account_id':
			return allOf([ofScope, testText(sql`s.account_id`, simplify(test))]);
		case 'region':
			// A failure before regions were known may hide devices of any region.
			return allOf([ofScope, anyOf([testText(sql`s.region`, simplify(test)), sql`s.region = '*'`])]);
		case 'sources':
			return isOneOf(integrations.filter(({ kind }) => meetsText(kind, test)).map(({ id }) => id));
		case 'integrations':
			return isOneOf(integrations.filter(({ id }) => meetsText(id, test)).map(({ id }) => id));
		default:
			return ofScope;
	}
}

function isOneOf(ids: readonly string[]): Clause {
	return ids.length > 0 && sql`s.integration = any (${ids}::uuid[])`;
}
