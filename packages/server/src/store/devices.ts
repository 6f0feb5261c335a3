import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { DeviceSort } from '@rollcall/model/query/device-sort.ts';
import { type RawBuilder, sql } from 'kysely';
import { runSql } from './compile-sql.ts';
import { type DeviceFilter, filterConditions, scopeConditions } from './device-filter.ts';
import {
	type AccountFacts,
	completeAttributes,
	deriveUnknown,
	lastConfirmedAt,
	type RecordStanding,
	type StandingFacts,
	standingOf,
} from './device-standing.ts';
import type { EnrichmentState } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

export interface DeviceQuery {
	readonly filter: DeviceFilter;
	readonly sort: DeviceSort;
	readonly limit: number;
	/** From `nextCursor` of the page before, with the same filter and sort. */
	readonly cursor: string | null;
}

export interface DeviceRow {
	readonly id: string;
	readonly nativeId: string;
	readonly standing: RecordStanding;
	readonly firstObservedAt: string;
	readonly lastConfirmedAt: string | null;
	readonly lastChangedAt: string;
	readonly attributes: DeviceAttributes;
	readonly unknown: UnknownMask;
}

/** Of the scopes that should have been read, how many are complete. */
export interface Coverage {
	readonly scopes: number;
	readonly scopesComplete: number;
	/** Of the complete scopes, the oldest confirmation; null where none is. */
	readonly oldestConfirmedAt: string | null;
}

export interface DeviceSlice {
	readonly devices: readonly DeviceRow[];
	readonly nextCursor: string | null;
}

export interface DevicePage extends DeviceSlice {
	/** All that match, not only this page; at least this many where `totalIsExact` is false. */
	readonly total: number;
	readonly totalIsExact: boolean;
	readonly coverage: Coverage;
}

/** Counting stops here: beyond, an exact count takes longer than a second. */
const countLimit = 1_500_000;

const sortColumns: Readonly<Record<DeviceSort, readonly string[]>> = {
	name: ['d.name_folded', 'd.asset_id'],
	account: ['d.account_id', 'd.region', 'd.asset_id'],
	instance: ['d.instance_id', 'd.asset_id'],
};

export const deviceSource = sql`tenant_device d
	join tenant_record r on r.id = d.record
	join tenant_scope s on s.id = d.scope
	join integration i on i.id = d.integration
	left join tenant_account a on a.configuration = i.configuration and a.account_id = d.account_id
	left join execution h on h.id = r.held_in`;

/** A page of devices in code-point order, the count of all that match, and what both depend on. */
export async function listDevices(tx: TenantTransaction, query: DeviceQuery): Promise<DevicePage> {
	const slice = await sliceDevices(tx, query);
	const [counted] = await runSql<{ total: number }>(
		tx,
		sql`select count(*)::int as total from (
			select from tenant_device d join tenant_record r on r.id = d.record join tenant_scope s on s.id = d.scope
			where ${all(filterConditions(query.filter))} limit ${countLimit}) matching`,
	);
	const total = counted?.total ?? 0;
	return { ...slice, total, totalIsExact: total < countLimit, coverage: await readCoverage(tx, query.filter) };
}

/** The page alone: what goes on with a list has counted it before. */
export async function sliceDevices(tx: TenantTransaction, query: DeviceQuery): Promise<DeviceSlice> {
	const conditions = filterConditions(query.filter);
	const columns = sortColumns[query.sort];
	const after =
		query.cursor === null ? [] : [afterCursor(columns, readCursor(query.cursor, query.sort, columns.length))];
	const keys = sql.join(columns.map((column) => sql`${sql.raw(column)}::text`));
	const rows = await runSql<DeviceFacts & { readonly cursor: string[] }>(
		tx,
		sql`select ${deviceColumns}, array[${keys}] as cursor
			from ${deviceSource}
			where ${all([...conditions, ...after])}
			order by ${sql.join(columns.map((column) => sql.raw(column)))}
			limit ${query.limit + 1}`,
	);
	const page = rows.slice(0, query.limit);
	const last = rows.length > query.limit ? page.at(-1) : undefined;
	return { devices: page.map(toDeviceRow), nextCursor: last ? writeCursor(query.sort, last.cursor) : null };
}

