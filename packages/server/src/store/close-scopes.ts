import { recordOutcomes } from './scope-outcomes.ts';
import type { RecordId, ScopeWrite } from './scope-write.ts';
import type { TenantTransaction } from './transaction.ts';

/** Scopes whose complete close cannot be proven: a page before the last one is not there. */
export async function findUntrusted(
	tx: TenantTransaction,
	writes: readonly ScopeWrite[],
): Promise<ReadonlySet<string>> {
	const closing = writes.filter((write) => write.close?.outcome === 'complete' && write.page !== 0);
	if (closing.length === 0) return new Set();
	const { rows } = await tx.client.query<{ scope: string; pages: number[] }>(
		'select scope, array_agg(page) as pages from scope_page where scope = any ($1) and execution = any ($2) group by scope',
		[closing.map(({ scopeId }) => scopeId), [...new Set(closing.map(({ executionId }) => executionId))]],
	);
	const pagesOf = new Map(rows.map(({ scope, pages }) => [scope, new Set(pages)]));
	for (const write of writes) {
		if (write.page < 0) continue;
		const pages = pagesOf.get(write.scopeId) ?? new Set<number>();
		pagesOf.set(write.scopeId, pages.add(write.page));
	}
	return new Set(
		closing.filter((write) => !hasEveryPage(pagesOf.get(write.scopeId), write.page)).map(({ scopeId }) => scopeId),
	);
}

/** Pages from 0 to the last without a gap. A close without a page of its own trusts the highest one that is there. */
function hasEveryPage(pages: ReadonlySet<number> | undefined, lastPage: number): boolean {
	if (!pages || pages.size === 0) return false;
	const last = lastPage < 0 ? Math.max(...pages) : lastPage;
	for (let page = 0; page <= last; page += 1) if (!pages.has(page)) return false;
	return true;
}

export interface SeenWrite {
	readonly write: ScopeWrite;
	/** Known and new records of the page. */
	readonly ids: readonly RecordId[];
}

/** Leaves one row per page that does not close its scope: progress and seen set of a scope that is being read. */
export async function savePages(tx: TenantTransaction, seen: readonly SeenWrite[]): Promise<void> {
	for (const { write, ids } of seen) {
		if (write.page < 0 || write.close?.outcome === 'complete') continue;
		await tx.client.query(
			`insert into scope_page (scope, execution, page, token, record_ids) values ($1, $2, $3, $4, $5)
			on conflict (scope, execution, page) do update set token = excluded.token,
				record_ids = array(select unnest(scope_page.record_ids) union select unnest(excluded.record_ids))`,
			[write.scopeId, write.executionId, write.page, write.token, ids],
		);
	}
}

/** Clears the mark of records that were missed before and are listed again; a merged row clears its own. */
export async function unmissRecords(tx: TenantTransaction, ids: readonly RecordId[]): Promise<void> {
	if (ids.length === 0) return;
	await tx.client.query(
		'update source_record set missed_in = null, held_in = null where id = any ($1) and (missed_in is not null or held_in is not null)',
		[ids],
	);
}

/**
 * Closes scopes: a complete one marks the live records it did not list and that were there before its read began; any
 * other outcome marks nothing. Ends the lease; the pages are deleted. Returns the number of marked records per scope.
 */
export async function closeScopes(
	tx: TenantTransaction,
	seen: readonly SeenWrite[],
): Promise<ReadonlyMap<string, number>> {
	const closing = seen.filter(({ write }) => write.close !== undefined);
	if (closing.length === 0) return new Map();
	const complete = closing.filter(({ write }) => write.close?.outcome === 'complete');
	await unmarkBroken(tx, closing);
	const listed = complete.filter(({ write }) => write.close?.namedMissing === undefined);
	const missed = listed.length > 0 ? await markMissed(tx, listed) : new Map<string, number>();
	for (const { write } of complete) {
		const named = write.close?.namedMissing;
		if (named) missed.set(write.scopeId, await markNamed(tx, write, named));
	}
	await tx.client.query('delete from scope_page where scope = any ($1)', [closing.map(({ write }) => write.scopeId)]);
	await recordOutcomes(
		tx,
		closing.flatMap(({ write: { scopeId, executionId, close } }) =>
			close ? [{ scopeId, executionId, outcome: close.outcome, cause: close.cause, at: close.at }] : [],
		),
	);
	await tx.client.query(closeSql, [
		closing.map(({ write }) => write.scopeId),
		closing.map(({ write }) => write.epoch),
		closing.map(({ write }) => write.readStartedAt),
		closing.map(({ write }) => methodOf(write)),
		closing.map(({ write }) => (methodOf(write) === 'full' ? (write.close?.at ?? null) : null)),
		closing.map(({ write }) => write.close?.goesOn ?? false),
	]);
	return missed;
}

