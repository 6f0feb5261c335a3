import type pg from 'pg';

/** One correlator per organization at a time; whoever else holds this knows that none is at work. Until the transaction ends. */
export async function lockCorrelator(client: pg.ClientBase, organizationId: string): Promise<void> {
	await client.query(`select pg_advisory_xact_lock(hashtextextended('rollcall correlation ' || $1, 0))`, [
		organizationId,
	]);
}

/**
 * Leaves to the correlator all users, and the devices with more than one record: the others stand alone whatever is looked
 * at. Answers with how many records that are.
 */
export async function makeAllDue(client: pg.ClientBase, organizationId: string): Promise<number> {
	const users = await client.query(dueUsersSql, [organizationId]);
	const devices = await client.query(dueDevicesSql, [organizationId]);
	return (users.rowCount ?? 0) + (devices.rowCount ?? 0);
}

const dueUsersSql = `
insert into correlation_due (organization, record)
select organization, record from directory_user where organization = $1 order by record`;

const dueDevicesSql = `
insert into correlation_due (organization, record)
select s.organization, r.record
from device s cross join lateral (
	select o.id as record from source_record o where o.asset_id = s.asset_id offset 0
) r
where not s.is_primary and s.organization = $1`;