/** What a count of devices with this filter depends on. */
async function readCoverage(tx: TenantTransaction, filter: DeviceFilter): Promise<Coverage> {
	const [row] = await runSql<{ scopes: number; complete: number; oldest: Date | null }>(
		tx,
		sql`select count(*)::int as scopes, (count(*) filter (where s.outcome = 'complete'))::int as complete,
				min(s.last_complete_at) filter (where s.outcome = 'complete') as oldest
			from tenant_scope s join integration i on i.id = s.integration
			where i.kind like '%.devices' and s.outcome is distinct from 'skipped' and ${all(scopeConditions(filter))}`,
	);
	return {
		scopes: row?.scopes ?? 0,
		scopesComplete: row?.complete ?? 0,
		oldestConfirmedAt: row?.oldest?.toISOString() ?? null,
	};
}

/** One device with its record, scope and account, as the database gives it. */
export interface DeviceFacts extends StandingFacts, AccountFacts {
	readonly id: string;
	readonly native_id: string;
	readonly first_observed_at: Date;
	readonly attributes: DeviceAttributes;
	readonly unknown: UnknownMask | null;
	readonly hash: Buffer;
	readonly enrichments: Readonly<Record<string, EnrichmentState>>;
}

export const deviceColumns = sql`d.asset_id as id, r.native_id, r.state, r.reason, r.first_observed_at, r.changed_at,
	r.attributes, r.unknown, r.hash, r.missed_in is not null as missed, r.held_in is not null as held, h.swept_at as held_since,
	s.outcome, s.cause, s.last_complete_at, s.enrichments, a.name as account_name, a.ou_path,
	coalesce(a.aws_organization_id is not null, false) as listed`;

export function toDeviceRow(facts: DeviceFacts): DeviceRow {
	const confirmedAt = lastConfirmedAt(facts);
	return {
		id: facts.id,
		nativeId: facts.native_id,
		standing: standingOf(facts),
		firstObservedAt: facts.first_observed_at.toISOString(),
		lastConfirmedAt: confirmedAt,
		lastChangedAt: facts.changed_at.toISOString(),
		attributes: completeAttributes(facts.attributes, facts, confirmedAt),
		unknown: deriveUnknown(facts.unknown, facts.hash, facts.enrichments, facts),
	};
}

function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
	return sql.join(
		conditions.map((condition) => sql`(${condition})`),
		sql` and `,
	);
}

function afterCursor(columns: readonly string[], values: readonly string[]): RawBuilder<unknown> {
	const left = sql.join(columns.map((column) => sql.raw(column)));
	const right = sql.join(
		values.map((value, index) => (index === values.length - 1 ? sql`${value}::uuid` : sql`${value}::text`)),
	);
	return sql`(${left}) > (${right})`;
}

function writeCursor(sort: DeviceSort, values: readonly string[]): string {
	return Buffer.from(JSON.stringify([sort, ...values])).toString('base64url');
}

function readCursor(cursor: string, sort: DeviceSort, length: number): readonly string[] {
	try {
		const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
		if (Array.isArray(parsed) && parsed.length === length + 1 && parsed[0] === sort) {
			const values = parsed.slice(1).filter((value): value is string => typeof value === 'string');
			if (values.length === length && /^[0-9a-f-]{36}$/.test(values.at(-1) ?? '')) return values;
		}
	} catch {
		// Falls through to the one error for every bad cursor.
	}
	throw new RollcallError({
		code: 'STORE:0007',
		actor: 'you',
		retryable: false,
		message: 'The cursor is not one of this listing.',
		fix: 'Take nextCursor from a page with the same filter and sort.',
	});
}