/** A scope that this very execution read completely before, and now did not: what was missed then is proven no more. */
async function unmarkBroken(tx: TenantTransaction, closing: readonly SeenWrite[]): Promise<void> {
	const broken = closing.filter(({ write }) => write.close?.outcome !== 'complete');
	if (broken.length === 0) return;
	await tx.client.query(
		`update source_record r set missed_in = null
		from unnest($1::bigint[], $2::uuid[]) as g(scope, execution)
		where r.scope = g.scope and r.missed_in = g.execution and r.held_in is null and r.state <> 'retired'`,
		[broken.map(({ write }) => write.scopeId), broken.map(({ write }) => write.executionId)],
	);
}

/** How a complete scope was read; null for any other outcome. */
function methodOf({ close }: ScopeWrite): 'full' | 'known_ids' | null {
	if (close?.outcome !== 'complete') return null;
	return close.namedMissing === undefined ? 'full' : 'known_ids';
}

/** A lease that goes on does so under the next epoch: whatever of the reading is written again finds it closed. */
const closeSql = `
update scope s set closed_epoch = g.epoch, read_started_at = g.read_started_at,
	method = coalesce(g.method, s.method), last_full_at = coalesce(g.full_at, s.last_full_at),
	lease_epoch = case when g.goes_on then g.epoch + 1 else s.lease_epoch end,
	lease_owner = case when g.goes_on then s.lease_owner end,
	lease_execution = case when g.goes_on then s.lease_execution end,
	lease_expires_at = case when g.goes_on then s.lease_expires_at end
from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::boolean[])
	as g(id, epoch, read_started_at, method, full_at, goes_on)
where s.id = g.id`;

/** Ends the leases that went on after their close. */
export async function releaseScopes(tx: TenantTransaction, writes: readonly ScopeWrite[]): Promise<void> {
	const releasing = writes.filter(({ release }) => release);
	if (releasing.length === 0) return;
	await tx.client.query(
		`update scope s set closed_epoch = g.epoch, lease_owner = null, lease_execution = null, lease_expires_at = null
		from unnest($1::bigint[], $2::bigint[]) as g(id, epoch) where s.id = g.id`,
		[releasing.map(({ scopeId }) => scopeId), releasing.map(({ epoch }) => epoch)],
	);
}

/**
 * Grouping tells what was not seen: it is linear whatever the planner expects of the arrays, where a join or a subquery
 * may turn out quadratic.
 */
const markSql = `
with closing as (
	select * from unnest($1::bigint[], $2::timestamptz[], $3::uuid[]) as g(scope, read_started_at, execution)
), live as (
	select r.id, max(r.scope) as scope, bool_and(r.candidate) as missed
	from (
		select r.id, r.scope, r.first_observed_at < g.read_started_at as candidate, true as live
		from closing g join source_record r on r.scope = g.scope
		where r.state <> 'retired'
		union all
		select unnest($4::bigint[]), null, false, false
		union all
		select unnest(p.record_ids), null, false, false
		from scope_page p join closing g on g.scope = p.scope and g.execution = p.execution
	) r
	group by r.id having bool_or(r.live)
), marked as (
	update source_record r set missed_in = (select g.execution from closing g where g.scope = r.scope)
	where r.id = any (array(select id from live where missed))
), counted as (
	select scope, count(*)::int as live, (count(*) filter (where missed))::int as missed from live group by scope
)
update scope s set record_count = coalesce(c.live - c.missed, 0)
from closing g left join counted c using (scope)
where s.id = g.scope
returning s.id, coalesce(c.missed, 0) as missed`;

async function markMissed(tx: TenantTransaction, complete: readonly SeenWrite[]): Promise<Map<string, number>> {
	const { rows } = await tx.client.query<{ id: string; missed: number }>(markSql, [
		complete.map(({ write }) => write.scopeId),
		complete.map(({ write }) => write.readStartedAt),
		complete.map(({ write }) => write.executionId),
		complete.flatMap(({ ids }) => ids),
	]);
	return new Map(rows.map(({ id, missed }) => [id, missed]));
}

/** What was read by known ids misses what AWS named as missing, and nothing by absence (`rules.md`, What may remove 5). */
async function markNamed(tx: TenantTransaction, write: ScopeWrite, named: readonly RecordId[]): Promise<number> {
	const { rows } = await tx.client.query<{ missed: number }>(
		`with marked as (
			update source_record set missed_in = $2
			where scope = $1 and id = any ($3) and state <> 'retired' and first_observed_at < $4
			returning id
		), counted as (
			update scope set record_count =
				(select count(*) from source_record where scope = $1 and state <> 'retired') - (select count(*) from marked)
			where id = $1
		)
		select count(*)::int as missed from marked`,
		[write.scopeId, write.executionId, named, write.readStartedAt],
	);
	return rows[0]?.missed ?? 0;
}
