import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { recordStates } from '@rollcall/model/asset/record-state.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { findField, type QueryField } from '@rollcall/model/query/fields.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import { type RawBuilder, sql } from 'kysely';
import { lowerAscii } from '../lower-ascii.ts';
import { testAsset } from './asset-clause.ts';
import { toSql } from './clause.ts';
import { integrationsOfType, type QueryContext } from './query-context.ts';
import { stored, unlessSkipped } from './row-attributes.ts';
import { column, type Rows } from './rows.ts';

/** Where the values of a field stand. */
type FacetSource =
	/** In a column of each record's row, as one text or flag. */
	| { readonly shape: 'column'; readonly column: string }
	| { readonly shape: 'list'; readonly column: string }
	/** Names of tags, in the record alone. They match whatever their case, and are counted folded. */
	| { readonly shape: 'tagNames' }
	/** Of the asset as a whole: which of these texts it meets as a value of the field. */
	| { readonly shape: 'asset'; valuesOf(context: QueryContext): readonly string[] };

export interface FacetField {
	/** Of the query field of the same name, but for `domain`. */
	readonly name: string;
	/** Which may be switched off with its enrichment. */
	readonly attribute: string;
	readonly source: FacetSource;
}

const inColumn = (name: string, from = name): FacetField => ({
	name,
	attribute: name,
	source: { shape: 'column', column: from },
});
const tagNames: FacetField = { name: 'tags', attribute: 'tags', source: { shape: 'tagNames' } };
const states: FacetField = {
	name: 'states',
	attribute: 'states',
	source: { shape: 'asset', valuesOf: () => recordStates },
};

function sourcesOf(type: AssetType): FacetField {
	const valuesOf = (context: QueryContext) => [...new Set(integrationsOfType(context, type).map(({ kind }) => kind))];
	return { name: 'sources', attribute: 'sources', source: { shape: 'asset', valuesOf } };
}

/** What assets are counted by, in the order in which people see it. */
const fields: Readonly<Record<AssetType, readonly FacetField[]>> = {
	device: [
		...['os_platform', 'os', 'state', 'account_id', 'region', 'vpc_id', 'model', 'image_id'].map((name) =>
			inColumn(name),
		),
		...['owner', 'environment'].map((name) => inColumn(name)),
		tagNames,
		sourcesOf('device'),
		states,
	],
	user: [
		sourcesOf('user'),
		inColumn('account_id'),
		{ name: 'groups', attribute: 'groups', source: { shape: 'list', column: 'group_names' } },
		{ name: 'domain', attribute: 'emails', source: { shape: 'column', column: 'domain' } },
		inColumn('enabled'),
		inColumn('mfa_enabled'),
		tagNames,
		states,
	],
};

export function listFacetFields(type: AssetType): readonly string[] {
	return fields[type].map(({ name }) => name);
}

/**
 * What counters are kept of, and what is counted unless fields are named. States are derived when they are asked for, and
 * names of tags stand in the records alone: looking into those is most of the work.
 */
export function listCounted(type: AssetType): readonly FacetField[] {
	return fields[type].filter((field) => field !== states && field !== tagNames);
}

/** Throws `QUERY:0010` for a field that nothing is counted by. */
export function chooseFacetFields(type: AssetType, names: readonly string[] | undefined): readonly FacetField[] {
	if (names === undefined) return fields[type].filter((field) => field !== tagNames);
	return [...new Set(names)].map((name) => {
		const field = fields[type].find((each) => each.name === name);
		if (field !== undefined) return field;
		throw new RollcallError({
			code: 'QUERY:0010',
			actor: 'you',
			retryable: false,
			message: `${type}s are not counted by ${JSON.stringify(name)}.`,
			fix: suggest(name, listFacetFields(type)),
		});
	});
}

/** The number under which the assets themselves are counted, whatever their values. */
export const everyAsset = -1;
/** And its name among the counters. */
export const everyAssetField = '';

/**
 * The values of a row as `(field, value)`, fields by their number in `chosen`: once for each, and with no value where it
 * tells none. What is of the asset is told with its primary row.
 */
export function pairsOf(rows: Rows, chosen: readonly FacetField[], context: QueryContext): RawBuilder<unknown> {
	const scalars: RawBuilder<unknown>[] = [sql`(${sql.raw(String(everyAsset))}, null)`];
	const lists: RawBuilder<unknown>[] = [];
	for (const [index, field] of chosen.entries()) {
		const number = sql.raw(String(index));
		const { source } = field;
		if (source.shape === 'column') {
			scalars.push(sql`(${number}, ${unlessOff(rows, field, context, sql`${column(rows, source.column)}::text`)})`);
			continue;
		}
		if (source.shape === 'asset') {
			const held = source
				.valuesOf(context)
				.map((value) => sql`case when ${hasValue(rows, field, value, context)} then ${value}::text end`);
			if (held.length === 0) continue;
			lists.push(
				sql`select ${number}, v from unnest(array[${sql.join(held)}]) v where v is not null and ${column(rows, 'is_primary')}`,
			);
			continue;
		}
		if (source.shape === 'tagNames') {
			const folded = unlessOff(rows, field, context, sql`(${column(rows, 'folded')} -> 'tags')`);
			const tags = unlessOff(rows, field, context, stored(rows, 'tags'));
			// How many have none is not told: that would be another look at each record. See `named-clause.ts` for both forms.
			lists.push(sql`select distinct ${number}, t.name from (
				select p.v ->> 0 as name from jsonb_path_query(${folded}, '$[*]') p(v)
				union all
				select ${lowerAscii(sql`k.name`)} from jsonb_object_keys(case when ${folded} is null then ${tags} end) k(name)
			) t`);
			continue;
		}
		const values = unlessOff(rows, field, context, column(rows, source.column));
		const once = sql`array(select distinct g from unnest(${values}) g)`;
		lists.push(sql`select ${number}, v from unnest(coalesce(nullif(${once}, '{}'), array[null::text])) v`);
	}
	const plain = sql`select f, v from (values ${sql.join(scalars)}) s(f, v)`;
	return sql.join([plain, ...lists], sql` union all `);
}

function unlessOff(
	rows: Rows,
	{ attribute }: FacetField,
	context: QueryContext,
	value: RawBuilder<unknown>,
): RawBuilder<unknown> {
	const told = unlessSkipped(rows, attribute, context, true);
	return told === true ? value : sql`case when ${toSql(told)} then ${value} end`;
}

function hasValue(rows: Rows, { name }: FacetField, value: string, context: QueryContext): RawBuilder<unknown> {
	const field: QueryField | undefined = findField(rows.type, name);
	if (field === undefined) throw new Error(`there is no field ${name}`);
	const rule = { kind: 'rule', field, scope: null, test: { op: 'texts', texts: [value] } } as const;
	return toSql(testAsset(rows, rule, context) ?? false);
}
