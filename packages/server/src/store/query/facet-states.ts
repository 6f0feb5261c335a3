import type { RecordState } from '@rollcall/model/asset/record-state.ts';
import { recordStates } from '@rollcall/model/asset/record-state.ts';
import { sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';

import { allOf, type Clause, notTrue, toSql } from './clause.ts';
import { everyAssetField } from './facet-fields.ts';
import type { PairCount } from './facet-rows.ts';
import { isLivePrimary } from './related-clause.ts';
import { hasOther, type Rows, source } from './rows.ts';
import { testState } from './state-clause.ts';

/**
 * How many live assets have a record of each state. States are derived from scopes, so no counter can hold them: primaries
 * are counted by what became of their scopes, and only what differs from that is looked for, which is little.
 *
 * @param where of the scopes of the primaries `d`
 */
export async function countStates(
	tx: TenantTransaction,
	rows: Rows,
	where: Clause,
	field: number,
): Promise<readonly PairCount[]> {
	const live = allOf([isLivePrimary(rows), where]);
	const of = (state: RecordState) => ({ op: 'texts', texts: [state] }) as const;
	const others = recordStates.map((state) => {
		const beside = allOf([
			live,
			hasOther(rows, (other) => testState(other, of(state))),
			notTrue(testState(rows, of(state))),
		]);
		return beside === false ? sql`0` : sql`(select count(*)::int from ${source(rows)} where ${toSql(beside)})`;
	});
	const [row] = await runSql<{ complete: number; incomplete: number; held: number; others: readonly number[] }>(
		tx,
		sql`select coalesce(sum(d.count) filter (where s.outcome = 'complete'), 0)::int as complete,
				coalesce(sum(d.count) filter (where s.outcome is distinct from 'complete'), 0)::int as incomplete,
				(${countHeld(rows, live)}) as held, array[${sql.join(others)}] as others
			from tenant_scope_facet d join tenant_scope s on s.id = d.scope
			where d.type = ${rows.type} and d.field = ${everyAssetField} and ${toSql(where)}`,
	);
	if (row === undefined) return [];
	const primaries: Partial<Record<RecordState, number>> = {
		active: row.complete - row.held,
		unconfirmed: row.incomplete + row.held,
	};
	const counts = recordStates
		.map((value, index) => ({ field, value, count: (primaries[value] ?? 0) + (row.others[index] ?? 0) }))
		.filter(({ count }) => count > 0)
		.sort((left, right) => right.count - left.count);
	return counts.map((each) => ({ ...each, distinct: counts.length }));
}

/** In complete scopes, and yet unconfirmed. */
function countHeld(rows: Rows, live: Clause) {
	const held = sql`d.record in (select r.id from tenant_record r where r.missed_in is not null and r.held_in is not null)`;
	const complete = sql`d.scope in (select s.id from tenant_scope s where s.outcome = 'complete')`;
	return sql`select count(*)::int from ${source(rows)} where ${toSql(allOf([live, held, complete]))}`;
}
