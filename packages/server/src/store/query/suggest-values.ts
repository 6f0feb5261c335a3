import { assetKinds, attributesOfKind } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { kindsOf } from '@rollcall/model/query/check-rule.ts';
import type { QueryField } from '@rollcall/model/query/fields.ts';
import { sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { listFacetFields } from './facet-fields.ts';
import { listLabelValues, listTagValues, listTold, mostValues } from './told-values.ts';

export interface SuggestOptions {
	/** Of tags and labels: the name whose values are asked for; without it the names themselves are. */
	readonly name?: string;
	/** Matched whatever its case; values that begin with it come before those that hold it. */
	readonly text: string;
	readonly limit?: number;
}

export interface SuggestedValue {
	readonly value: string;
	/** Live assets with it: of a big inventory of one asset in fifty. Null where it was not counted. */
	readonly count: number | null;
}

const defaultLimit = 20;

/**
 * Values that a field has and that a text may be the beginning of, the most frequent first. Of times and of ids of single
 * things there are none: nobody looks for those by their beginning.
 */
export async function suggestValues(
	tx: TenantTransaction,
	field: QueryField,
	{ name, text, limit = defaultLimit }: SuggestOptions,
): Promise<readonly SuggestedValue[]> {
	const values = field.values?.map(uncounted) ?? (await listValues(tx, field, name));
	const wanted = fold(text);
	const begins = values.filter(({ value }) => fold(value).startsWith(wanted));
	const holds = values.filter(({ value }) => !fold(value).startsWith(wanted) && fold(value).includes(wanted));
	return [...begins, ...holds].slice(0, limit);
}

function uncounted(value: string): SuggestedValue {
	return { value, count: null };
}

async function listValues(
	tx: TenantTransaction,
	field: QueryField,
	name: string | undefined,
): Promise<readonly SuggestedValue[]> {
	const { entity } = field;
	if (entity === 'event') return await listOfEvents(tx, field);
	if (field.name === 'labels') return await listLabelValues(tx, entity, name);
	if (field.type === 'named' && name !== undefined) return await listTagValues(tx, entity, name);
	if (field.name === 'account_name' || field.name === 'ou_path') return await listOfAccounts(tx, field.name);
	if (field.name === 'integrations') return await listIntegrations(tx, entity);
	const counted = await listCounted(tx, entity, field);
	if (counted.length > 0) return counted;
	if (field.name === 'sources') return kindsOf(entity).map(uncounted);
	return isTold(field) ? await listTold(tx, entity, field) : [];
}

/** From what is kept for each scope. */
async function listCounted(
	tx: TenantTransaction,
	type: AssetType,
	{ name }: QueryField,
): Promise<readonly SuggestedValue[]> {
	if (!listFacetFields(type).includes(name)) return [];
	return await runSql<SuggestedValue>(
		tx,
		sql`select f.value, f.count::int as count from tenant_facet_total f
			where f.type = ${type} and f.field = ${name} and f.value is not null
			order by 2 desc, 1 limit ${mostValues}`,
	);
}

/** Whether the records tell it. */
function isTold({ name, type, origin }: QueryField): boolean {
	return type !== 'time' && (origin === 'attribute' || name === 'instance_id' || name === 'ips');
}

/** Which accounts there are changes by their own list, so nothing is counted by their names. */
async function listOfAccounts(
	tx: TenantTransaction,
	column: 'account_name' | 'ou_path',
): Promise<readonly SuggestedValue[]> {
	const value = sql.ref(column === 'account_name' ? 'name' : column);
	const rows = await runSql<{ value: string }>(
		tx,
		sql`select distinct ${value} as value from tenant_account where ${value} is not null and retired_at is null
			order by 1 limit ${mostValues}`,
	);
	return rows.map((row) => uncounted(row.value));
}

async function listIntegrations(tx: TenantTransaction, type: AssetType | null): Promise<readonly SuggestedValue[]> {
	const rows = await runSql<{ id: string; kind: string }>(tx, sql`select id, kind from integration order by kind, id`);
	return rows.filter(({ kind }) => type === null || kind.endsWith(`.${type}s`)).map(({ id }) => uncounted(id));
}

async function listOfEvents(tx: TenantTransaction, { name }: QueryField): Promise<readonly SuggestedValue[]> {
	if (name === 'integration') return await listIntegrations(tx, null);
	if (name === 'source') return assetKinds.map(uncounted);
	if (name !== 'attribute') return [];
	return [...new Set(assetKinds.flatMap(listTracked))].sort().map(uncounted);
}

/** Attributes whose changes are events. */
function listTracked(kind: string): readonly string[] {
	return Object.entries(attributesOfKind(kind)).flatMap(([name, { tracked }]) => (tracked ? [name] : []));
}
