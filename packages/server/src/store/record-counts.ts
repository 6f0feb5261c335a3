import type { TenantTransaction } from './transaction.ts';

/** Records of one integration, by state (`rules.md`, Record states). */
export interface RecordCounts {
	readonly integrationId: string;
	readonly kind: string;
	/** All that were ever imported. */
	readonly total: number;
	/** Active and unconfirmed: those by which assets are live, no duplicates. */
	readonly live: number;
	/** Those of the live ones whose scope has not been complete since, or whose removal is held. */
	readonly unconfirmed: number;
	readonly duplicate: number;
	/** None of today's sources has records that age by themselves. */
	readonly stale: number;
	readonly insufficient: number;
	readonly retired: number;
}

export async function countRecords(tx: TenantTransaction): Promise<readonly RecordCounts[]> {
	const { rows } = await tx.client.query<RecordCounts>(countSql);
	return rows;
}

const counting = "r.state = 'active' and r.duplicate_of is null";

/** Every integration, also one without records. */
const countSql = `
select i.id as "integrationId", i.kind, count(r.id)::int as total, (count(*) filter (where ${counting}))::int as live,
	(count(*) filter (where ${counting} and (s.outcome is distinct from 'complete' or r.held_in is not null)))::int as unconfirmed,
	(count(*) filter (where r.state = 'active' and r.duplicate_of is not null))::int as duplicate, 0 as stale,
	(count(*) filter (where r.state = 'insufficient'))::int as insufficient,
	(count(*) filter (where r.state = 'retired'))::int as retired
from integration i
left join source_record r on r.integration = i.id
left join scope s on s.id = r.scope
group by i.id, i.kind
order by i.kind, i.id`;
