import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { CheckedNode, CheckedRule } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import { projections } from '../projections.ts';
import type { TenantTransaction } from '../transaction.ts';
import { allOf, anyOf, type Clause, toSql } from './clause.ts';
import { isTextTest } from './envelope-clause.ts';
import { everyAsset, everyAssetField, type FacetField, listCounted } from './facet-fields.ts';
import { type PairCount, rankPairs } from './facet-rows.ts';
import { countStates } from './facet-states.ts';
import type { QuerySource } from './query-source.ts';
import type { Rows } from './rows.ts';
import { meetsText, simplify, testText } from './text-clause.ts';

export interface CounterRead {
	readonly counts: readonly PairCount[];
	/** Nothing was written since they were made, and nothing is being collected. */
	readonly isCurrent: boolean;
}

/** Counts from what is kept for each scope; undefined where they say nothing of the query, or were never made. */
export async function readCounters(
	tx: TenantTransaction,
	query: QuerySource,
	type: AssetType,
	fields: readonly FacetField[],
	limit: number,
): Promise<CounterRead | undefined> {
	const { checked, context } = query;
	if (context.at !== null || checked.asksForStates) return undefined;
	const scopes = scopesOf(checked.root, type, query);
	if (scopes === undefined) return undefined;
	const standing = await readStanding(tx, type);
	if (standing === undefined) return undefined;
	const kept = listCounted(type).map(({ name }) => name);
	if (fields.some(({ name }) => name !== 'states' && !kept.includes(name))) return undefined;
	const numbers = fields.map(({ name }) => name);
	const counters =
		scopes === true
			? sql`select f.field, f.value, f.count from tenant_facet_total f where f.type = ${type}`
			: sql`select f.field, f.value, sum(f.count) as count from tenant_scope_facet f
				where f.type = ${type} and ${toSql(isOfScope(sql`f.scope`, scopes))} group by 1, 2`;
	const pairs = sql`select coalesce(array_position(${numbers}::text[], f.field) - 1, ${everyAsset}) as field, f.value,
			f.count::int as count from (${counters}) f where f.field = any (${[everyAssetField, ...kept]}::text[])`;
	const counts = await runSql<PairCount>(tx, rankPairs(pairs, limit));
	const states = fields.findIndex(({ name }) => name === 'states');
	if (states < 0) return { counts, ...standing };
	const rows: Rows = { type, alias: 'd', at: null };
	const where = scopes === true ? true : isOfScope(sql`d.scope`, scopes);
	return { counts: [...counts, ...(await countStates(tx, rows, where, states))], ...standing };
}

function isOfScope(scope: RawBuilder<unknown>, scopes: Clause): Clause {
	return sql`${scope} in (select s.id from tenant_scope s where ${toSql(scopes)})`;
}

/** Undefined where the counters of some scope were never made: what it holds would be missing. */
async function readStanding(tx: TenantTransaction, type: AssetType): Promise<{ isCurrent: boolean } | undefined> {
	// Users are correlated: their rows change without their records.
	const changed = sql.raw(type === 'device' ? 'd.changed_at' : 'd.valid_from');
	const primary = sql.raw(type === 'device' ? 'where d.is_primary' : '');
	const [row] = await runSql<{
		made: Date | null;
		changed: Date | null;
		stale: boolean;
		never: boolean;
		collecting: boolean;
	}>(
		tx,
		sql`select (select max(facets_at) from scope_facet_state
				where type = ${type} and organization = current_organization()) as made,
			(select max(${changed}) from tenant_${sql.raw(projections[type].table)} d ${primary}) as changed,
			exists (select from scope_facet_state where type = ${type} and is_stale) as stale,
			exists (select from scope_facet_state where type = ${type} and is_stale and counted_at is null) as never,
			exists (select from execution where state <> 'completed') as collecting`,
	);
	if (row === undefined || row.made === null || row.never) return undefined;
	return { isCurrent: !row.collecting && !row.stale && (row.changed === null || row.changed <= row.made) };
}

/**
 * A condition on scope `s` that says what the query says, where it asks for nothing but places; undefined for any other
 * query. Of users it asks each record, and counters are by the scope of the primary alone.
 */
function scopesOf(node: CheckedNode, type: AssetType, query: QuerySource): Clause | undefined {
	if (node.kind === 'not') return undefined;
	if (node.kind === 'rule') return type === 'device' ? scopesOfRule(node, query) : undefined;
	if (node.nodes.length === 0) return true;
	const parts = node.nodes.map((each) => scopesOf(each, type, query));
	const known = parts.filter((part) => part !== undefined);
	if (known.length < parts.length) return undefined;
	return node.kind === 'and' ? allOf(known) : anyOf(known);
}

function scopesOfRule({ field, scope, test }: CheckedRule, { context }: QuerySource): Clause | undefined {
	if (field.entity !== 'device' || scope !== null || !isTextTest(test)) return undefined;
	switch (field.name) {
		case 'account_id':
		case 'region':
			return testText(sql.raw(`s.${field.name}`), simplify(test));
		case 'sources': {
			const ids = context.integrations.filter(({ kind }) => meetsText(kind, test)).map(({ id }) => id);
			return ids.length > 0 && sql`s.integration = any (${ids}::uuid[])`;
		}
		default:
			return undefined;
	}
}
