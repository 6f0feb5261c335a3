import { sql } from 'kysely';
import { runSql } from '../compile-sql.ts';
import type { TenantTransaction } from '../transaction.ts';
import { allOf, type Clause, toSql } from './clause.ts';
import { isUndecided } from './compile-query.ts';
import type { QuerySource } from './query-source.ts';

export interface AssetCount {
	/** All that match; more than this many where it is not exact, but for 0: then nothing is known of it. */
	readonly total: number;
	readonly isExact: boolean;
}

export interface AssetCounts extends AssetCount {
	/** Further ones of which the query asks what is not known: they may match or not. */
	readonly undecided: AssetCount;
}

export interface CountBudget {
	/** For the whole count. Without one it takes what it takes. */
	readonly milliseconds: number | null;
	readonly now: () => number;
}

/**
 * Counts what matches, exactly if that is done in time. A cursor is moved through the matches, so what was counted when
 * the time is over is a true "more than": an estimate of the planner would be none, and a count that is broken off would
 * know nothing.
 */
export async function countAssets(
	tx: TenantTransaction,
	query: QuerySource,
	budget: CountBudget,
): Promise<AssetCounts> {
	const { compiled } = query;
	const deadline = budget.milliseconds === null ? null : budget.now() + budget.milliseconds;
	// What is undecided is little as a rule: it gets what is left, and a quarter at least.
	const most = budget.milliseconds === null ? null : budget.now() + budget.milliseconds * 0.75;
	const mayBeUndecided = isUndecided(compiled) !== false;
	const matching = await countWhere(tx, query, compiled.matches, {
		deadline: mayBeUndecided ? most : deadline,
		now: budget.now,
	});
	const undecided = mayBeUndecided
		? await countWhere(tx, query, isUndecided(compiled), { deadline, now: budget.now })
		: { total: 0, isExact: true };
	return { ...matching, undecided };
}

interface Deadline {
	readonly deadline: number | null;
	readonly now: () => number;
}

const timedOut = '57014';
/** Small enough for a slow search to be broken off in time, and grown while the search is fast. */
const firstStep = 1_000;
const longestStep = 200_000;

async function countWhere(
	tx: TenantTransaction,
	{ compiled, source }: QuerySource,
	condition: Clause,
	{ deadline, now }: Deadline,
): Promise<AssetCount> {
	const where = toSql(allOf([compiled.base, condition]));
	if (deadline === null) {
		const [row] = await runSql<{ total: number }>(tx, sql`select count(*)::int as total from ${source} where ${where}`);
		return { total: row?.total ?? 0, isExact: true };
	}
	let total = 0;
	await tx.client.query('savepoint counting; set local cursor_tuple_fraction = 1');
	try {
		await limitTime(tx, deadline - now());
		await runSql(tx, sql`declare matching no scroll cursor for select from ${source} where ${where}`);
		let step = firstStep;
		for (;;) {
			await limitTime(tx, deadline - now());
			const moved = (await tx.client.query(`move forward ${step} in matching`)).rowCount ?? 0;
			total += moved;
			if (moved < step) return { total, isExact: true };
			if (now() >= deadline) return moreThan(total);
			step = Math.min(step * 4, longestStep);
		}
	} catch (error) {
		if (!(error instanceof Error && Reflect.get(error, 'code') === timedOut)) throw error;
		return moreThan(total);
	} finally {
		// Also ends the cursor and what was set for it.
		await tx.client.query('rollback to savepoint counting; release savepoint counting');
	}
}

/** What was seen is there: of so many, more than one fewer is true whatever else there is. */
function moreThan(seen: number): AssetCount {
	return { total: Math.max(0, seen - 1), isExact: false };
}

async function limitTime(tx: TenantTransaction, milliseconds: number): Promise<void> {
	await tx.client.query(`set local statement_timeout = ${Math.max(1, Math.ceil(milliseconds))}`);
}
