import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { type RawBuilder, sql } from 'kysely';
import { lowerAscii } from '../lower-ascii.ts';
import { allOf, anyOf, type Clause, notTrue, toSql } from './clause.ts';
import { type IntegrationFacts, integrationsOfType, type QueryContext } from './query-context.ts';
import { attributes, column, type Rows } from './rows.ts';

/** Attributes that rows have columns of, by the same names and as they are. */
const columnsOf: Readonly<Record<AssetType, ReadonlySet<string>>> = {
	device: new Set([
		'state',
		'os_platform',
		'os',
		'model',
		'vpc_id',
		'subnet_id',
		'image_id',
		'owner',
		'environment',
		'launched_at',
		'first_launched_at',
		'stopped_at',
		'public',
		'internal_ips',
		'external_ips',
		'ipv6',
	]),
	user: new Set(['enabled', 'mfa_enabled', 'created_at', 'updated_at', 'password_last_used_at']),
};

/** The column of an attribute, of a type as SQL has it; undefined where it stands in the record alone. */
export function columnOf(rows: Rows, attribute: string): RawBuilder<unknown> | undefined {
	return columnsOf[rows.type].has(attribute) ? column(rows, attribute) : undefined;
}

/** An attribute as JSON. */
export function stored(rows: Rows, attribute: string): RawBuilder<unknown> {
	return sql`(${attributes(rows)} -> ${attribute}::text)`;
}

/** An attribute as JSON, its texts folded; of a map see `named-clause.ts`. */
export function folded(rows: Rows, attribute: string): RawBuilder<unknown> {
	const own = sql`${lowerAscii(sql`${stored(rows, attribute)}::text`)}::jsonb`;
	return sql`coalesce(${column(rows, 'folded')} -> ${attribute}::text, ${own})`;
}

/** An attribute that is one text, folded. */
export function foldedText(rows: Rows, attribute: string): RawBuilder<unknown> {
	const own = columnOf(rows, attribute) ?? sql`${attributes(rows)} ->> ${attribute}::text`;
	return sql`coalesce(${column(rows, 'folded')} ->> ${attribute}::text, ${lowerAscii(own)})`;
}

/**
 * Whether an element of a list meets a condition on `e.v`. A value that is no list is taken for one of one, so that
 * nothing that stands there makes a query fail.
 */
export function someElement(list: RawBuilder<unknown>, condition: Clause): Clause {
	if (condition === false) return false;
	const where = condition === true ? sql`` : sql` where ${condition}`;
	return sql`exists (select from jsonb_path_query(${list}, '$[*]') as e(v)${where})`;
}

export function someOf(rows: Rows, integrations: readonly string[], context: QueryContext): Clause {
	const all = integrationsOfType(context, rows.type);
	const given = all.filter(({ id }) => integrations.includes(id)).map(({ id }) => id);
	if (given.length === 0) return false;
	if (given.length === all.length) return true;
	return sql`${column(rows, 'integration')} = any (${given}::uuid[])`;
}

/** How an enrichment of a scope ended last, as columns. */
export interface EnrichmentColumns {
	/** NULL: it was never made. */
	readonly outcome: RawBuilder<unknown>;
	/** When AWS made what was read last, where that is earlier than the reading; also of what was switched off since. */
	readonly madeAt: RawBuilder<unknown>;
}

/**
 * Rows of scopes of these integrations whose enrichment meets a condition: as it ended last, of a past moment as it had
 * ended by then. The condition depends on nothing of the row, so the database finds the scopes once.
 */
export function inEnriched(
	rows: Rows,
	action: string,
	integrations: readonly string[],
	condition: (enrichment: EnrichmentColumns) => Clause,
): Clause {
	const { joined, columns } = rows.at === null ? enrichmentNow(action) : enrichmentAt(action, rows.at);
	const met = allOf([sql`s.integration = any (${integrations}::uuid[])`, condition(columns)]);
	return (
		met !== false && sql`${column(rows, 'scope')} in (select s.id from tenant_scope s${joined} where ${toSql(met)})`
	);
}

function enrichmentNow(action: string) {
	const state = sql`s.enrichments -> ${action}::text`;
	const columns = { outcome: sql`${state} ->> 'outcome'`, madeAt: sql`(${state} ->> 'as_of')::timestamptz` };
	return { joined: sql``, columns };
}

function enrichmentAt(action: string, at: string) {
	const joined = sql` left join lateral (select o.outcome, o.as_of from tenant_enrichment_outcome o
		where o.scope = s.id and o.action = ${action}::text and o.from_at <= ${at}::timestamptz
		order by o.from_at desc limit 1) n on true`;
	return { joined, columns: { outcome: sql`n.outcome`, madeAt: sql`n.as_of` } };
}

/** A condition on the enrichment that feeds an attribute, over the scopes of the integrations that have it. */
export function inEnrichedScopes(
	rows: Rows,
	attribute: string,
	context: QueryContext,
	condition: (enrichment: EnrichmentColumns) => Clause,
): Clause {
	const byAction = new Map<string, string[]>();
	for (const { id, kind } of integrationsOfType(context, rows.type)) {
		const part = partOf(kind, attribute);
		if (part !== undefined) byAction.set(part, [...(byAction.get(part) ?? []), id]);
	}
	return anyOf([...byAction].map(([action, ids]) => inEnriched(rows, action, ids, condition)));
}

function partOf(kind: IntegrationFacts['kind'], attribute: string): string | undefined {
	return enrichedPartsOf(kind).find(({ attributes: names }) => names.includes(attribute))?.action;
}

/** What an enrichment told that is switched off is neither shown nor searched, though it is still stored. */
export function unlessSkipped(rows: Rows, attribute: string, context: QueryContext, holds: Clause): Clause {
	const skipped = inEnrichedScopes(rows, attribute, context, ({ outcome }) => sql`${outcome} = 'skipped'`);
	return allOf([holds, notTrue(skipped)]);
}
