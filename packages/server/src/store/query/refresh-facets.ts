import { type AssetType, assetTypes } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import { projections } from '../projections.ts';
import type { TenantTransaction } from '../transaction.ts';
import { allOf } from './clause.ts';
import { everyAsset, everyAssetField, listCounted } from './facet-fields.ts';
import { countPairs } from './facet-rows.ts';
import { type QueryContext, readIntegrations } from './query-context.ts';
import { isLivePrimary } from './related-clause.ts';
import type { Rows } from './rows.ts';

/** Assets that one execution counts anew: a change in every scope must not cost as much as counting everything, every hour. */
const mostCounted = 50_000;

/**
 * Makes the counters of those scopes anew whose assets changed since they were made, those that were counted longest ago
 * first, up to so many assets; the others stay marked as stale, and their counts are estimates. Of an unchanged inventory
 * it writes nothing. At the end of an execution, after everything that it changes. Scopes that another one is reading are
 * left to it.
 */
export async function refreshFacets(
	tx: TenantTransaction,
	executionId: string,
	most: number = mostCounted,
): Promise<void> {
	await tx.client.query(
		`select pg_advisory_xact_lock(hashtextextended('rollcall facets ' || current_organization()::text, 0))`,
	);
	const integrations = await readIntegrations(tx);
	for (const type of assetTypes) {
		if (!integrations.some(({ kind }) => kind.endsWith(`.${type}s`))) continue;
		await markStale(tx, type, await findStale(tx, type, executionId));
		await markSwitched(tx, type);
		const scopes = await chooseStale(tx, type, executionId, most);
		if (scopes.length > 0) await countScopes(tx, type, { at: null, integrations, accounts: [] }, scopes);
	}
}

interface StaleScope {
	readonly scope: string;
	/** The latest change of it. */
	readonly at: Date;
}

/**
 * Whatever changed since the latest change that is counted, and since this execution began: it may have written what it
 * saw earlier than another one that ended meanwhile. Of rows that are no primaries, also the scope of their primary.
 */
async function findStale(tx: TenantTransaction, type: AssetType, executionId: string): Promise<readonly StaleScope[]> {
	const table = sql.raw(projections[type].table);
	const time = sql.raw(type === 'device' ? 'changed_at' : 'valid_from');
	const primary = sql.raw(type === 'device' ? 'and d.is_primary' : '');
	return await runSql<StaleScope>(
		tx,
		sql`with since as materialized (
				select coalesce(least(max(f.facets_at), (select coalesce(x.started_at, x.created_at) from execution x
					where x.id = ${executionId}::uuid)), '-infinity') as at
				from scope_facet_state f where f.type = ${type}
			), changed as (
				select d.scope, max(d.${time}) as at from tenant_${table} d
				where d.${time} >= (select at from since) ${primary} group by 1
				union all
				select unnest(array[d.scope, p.scope]), max(d.valid_from) from tenant_${table} d
				left join tenant_${table} p on p.asset_id = d.asset_id and p.is_primary
				where not d.is_primary and d.valid_from >= (select at from since) group by 1
			)
			select c.scope, c.at from (select scope, max(at) as at from changed where scope is not null group by 1) c
			join tenant_scope s on s.id = c.scope
			left join scope_facet_state f on f.scope = c.scope
			where c.at > coalesce(f.facets_at, '-infinity')
				and ${isFree(executionId)}`,
	);
}

/** Whether no other execution is reading scope `s`. */
function isFree(executionId: string): RawBuilder<unknown> {
	return sql`(s.lease_execution is null or s.lease_execution = ${executionId}::uuid or s.lease_expires_at < now())`;
}

async function markStale(tx: TenantTransaction, type: AssetType, stale: readonly StaleScope[]): Promise<void> {
	if (stale.length === 0) return;
	await runSql(
		tx,
		sql`insert into scope_facet_state (scope, type, facets_at)
			select g.scope, ${type}, g.at
			from unnest(${stale.map(({ scope }) => scope)}::bigint[], ${stale.map(({ at }) => at)}::timestamptz[]) g(scope, at)
			on conflict (scope) do update set facets_at = excluded.facets_at, is_stale = true`,
	);
}

/** An enrichment that is switched off or on changes no record, but what is told of all of them. */
async function markSwitched(tx: TenantTransaction, type: AssetType): Promise<void> {
	await runSql(
		tx,
		sql`update scope_facet_state f set is_stale = true from tenant_scope s
			where s.id = f.scope and f.type = ${type} and not f.is_stale and f.skipped <> ${skippedOf}`,
	);
}

/** Enrichments of scope `s` that are switched off. */
const skippedOf = sql`array(select e.key from jsonb_each(s.enrichments) e where e.value ->> 'outcome' = 'skipped' order by e.key)`;

/** At least one, however large it is. */
async function chooseStale(
	tx: TenantTransaction,
	type: AssetType,
	executionId: string,
	most: number,
): Promise<readonly string[]> {
	const rows = await runSql<{ scope: string }>(
		tx,
		sql`select scope from (
				select f.scope, row_number() over stalest as number, sum(greatest(s.record_count, 1)) over stalest as assets
				from scope_facet_state f join tenant_scope s on s.id = f.scope
				where f.type = ${type} and f.is_stale and ${isFree(executionId)}
				window stalest as (order by f.counted_at nulls first, f.scope)
			) c where number = 1 or assets <= ${most}`,
	);
	return rows.map(({ scope }) => scope);
}

/** Sums over scopes follow their counters: adding up what hundreds of scopes have of thousands of values takes half a second. */
function addToTotals(change: RawBuilder<unknown>, sum: RawBuilder<unknown>): RawBuilder<unknown> {
	return sql`with changed as (${change} returning type, field, value, count)
		insert into facet_total as t (type, field, value, count) select type, field, value, ${sum} from changed group by 1, 2, 3
		on conflict (organization, type, field, value) do update set count = t.count + excluded.count`;
}

async function countScopes(
	tx: TenantTransaction,
	type: AssetType,
	context: QueryContext,
	scopes: readonly string[],
): Promise<void> {
	const fields = listCounted(type);
	const rows: Rows = { type, alias: 'd', at: null };
	const where = allOf([isLivePrimary(rows), sql`d.scope = any (${scopes}::bigint[])`]);
	const names = fields.map(({ name }) => name);
	const name = sql`case when c.field = ${everyAsset} then ${everyAssetField} else (${names}::text[])[c.field + 1] end`;
	const gone = sql`delete from scope_facet where scope = any (${scopes}::bigint[])`;
	await runSql(tx, addToTotals(gone, sql`-sum(count)`));
	const made = sql`insert into scope_facet (scope, type, field, value, count)
		select c.scope, ${type}, ${name}, c.value, c.count from (${countPairs({ rows, where, context }, fields, true)}) c`;
	await runSql(tx, addToTotals(made, sql`sum(count)`));
	await runSql(tx, sql`delete from facet_total where count = 0`);
	await runSql(
		tx,
		sql`update scope_facet_state f set is_stale = false, counted_at = now(), skipped = ${skippedOf}
			from tenant_scope s where s.id = f.scope and f.scope = any (${scopes}::bigint[])`,
	);
}
