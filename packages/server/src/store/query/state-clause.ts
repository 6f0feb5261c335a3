import { type RecordState, recordStates } from '@rollcall/model/asset/record-state.ts';
import type { Test, TextTest } from '@rollcall/model/query/checked-query.ts';
import { type RawBuilder, sql } from 'kysely';
import { allOf, anyOf, type Clause, notTrue } from './clause.ts';
import { column, isDuplicate, isLive, type Rows } from './rows.ts';
import { meetsText } from './text-clause.ts';
import { testTime } from './value-clause.ts';

/** Rows whose record's derived state (`standingOf`) meets a test. */
export function testState(rows: Rows, test: TextTest): Clause {
	return anyOf(recordStates.filter((state) => meetsText(state, test)).map((state) => hasState(rows, state)));
}

function hasState(rows: Rows, state: RecordState): Clause {
	if (state === 'retired') return sql`${column(rows, 'record_state')} = 'retired'`;
	if (state === 'duplicate') return allOf([isLive(rows), isDuplicate(rows)]);
	// Nothing is known of the others to be searched by.
	if (state !== 'active' && state !== 'unconfirmed') return false;
	const confirmed = allOf([isComplete(rows), notTrue(isMarked(rows, 'held_in'))]);
	return allOf([isLive(rows), notTrue(isDuplicate(rows)), state === 'active' ? confirmed : notTrue(confirmed)]);
}

function isComplete(rows: Rows): Clause {
	const scope = column(rows, 'scope');
	if (rows.at === null) return sql`${scope} in (select s.id from tenant_scope s where s.outcome = 'complete')`;
	const at = sql`${rows.at}::timestamptz`;
	return sql`${scope} in (select o.scope from scope_outcome o where o.from_at <= ${at} and o.outcome = 'complete'
		and not exists (select from scope_outcome l where l.scope = o.scope and l.from_at > o.from_at and l.from_at <= ${at}))`;
}

/** Whether a complete scope missed the record, or its removal is held: few are, and of past moments it is not kept. */
function isMarked(rows: Rows, mark: 'missed_in' | 'held_in'): Clause {
	if (rows.at !== null) return false;
	const held = mark === 'held_in' ? sql` and r.held_in is not null` : sql``;
	return sql`${column(rows, 'record')} in (select r.id from tenant_record r where r.missed_in is not null${held})`;
}

type TimeTest = Extract<Test, { readonly op: 'time_range' }>;

/**
 * When a row's record was last seen for certain (`lastConfirmedAt`): when it last changed, or later with its scope. What
 * the scope says is a set of scopes.
 */
export function testConfirmed(rows: Rows, test: TimeTest | null): Clause {
	if (test === null) return isLive(rows);
	const bounds = bounders.map(({ name, isLower, past }): Clause => {
		const limit = test[name];
		if (limit === undefined) return true;
		const changed = testTime(column(rows, 'changed_at'), { op: 'time_range', [name]: limit });
		const scopes = (range: TimeTest): Clause =>
			allOf([isConfirmedScope(rows, range), notTrue(isMarked(rows, 'missed_in'))]);
		return isLower
			? anyOf([changed, scopes({ op: 'time_range', [name]: limit })])
			: allOf([changed, notTrue(scopes({ op: 'time_range', [past]: limit }))]);
	});
	return allOf([isLive(rows), ...bounds]);
}

/** The later of two times lies above a bound if one of them does, and below one unless one of them is past it. */
const bounders = [
	{ name: 'after', isLower: true, past: 'until' },
	{ name: 'from', isLower: true, past: 'before' },
	{ name: 'until', isLower: false, past: 'after' },
	{ name: 'before', isLower: false, past: 'from' },
] as const;

function isConfirmedScope(rows: Rows, range: TimeTest): Clause {
	const inside = (time: RawBuilder<unknown>) => testTime(time, range);
	const scope = column(rows, 'scope');
	if (rows.at === null) {
		return sql`${scope} in (select s.id from tenant_scope s where ${inside(sql`s.last_complete_at`)})`;
	}
	const at = sql`${rows.at}::timestamptz`;
	return sql`${scope} in (select o.scope from scope_outcome o where o.outcome = 'complete' and o.from_at <= ${at}
		group by o.scope having ${inside(sql`max(least(o.to_at, ${at}))`)})`;
}
