import {
	type AttributeValues,
	completeAttributes,
	deriveUnknown,
	type UnknownFacts,
} from '@rollcall/model/asset/derived.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import { type RawBuilder, sql } from 'kysely';
import { lastConfirmedAt, type RecordStanding, type StandingFacts, standingOf, wasRead } from './asset-standing.ts';
import { runSql } from './compile-sql.ts';
import { all, type Condition, type FilterCondition, matchCondition, undecidedCondition } from './filter-conditions.ts';
import { projections } from './projections.ts';
import { type CursorOf, isStorable, isUuid, readCursor, writeCursor } from './query/cursor.ts';
import type { TenantTransaction } from './transaction.ts';

/** What differs between listings of one type of asset and of another. */
export interface AssetListing<Filter, Sort extends string> {
	readonly type: AssetType;
	/** Kinds of integration that report such assets, as a pattern of SQL. */
	readonly kinds: string;
	/** Columns of the projection `d` by which each order sorts; the asset id is the last of each. */
	readonly sorts: Readonly<Record<Sort, readonly string[]>>;
	conditions(filter: Filter): readonly FilterCondition[];
	/** The part of a filter that scopes can be chosen by, on `s` and its integration `i`. */
	scopeConditions(filter: Filter): readonly Condition[];
	/** Beside asset id and native id, what an asset may be asked for by. */
	identifiers(id: string): Condition;
}

export interface AssetQuery<Filter, Sort extends string> {
	readonly filter: Filter;
	readonly sort: Sort;
	readonly limit: number;
	/** From `nextCursor` of the page before, with the same filter and sort. */
	readonly cursor: string | null;
}

export interface AssetRow<Attributes = AttributeValues> {
	readonly id: string;
	/** Kind of the integration whose record it shows, as `ec2.devices`. */
	readonly source: string;
	readonly nativeId: string;
	readonly standing: RecordStanding;
	readonly firstObservedAt: string;
	readonly lastConfirmedAt: string | null;
	readonly lastChangedAt: string;
	readonly attributes: Attributes;
	readonly unknown: UnknownMask;
}

/** Of the scopes that should have been read, how many are complete. */
export interface Coverage {
	readonly scopes: number;
	readonly scopesComplete: number;
	/** Of the complete scopes, the oldest confirmation; null where none is. */
	readonly oldestConfirmedAt: string | null;
}

export interface AssetSlice<Attributes = AttributeValues> {
	readonly assets: readonly AssetRow<Attributes>[];
	readonly nextCursor: string | null;
}

export interface AssetPage<Attributes = AttributeValues> extends AssetSlice<Attributes> {
	/** All that match, not only this page; at least this many where `totalIsExact` is false. */
	readonly total: number;
	readonly totalIsExact: boolean;
	/** Further ones of which the filter asks what is not known: they may match or not. */
	readonly undecided: number;
	readonly coverage: Coverage;
}

/** Counting stops here: beyond, an exact count takes longer than a second. */
const countLimit = 1_500_000;

/** A projection with the record each row follows, and its scope: all that filters need. */
function filteredSource(type: AssetType): RawBuilder<unknown> {
	return sql`(select * from ${sql.raw(`tenant_${projections[type].table}`)} where is_primary) d
		join tenant_record r on r.id = d.record
		join tenant_scope s on s.id = d.scope`;
}

/** The same with its integration and the facts of the account and of the removal that is held. */
export function assetSource(type: AssetType): RawBuilder<unknown> {
	return sql`${filteredSource(type)}
		join integration i on i.id = d.integration
		left join tenant_account a on a.configuration = i.configuration and a.account_id = d.account_id
		left join execution h on h.id = r.held_in`;
}

/** A page of assets in code-point order, the count of all that match, and what both depend on. */
export async function listAssets<Attributes extends AttributeValues, Filter, Sort extends string>(
	tx: TenantTransaction,
	listing: AssetListing<Filter, Sort>,
	query: AssetQuery<Filter, Sort>,
): Promise<AssetPage<Attributes>> {
	const slice = await sliceAssets<Attributes, Filter, Sort>(tx, listing, query);
	const conditions = listing.conditions(query.filter);
	const total = await countAssets(tx, listing.type, all(conditions.map(matchCondition)));
	const undecided = undecidedCondition(conditions);
	return {
		...slice,
		total,
		totalIsExact: total < countLimit,
		undecided: undecided === undefined ? 0 : await countAssets(tx, listing.type, undecided),
		coverage: await readCoverage(tx, listing, query.filter),
	};
}

