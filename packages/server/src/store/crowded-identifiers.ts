import type { Ambiguity } from '@rollcall/model/asset/correlation.ts';
import type { TenantTransaction } from './transaction.ts';

/** More users than this, of two kinds, are too many of one kind at least (`rules.md`, Correlation). */
const mostUsers = 6;

/**
 * Those of some identifiers that are ambiguous by live users who are not due: so they were before, and are whatever
 * happened to those who are due. Nobody need be looked at for such a one, however many hold it.
 */
export async function findCrowded(
	tx: TenantTransaction,
	values: readonly string[],
): Promise<ReadonlyMap<string, Ambiguity>> {
	if (values.length === 0) return new Map();
	const { rows } = await tx.client.query<{ value: string }>(crowdedSql, [values, mostUsers]);
	return new Map(rows.map(({ value }) => [value, 'too_many_of_a_kind']));
}

/** Rows of `record_identifier` are counted before anything is joined: hardly any identifier has many. */
const crowdedSql = `
with many as (
	select m.value from record_identifier m where m.value = any ($1) and m.organization = current_organization()
	group by m.value having count(*) > $2
)
select m.value
from many join record_identifier m on m.value = many.value and m.organization = current_organization()
join source_record r on r.id = m.record and r.state = 'active'
where not exists (select from correlation_due d where d.record = m.record and d.organization = current_organization())
group by m.value having count(distinct r.native_id) > $2`;
