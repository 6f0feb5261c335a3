import type pg from 'pg';

/** What must hold in the database whenever no run is under way: a query for each rule that finds its breaches. */
const rules: Readonly<Record<string, string>> = {
	'no page of a scope outlives its run': 'select scope::text from scope_page',
	'no lease outlives its run': 'select account_id || region from scope where lease_owner is not null',
	'every run is over, with a result':
		"select id::text from execution where state <> 'completed' or result is null or finished_at is null",
	'one record has one live row in the integration':
		"select native_id from source_record where state <> 'retired' group by integration, native_id having count(*) > 1",
	'one instance is one device':
		'select instance_id from device where is_primary group by instance_id having count(*) > 1',
	'the row of a device says what its record says': `select r.native_id from source_record r
		left join device d on d.asset_id = r.asset_id and d.record = r.id
		where d.record_state is distinct from r.state or d.changed_at <> r.changed_at
			or d.state is distinct from r.attributes ->> 'state'
			or (select count(*) from asset_ip a where a.record = r.id)
				<> coalesce(cardinality(d.internal_ips), 0) + coalesce(cardinality(d.external_ips), 0) + coalesce(cardinality(d.ipv6), 0)`,
	'every version of a record has its searchable rows': `select v.record::text from record_version v
		where v.state <> 'insufficient' and (
			not exists (select from device_version d where d.record = v.record and d.valid_from <= v.valid_from and d.valid_to > v.valid_from)
			or not exists (select from device_version d where d.record = v.record and d.valid_from < v.valid_to and d.valid_to >= v.valid_to))`,
	'an asset has one row that stands for it': `select asset_id::text from device group by asset_id
		having count(*) filter (where is_primary) <> 1`,
	'a live asset is shown by a live record': `select d.asset_id::text from device d where d.is_primary and d.record_state <> 'active'
		and exists (select from device o where o.asset_id = d.asset_id and o.record_state = 'active')`,
	'a record is a duplicate exactly where its row is one': `select r.native_id from source_record r join device d on d.record = r.id
		where d.is_duplicate <> (r.duplicate_of is not null)`,
	'event numbers have no gap and no twin': `select max(number)::text from event
		having count(*) <> count(distinct number) or count(*) <> coalesce(max(number), 0) or coalesce(min(number), 1) <> 1`,
	'a member is added once before it is removed, and removed once before it is added': `select record || ' ' || type from (
			select record, type, lag(type, 1, 'SourceMembershipRemove') over (partition by record order by number) as previous
			from event where type in ('SourceMembershipAdd', 'SourceMembershipRemove')
		) e where e.type = e.previous`,
	'a record is active exactly when its last event added it': `select r.native_id from source_record r
		left join (
			select distinct on (record) record, type from event where type in ('SourceMembershipAdd', 'SourceMembershipRemove')
			order by record, number desc
		) e on e.record = r.id
		where (r.state = 'active') <> coalesce(e.type = 'SourceMembershipAdd', false)`,
	'versions of a record follow one another': `select record::text from (
			select v.record, v.valid_from, v.valid_to, r.changed_at,
				lag(v.valid_to) over (partition by v.record order by v.valid_to) as previous
			from record_version v join source_record r on r.id = v.record
		) v where v.valid_from >= v.valid_to or v.valid_from < v.previous or v.valid_to > v.changed_at`,
	'the last interval of a scope says its outcome': `select s.account_id || s.region from scope s
		left join lateral (select outcome from scope_outcome o where o.scope = s.id order by from_at desc limit 1) o on true
		where o.outcome is distinct from s.outcome`,
	'the last interval of an enrichment says its outcome': `select s.account_id || s.region || e.action
		from scope s cross join lateral jsonb_each(s.enrichments) e(action, state)
		left join lateral (select outcome, to_at from enrichment_outcome o
			where o.scope = s.id and o.action = e.action order by from_at desc limit 1) o on true
		where o.outcome is distinct from e.state ->> 'outcome' or o.to_at is not null`,
	'intervals of an enrichment follow one another': `select o.scope || o.action from (
			select o.*, lead(from_at) over (partition by scope, action order by from_at) as next from enrichment_outcome o
		) o where (o.next is null) <> (o.to_at is null) or o.to_at < o.from_at or o.to_at > o.next`,
	'a record that was missed is decided: gone or held': `select native_id from source_record
		where missed_in is not null and held_in is null and state <> 'retired'`,
	'a retired record is neither missed nor held': `select native_id from source_record
		where state = 'retired' and (missed_in is not null or held_in is not null)`,
};

const sql = Object.entries(rules)
	.map(([rule, breaches]) => `select '${rule}' as rule, b.place from (${breaches}) as b(place)`)
	.join('\nunion all\n');

/** Breaches of the rules, each with its place. */
export async function findBreaches(client: pg.Client): Promise<string[]> {
	const { rows } = await client.query<{ rule: string; place: string }>(sql);
	return rows.map(({ rule, place }) => `${rule}: ${place}`);
}
