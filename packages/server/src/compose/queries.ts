import { fold } from '@rollcall/model/history/text.ts';
import type { Finding } from '@rollcall/model/query/findings.ts';
import { parseQuery } from '@rollcall/model/query/parse-text.ts';
import type { Entity } from '@rollcall/model/query/query.ts';
import {
	type CountedFinding,
	type Counting,
	countFindings,
	countSavedQueries,
	runCounts,
} from '#store/query-counts.ts';
import { type QueryReport, reportFinding, reportQuery, requireFinding } from '#store/query-reports.ts';
import { listRecentQueries, type QueryUse, recordQueryUse } from '#store/query-uses.ts';
import {
	changeQuery,
	deleteQuery,
	findSavedQuery,
	listSavedQueries,
	renameQuery,
	type SavedQuery,
	type SavedQueryRow,
	saveQuery,
} from '#store/saved-queries.ts';
import type { Store } from '#store/store.ts';
import type { TenantTransaction } from '#store/transaction.ts';
import { nameOperator } from './operator.ts';

export interface QueryToSave {
	readonly name: string;
	readonly entity: Entity;
	readonly text: string;
	/** For oneself alone, not for the whole organization. */
	readonly mine: boolean;
	/** Takes the place of one that has the name. */
	readonly replace: boolean;
}

/**
 * Saved queries by their names, however they are capitalised: one's own before those of the organization. Oneself is whom
 * the operating system runs the command for.
 */
export interface QueryInventory {
	/** Those that have not been counted today are counted first, each for a second at most. */
	listSavedQueries(): Promise<readonly SavedQueryRow[]>;
	/** Throws `SAVED:0003`, with what may be meant, where there is none. */
	findSavedQuery(name: string): Promise<SavedQuery>;
	/** Throws `QUERY:0002` where the text cannot be read. */
	saveQuery(input: QueryToSave): Promise<SavedQuery>;
	renameQuery(name: string, newName: string): Promise<SavedQuery>;
	/** Answers with what was deleted. */
	deleteQuery(name: string): Promise<SavedQuery>;
	reportQuery(name: string, limit: number): Promise<{ readonly saved: SavedQuery; readonly report: QueryReport }>;
	/** Remembers what oneself asked; the same again only moves to the front. */
	recordQueryUse(use: Omit<QueryUse, 'usedAt'>): Promise<void>;
	/** What oneself asked last, latest first. */
	listRecentQueries(): Promise<readonly QueryUse[]>;
	/** With their counts now. */
	listFindings(): Promise<readonly CountedFinding[]>;
	reportFinding(id: string, limit: number): Promise<{ readonly finding: Finding; readonly report: QueryReport }>;
	/** Counts what has not been counted today, whosever it is; answers with how many. */
	runCounts(): Promise<number>;
}

const trendDays = 30;
const budgetMs = 1_000;

function countNow(): Counting {
	return { now: new Date(), budgetMs, monotonicMs: () => performance.now() };
}

export function openQueries(store: Store, organizationId: string): QueryInventory {
	const tenant = <Result>(work: (tx: TenantTransaction) => Promise<Result>) => store.tenant(organizationId, work);
	const owner = nameOperator();
	const reporting = (limit: number) => ({ ...countNow(), trendDays, limit });
	const withQuery = <Result>(name: string, work: (tx: TenantTransaction, saved: SavedQuery) => Promise<Result>) =>
		tenant(async (tx) => work(tx, await findSavedQuery(tx, name, owner)));
	return {
		listSavedQueries: () =>
			tenant(async (tx) => {
				await countSavedQueries(tx, countNow());
				return await listSavedQueries(tx, owner);
			}),
		findSavedQuery: (name) => withQuery(name, async (_tx, saved) => saved),
		saveQuery: (input) => tenant((tx) => saveOrReplace(tx, input, owner)),
		renameQuery: (name, newName) => withQuery(name, (tx, { id }) => renameQuery(tx, id, newName, new Date())),
		deleteQuery: (name) =>
			withQuery(name, async (tx, saved) => {
				await deleteQuery(tx, saved.id);
				return saved;
			}),
		reportQuery: (name, limit) =>
			withQuery(name, async (tx, saved) => ({ saved, report: await reportQuery(tx, saved, reporting(limit)) })),
		recordQueryUse: (use) => tenant((tx) => recordQueryUse(tx, owner, use, new Date())),
		listRecentQueries: () => tenant((tx) => listRecentQueries(tx, owner)),
		listFindings: () => tenant((tx) => countFindings(tx, countNow())),
		reportFinding: (id, limit) =>
			tenant(async (tx) => {
				const finding = requireFinding(id);
				return { finding, report: await reportFinding(tx, finding, reporting(limit)) };
			}),
		runCounts: () => tenant((tx) => runCounts(tx, countNow())),
	};
}

async function saveOrReplace(tx: TenantTransaction, input: QueryToSave, operator: string): Promise<SavedQuery> {
	const { name, entity, text } = input;
	const owner = input.mine ? operator : null;
	const query = parseQuery(text, entity);
	const now = new Date();
	if (input.replace) {
		const known = (await listSavedQueries(tx, owner)).find((saved) => saved.owner === owner && isNamed(saved, name));
		if (known !== undefined) return await changeQuery(tx, known.id, { entity, query }, now);
	}
	return await saveQuery(tx, { name, entity, query, owner }, now);
}

function isNamed(saved: SavedQuery, name: string): boolean {
	return fold(saved.name) === fold(name.trim());
}
