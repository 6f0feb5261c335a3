import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import type { CheckedQuery } from '@rollcall/model/query/checked-query.ts';
import { type Finding, findingKey, findings } from '@rollcall/model/query/findings.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import { type Entity, type Query, querySchema } from '@rollcall/model/query/query.ts';
import type { Coverage } from './asset-listing.ts';
import { countAddresses, countUncoveredAccounts } from './finding-counts.ts';
import { countAssets } from './query/count-assets.ts';
import { coverageOf } from './query/coverage.ts';
import { prepareQuery } from './query/query-source.ts';
import { keepCount, type QueryCount, readCountedToday } from './query-trends.ts';
import { readEverySavedQuery, type SavedQuery } from './saved-queries.ts';
import type { TenantTransaction } from './transaction.ts';

export interface Counting {
	readonly now: Date;
	/** For one query; what is counted when it is over is "more than". Null: it takes what it takes. */
	readonly budgetMs: number | null;
	readonly monotonicMs: () => number;
}

export interface CoveredQueryCount {
	readonly count: QueryCount;
	readonly coverage: Coverage;
}

/** Why a saved query cannot be asked any more: the program has changed since. */
export interface QueryFault {
	readonly message: string;
	readonly field: string | null;
}

export type ReadQuery =
	| { readonly query: Query; readonly checked: CheckedQuery; readonly fault?: never }
	| { readonly fault: QueryFault; readonly checked?: never };

/** A saved query as this program understands it, or what it does not. */
export function readSavedQuery(saved: Pick<SavedQuery, 'entity' | 'tree'>, now: Date): ReadQuery {
	const parsed = querySchema.safeParse(saved.tree);
	if (!parsed.success) {
		return { fault: { message: `the stored tree is none: ${parsed.error.issues[0]?.message ?? ''}`, field: null } };
	}
	try {
		return { query: parsed.data, checked: checkQuery(parsed.data, saved.entity, now) };
	} catch (error) {
		if (!(error instanceof RollcallError) || error.code !== 'QUERY:0001') throw error;
		return { fault: { message: error.message, field: readField(error.details) } };
	}
}

function readField(details: unknown): string | null {
	const field = typeof details === 'object' && details !== null ? Reflect.get(details, 'field') : undefined;
	return typeof field === 'string' ? field : null;
}

/** A finding that is a query, as it is checked at a moment. */
export function checkFinding({ entity, text }: { readonly entity: Entity; readonly text: string }, now: Date) {
	return checkQuery(parseQuery(text, entity), entity, now);
}

/** How many meet a query now; what is counted becomes the count of the day. */
export async function countQuery(
	tx: TenantTransaction,
	key: string,
	checked: CheckedQuery,
	counting: Counting,
): Promise<CoveredQueryCount> {
	const source = await prepareQuery(tx, checked, null);
	const budget = { milliseconds: counting.budgetMs, now: counting.monotonicMs };
	const { total, isExact, undecided } = await countAssets(tx, source, budget);
	const coverage = await coverageOf(tx, checked);
	const counts = { matched: total, isExact, undecided: undecided.total, undecidedIsExact: undecided.isExact };
	return await keepCovered(tx, key, counts, coverage, counting.now);
}

type PlainCount = Omit<QueryCount, 'countedAt' | 'scopes' | 'scopesComplete'>;

async function keepCovered(
	tx: TenantTransaction,
	key: string,
	counts: PlainCount,
	coverage: Coverage,
	now: Date,
): Promise<CoveredQueryCount> {
	const { scopes, scopesComplete } = coverage;
	const count: QueryCount = { ...counts, countedAt: now.toISOString(), scopes, scopesComplete };
	await keepCount(tx, key, count);
	return { count, coverage };
}

export async function countFinding(
	tx: TenantTransaction,
	finding: Finding,
	counting: Counting,
): Promise<CoveredQueryCount> {
	const { about } = finding;
	const { now } = counting;
	const key = findingKey(finding);
	if (about.kind === 'query') return await countQuery(tx, key, checkFinding(about, now), counting);
	const counted = about.kind === 'addresses' ? await countAddresses(tx) : await countUncoveredAccounts(tx);
	const counts = { matched: counted.matched, isExact: true, undecided: 0, undecidedIsExact: true };
	return await keepCovered(tx, key, counts, counted.coverage, now);
}

export interface CountedFinding {
	readonly finding: Finding;
	readonly count: QueryCount;
}

/** Every finding with its count now. */
export async function countFindings(tx: TenantTransaction, counting: Counting): Promise<readonly CountedFinding[]> {
	const counted: CountedFinding[] = [];
	for (const finding of findings) counted.push({ finding, count: (await countFinding(tx, finding, counting)).count });
	return counted;
}

/**
 * Counts every saved query of the organization, whoever's, that has not been counted this day (UTC); one that cannot be
 * asked any more is left out. Answers with how many were counted.
 */
export async function countSavedQueries(tx: TenantTransaction, counting: Counting): Promise<number> {
	const counted = await readCountedToday(tx, counting.now);
	let count = 0;
	for (const saved of await readEverySavedQuery(tx)) {
		if (counted.has(saved.id)) continue;
		const { checked } = readSavedQuery(saved, counting.now);
		if (checked === undefined) continue;
		await countQuery(tx, saved.id, checked, counting);
		count += 1;
	}
	return count;
}

/** The counts of a day: of saved queries and of findings, each once. Answers with how many were counted now. */
export async function runCounts(tx: TenantTransaction, counting: Counting): Promise<number> {
	const counted = await readCountedToday(tx, counting.now);
	const due = findings.filter((finding) => !counted.has(findingKey(finding)));
	for (const finding of due) await countFinding(tx, finding, counting);
	return due.length + (await countSavedQueries(tx, counting));
}
