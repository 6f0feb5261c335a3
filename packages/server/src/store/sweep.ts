import { publishEvents } from './publish-events.ts';
import { beginRetiring, retireChosen } from './retire-records.ts';
import type { TenantTransaction } from './transaction.ts';

/** When removal by absence is held (`rules.md`, Brake): both limits of a pair must be exceeded. */
export interface Brake {
	readonly scopeShare: number;
	readonly scopeCount: number;
	readonly executionShare: number;
	readonly executionCount: number;
}

const defaultBrake: Brake = { scopeShare: 0.3, scopeCount: 20, executionShare: 0.1, executionCount: 100 };

export interface SweepInput {
	readonly integrationId: string;
	readonly executionId: string;
	readonly at: Date;
	readonly brake?: Brake;
}

export interface SweepResult {
	/** Records retired as absent now. */
	readonly removed: number;
	/** Records whose removal this execution holds, now or at an earlier sweep of it. */
	readonly held: number;
	/** Scopes with held records. */
	readonly scopesHeld: number;
}

interface ScopeLoss {
	readonly scope: string;
	/** Read by known ids: what AWS named as missing for the first time waits for the second, whatever the brake says. */
	readonly named: boolean;
	/** Missed now for the first time, or missed and not held before. */
	readonly lost: number;
	/** Live records that were there before the read began, without those held by an earlier execution. */
	readonly live: number;
}

/**
 * Applies or holds all removals by absence of one execution: the records its complete scopes marked as missed. One
 * transaction; run again after a crash, it decides only what is undecided. Must be the last thing the transaction does.
 */
export async function sweepExecution(tx: TenantTransaction, input: SweepInput): Promise<SweepResult> {
	const brake = input.brake ?? defaultBrake;
	await beginRetiring(tx);
	await tx.client.query(lockSql, [input.integrationId, input.executionId]);
	const { rows: losses } = await tx.client.query<ScopeLoss>(lossSql, [input.integrationId, input.executionId]);
	const lost = losses.reduce((sum, loss) => sum + (loss.named ? 0 : loss.lost), 0);
	const holdsAll =
		lost > brake.executionCount &&
		lost > brake.executionShare * (await countLive(tx, input.integrationId, input.executionId));
	const held = losses
		.filter((loss) => loss.lost > 0 && (loss.named || holdsAll || exceeds(loss, brake)))
		.map(({ scope }) => scope);
	await tx.client.query(holdSql, [input.integrationId, input.executionId, held]);
	await tx.client.query(chooseSql, [input.integrationId, input.executionId]);
	const removed = await retireChosen(tx, { reason: 'absent', at: input.at, executionId: input.executionId });
	const { rows } = await tx.client.query<{ held: number; scopes: number }>(heldSql, [
		input.integrationId,
		input.executionId,
	]);
	await tx.client.query('update execution set swept_at = coalesce(swept_at, $2) where id = $1', [
		input.executionId,
		input.at,
	]);
	await publishEvents(tx);
	return { removed, held: rows[0]?.held ?? 0, scopesHeld: rows[0]?.scopes ?? 0 };
}

function exceeds({ lost, live }: ScopeLoss, brake: Brake): boolean {
	return lost > brake.scopeCount && lost > brake.scopeShare * live;
}

/** All writers of records hold the lock of their scopes: what is decided after it cannot be seen again meanwhile. */
const lockSql = `
select id from scope
where id in (select scope from source_record where integration = $1 and missed_in = $2)
order by id for no key update`;

/** Candidates: missed by this execution, not decided by it yet. */
const candidate = `r.integration = $1 and r.missed_in = $2 and r.state <> 'retired' and r.held_in is distinct from $2`;

const lossSql = `
select s.id as scope, s.method = 'known_ids' as named, (count(*) filter (where ${candidate} and r.held_in is null))::int as lost,
	(count(*) filter (where r.held_in is null and r.first_observed_at < s.read_started_at))::int as live
from scope s
join source_record r on r.scope = s.id and r.state <> 'retired'
where s.integration = $1 and s.id in (select scope from source_record where integration = $1 and missed_in = $2)
group by s.id
having count(*) filter (where ${candidate}) > 0`;

const holdSql = `
update source_record r set held_in = $2 where ${candidate} and r.held_in is null and r.scope = any ($3)`;

const chooseSql = `
insert into retiring_record (id) select r.id from source_record r where ${candidate}`;

/** What is held is missed: by that the index finds it, and without it the whole inventory was read (12 s of a million). */
const heldSql = `
select count(*)::int as held, count(distinct r.scope)::int as scopes
from source_record r where r.integration = $1 and r.missed_in is not null and r.held_in = $2 and r.state <> 'retired'`;

/** Live records of the integration before this execution. Only asked when many are lost: it reads them all. */
async function countLive(tx: TenantTransaction, integrationId: string, executionId: string): Promise<number> {
	const { rows } = await tx.client.query<{ live: number }>(
		`select count(*)::int as live from source_record r join scope s on s.id = r.scope
		where r.integration = $1 and r.state <> 'retired' and r.held_in is null
			and (s.last_execution is distinct from $2 or r.first_observed_at < s.read_started_at)`,
		[integrationId, executionId],
	);
	return rows[0]?.live ?? 0;
}
