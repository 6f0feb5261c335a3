import {
	assetKinds,
	attributesOfKind,
	enrichedPartsOf,
	untoldAttributesOf,
} from '@rollcall/model/asset/attribute-tables.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { type RawBuilder, sql } from 'kysely';
import { tagNameTerm, tagTerm } from './terms.ts';

export type Condition = RawBuilder<unknown>;

/** One condition of a filter, on `d` (the projection), `r` (its record) and `s` (its scope). */
export interface FilterCondition {
	readonly sql: Condition;
	/** The attribute it asks for, where that may be unknown: then it is neither met nor failed. */
	readonly attribute?: string;
}

export interface TagCondition {
	readonly name: string;
	readonly value?: string;
}

/** What every listing of assets may be narrowed by. */
export interface AssetFilter {
	readonly accounts?: readonly string[];
	readonly tags?: readonly TagCondition[];
	/** Absent: live ones, that is active and unconfirmed. */
	readonly recordState?: 'active' | 'unconfirmed' | 'retired';
}

/** The conditions that are the same for every type of asset. */
export function sharedConditions(filter: AssetFilter): readonly FilterCondition[] {
	return [
		{ sql: stateCondition(filter.recordState) },
		...anyOf(sql`d.account_id`, filter.accounts),
		...(filter.tags ?? []).map(({ name, value }) => ({
			sql:
				value === undefined
					? sql`d.terms @> array[${tagNameTerm(fold(name))}::bigint]`
					: sql`d.terms @> array[${tagTerm(fold(name), fold(value))}::bigint]`,
			attribute: 'tags',
		})),
	];
}

/** The column is one of the values; no condition where none are given. */
export function anyOf(column: Condition, values: readonly string[] | undefined): readonly FilterCondition[] {
	return values && values.length > 0 ? [{ sql: sql`${column} = any (${values})` }] : [];
}

/** `*` is any text; everything else stands for itself. */
export function likePattern(text: string): string {
	return fold(text)
		.replace(/[\\%_]/g, '\\$&')
		.replaceAll('*', '%');
}

export function all(conditions: readonly Condition[]): Condition {
	return sql.join(
		conditions.map((condition) => sql`(${condition})`),
		sql` and `,
	);
}

/** Active and unconfirmed differ by the scope's outcome, and by a removal that is held. */
function stateCondition(state: AssetFilter['recordState']): Condition {
	const confirmed = sql`coalesce(s.outcome = 'complete', false) and r.held_in is null`;
	if (state === undefined) return sql`d.record_state = 'active'`;
	if (state === 'retired') return sql`d.record_state = 'retired'`;
	if (state === 'active') return sql`d.record_state = 'active' and ${confirmed}`;
	return sql`d.record_state = 'active' and not (${confirmed})`;
}

/**
 * Rows that match for certain. What an enrichment told that was switched off since is unknown, though the projection still
 * holds its last value.
 */
export function matchCondition({ sql: condition, attribute }: FilterCondition): Condition {
	const actions = new Set(
		assetKinds.flatMap(enrichedPartsOf).flatMap(({ action, attributes }) => {
			return attribute !== undefined && attributes.includes(attribute) ? [action] : [];
		}),
	);
	const asked = [...actions].map(
		(action) => sql`coalesce(s.enrichments -> ${action} ->> 'outcome' <> 'skipped', true)`,
	);
	return all([condition, ...asked]);
}

/**
 * Rows that may match or not, because what the filter asks of them is not known: no condition is failed for certain, and
 * not all are met. Nothing where the filter asks for nothing that may be unknown.
 */
export function undecidedCondition(conditions: readonly FilterCondition[]): Condition | undefined {
	if (conditions.every(({ attribute }) => attribute === undefined)) return undefined;
	const met = conditions.map((each) => sql`coalesce(${matchCondition(each)}, false)`);
	const notFailed = conditions.map((each) =>
		each.attribute === undefined
			? each.sql
			: sql`coalesce(${matchCondition(each)}, false) or ${unknownCondition(each.attribute)}`,
	);
	return sql`${all(notFailed)} and not (${all(met)})`;
}

/** Whether an attribute of the record is unknown: what `deriveUnknown` says, in SQL. */
function unknownCondition(attribute: string): Condition {
	const stored = sql`coalesce(jsonb_exists(r.unknown, ${attribute}), false)`;
	const derived = assetKinds.flatMap((kind) => {
		const isOfKind = sql`d.integration in (select id from integration where kind = ${kind})`;
		if (untoldAttributesOf(kind).includes(attribute)) return [isOfKind];
		if (!Object.hasOwn(attributesOfKind(kind), attribute)) return [];
		const part = enrichedPartsOf(kind).find(({ attributes }) => attributes.includes(attribute));
		if (part === undefined) return [];
		const wasRead = sql`substring(r.hash from ${part.part * digestBytes + 1} for ${digestBytes}) <> ${neverRead}`;
		const isComplete = sql`coalesce(s.enrichments -> ${part.action} ->> 'outcome' = 'complete', false)`;
		return [sql`(${isOfKind} and not (${isComplete} and ${wasRead}))`];
	});
	return sql`(${sql.join([stored, ...derived], sql` or `)})`;
}

const digestBytes = 32;
const neverRead = Buffer.alloc(digestBytes);