async function countAssets(tx: TenantTransaction, type: AssetType, condition: Condition): Promise<number> {
	const [counted] = await runSql<{ total: number }>(
		tx,
		sql`select count(*)::int as total from (
			select from ${filteredSource(type)} where ${condition} limit ${countLimit}) matching`,
	);
	return counted?.total ?? 0;
}

/** The page alone: what goes on with a list has counted it before. */
export async function sliceAssets<Attributes extends AttributeValues, Filter, Sort extends string>(
	tx: TenantTransaction,
	listing: AssetListing<Filter, Sort>,
	query: AssetQuery<Filter, Sort>,
): Promise<AssetSlice<Attributes>> {
	const conditions = listing.conditions(query.filter).map(matchCondition);
	const columns = listing.sorts[query.sort];
	const after =
		query.cursor === null ? [] : [afterCursor(columns, readCursor(query.cursor, cursorOf(query.sort, columns)))];
	const keys = sql.join(columns.map((column) => sql`${sql.raw(column)}::text`));
	const rows = await runSql<AssetFacts<Attributes> & { readonly cursor: string[] }>(
		tx,
		sql`select ${assetColumns}, array[${keys}] as cursor
			from ${assetSource(listing.type)}
			where ${all([...conditions, ...after])}
			order by ${sql.join(columns.map((column) => sql.raw(column)))}
			limit ${query.limit + 1}`,
	);
	const page = rows.slice(0, query.limit);
	const last = rows.length > query.limit ? page.at(-1) : undefined;
	return {
		assets: page.map((row) => toAssetRow(listing.type, row)),
		nextCursor: last ? writeCursor(cursorOf(query.sort, columns), last.cursor) : null,
	};
}

/** What a count of assets with this filter depends on. */
async function readCoverage<Filter, Sort extends string>(
	tx: TenantTransaction,
	listing: AssetListing<Filter, Sort>,
	filter: Filter,
): Promise<Coverage> {
	const conditions = [sql`s.removed_at is null`, ...listing.scopeConditions(filter)];
	const [row] = await runSql<{ scopes: number; complete: number; oldest: Date | null }>(
		tx,
		sql`select count(*)::int as scopes, (count(*) filter (where s.outcome = 'complete'))::int as complete,
				min(s.last_complete_at) filter (where s.outcome = 'complete') as oldest
			from tenant_scope s join integration i on i.id = s.integration
			where i.kind like ${listing.kinds} and s.outcome is distinct from 'skipped' and ${all(conditions)}`,
	);
	return {
		scopes: row?.scopes ?? 0,
		scopesComplete: row?.complete ?? 0,
		oldestConfirmedAt: row?.oldest?.toISOString() ?? null,
	};
}

/** One asset with its record, scope and account, as the database gives it. */
export interface AssetFacts<Attributes> extends StandingFacts, Omit<UnknownFacts, 'wasRead'> {
	readonly id: string;
	readonly native_id: string;
	readonly first_observed_at: Date;
	readonly attributes: Attributes;
	readonly hash: Buffer;
}

export const assetColumns = sql`d.asset_id as id, i.kind, r.native_id, r.state, r.reason, r.first_observed_at, r.changed_at,
	r.attributes, r.unknown, r.hash, r.missed_in is not null as missed, r.held_in is not null as held, h.swept_at as held_since,
	s.outcome, s.cause, s.last_complete_at, s.enrichments, a.name as account_name, a.ou_path,
	coalesce(a.aws_organization_id is not null, false) as listed`;

export function toAssetRow<Attributes extends AttributeValues>(
	type: AssetType,
	facts: AssetFacts<Attributes>,
): AssetRow<Attributes> {
	const confirmedAt = lastConfirmedAt(facts);
	return {
		id: facts.id,
		source: facts.kind,
		nativeId: facts.native_id,
		standing: standingOf(facts),
		firstObservedAt: facts.first_observed_at.toISOString(),
		lastConfirmedAt: confirmedAt,
		lastChangedAt: facts.changed_at.toISOString(),
		attributes: completeAttributes(type, facts.attributes, facts, confirmedAt),
		unknown: deriveUnknown({ ...facts, wasRead: (part) => wasRead(facts.hash, part) }),
	};
}

function afterCursor(columns: readonly string[], values: readonly string[]): RawBuilder<unknown> {
	const left = sql.join(columns.map((column) => sql.raw(column)));
	const right = sql.join(
		values.map((value, index) => (index === values.length - 1 ? sql`${value}::uuid` : sql`${value}::text`)),
	);
	return sql`(${left}) > (${right})`;
}

function cursorOf(sort: string, columns: readonly string[]): CursorOf {
	return {
		sort,
		descending: false,
		values: columns.map((_, index) => (index === columns.length - 1 ? isUuid : isStorable)),
	};
}
