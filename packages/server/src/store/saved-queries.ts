import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import { fold, toStorableText } from '@rollcall/model/history/text.ts';
import { checkQuery } from '@rollcall/model/query/check-query.ts';
import { printQuery } from '@rollcall/model/query/print-text.ts';
import type { Entity, Query } from '@rollcall/model/query/query.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';

import { countColumns, type QueryCount, type StoredCount, toQueryCount } from './query-trends.ts';
import type { TenantTransaction } from './transaction.ts';

export interface SavedQuery {
	readonly id: string;
	readonly name: string;
	readonly entity: Entity;
	/** As it is stored: a program of another version may not understand it (`readTree`). */
	readonly tree: unknown;
	/** The tree in its text form. */
	readonly text: string;
	/** Whose it is alone; null: the organization's. */
	readonly owner: string | null;
	readonly createdAt: string;
	readonly updatedAt: string;
}

export interface SavedQueryRow extends SavedQuery {
	/** Null: never counted. */
	readonly lastCount: QueryCount | null;
}

export interface SavedQueryInput {
	readonly name: string;
	readonly entity: Entity;
	readonly query: Query;
	/** Null: for the whole organization. */
	readonly owner: string | null;
}

/**
 * Saves a query under a name, which is one among those of its owner.
 *
 * @throws RollcallError `SAVED:0001` for a name that cannot be one, `SAVED:0002` for one that is taken, `QUERY:0001` for a
 * query that is not as it must be.
 */
export async function saveQuery(tx: TenantTransaction, input: SavedQueryInput, now: Date): Promise<SavedQuery> {
	const name = checkName(input.name);
	const { rows } = await tx.client.query<SavedFacts>(
		`insert into saved_query (name, name_folded, entity, tree, text, owner, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (organization, coalesce(owner, ''), name_folded) do nothing
		returning ${columns}`,
		[name, fold(name), input.entity, ...writeTree(input, now), input.owner, now],
	);
	const [saved] = rows;
	if (saved === undefined) throw nameTaken(name);
	return toSavedQuery(saved);
}

/** What a saved query asks from now on. Its trend begins anew: it would compare what is not the same. */
export async function changeQuery(
	tx: TenantTransaction,
	id: string,
	asked: Pick<SavedQueryInput, 'entity' | 'query'>,
	now: Date,
): Promise<SavedQuery> {
	const { rows } = await tx.client.query<SavedFacts>(
		`update saved_query set entity = $2, tree = $3, text = $4, updated_at = $5 where id = $1 returning ${columns}`,
		[id, asked.entity, ...writeTree(asked, now), now],
	);
	await tx.client.query('delete from saved_query_count where query = $1', [id]);
	return toSavedQuery(required(rows[0]));
}

export async function renameQuery(tx: TenantTransaction, id: string, newName: string, now: Date): Promise<SavedQuery> {
	const name = checkName(newName);
	const { rows } = await tx.client
		.query<SavedFacts>(
			`update saved_query set name = $2, name_folded = $3, updated_at = $4 where id = $1 returning ${columns}`,
			[id, name, fold(name), now],
		)
		.catch((error: unknown) => {
			throw error instanceof Error && Reflect.get(error, 'code') === '23505' ? nameTaken(name) : error;
		});
	return toSavedQuery(required(rows[0]));
}

/** With its trend. */
export async function deleteQuery(tx: TenantTransaction, id: string): Promise<void> {
	await tx.client.query('delete from saved_query where id = $1', [id]);
	await tx.client.query('delete from saved_query_count where query = $1', [id]);
}

/** Those of the organization and, with an owner, that owner's, by name. */
export async function listSavedQueries(tx: TenantTransaction, owner: string | null): Promise<readonly SavedQueryRow[]> {
	const { rows } = await tx.client.query<SavedFacts & Partial<StoredCount>>(
		`select ${columns}, c.* from saved_query q left join lateral (
				select ${countColumns} from saved_query_count where query = q.id::text order by day desc limit 1
			) c on true
		where owner is null or owner = $1 order by name_folded, owner nulls last`,
		[owner],
	);
	return rows.map((row) => ({
		...toSavedQuery(row),
		lastCount: isCounted(row) ? toQueryCount(row) : null,
	}));
}

function isCounted(row: Partial<StoredCount>): row is StoredCount {
	return row.counted_at instanceof Date;
}

/** The saved query of a name, however it is capitalised: the owner's before the organization's. */
export async function findSavedQuery(
	tx: TenantTransaction,
	name: string,
	owner: string | null = null,
): Promise<SavedQuery> {
	const folded = fold(name.trim());
	const { rows } = await tx.client.query<SavedFacts>(
		`select ${columns} from saved_query where name_folded = $1 and (owner is null or owner = $2)
		order by owner nulls last limit 1`,
		[folded, owner],
	);
	if (rows[0] !== undefined) return toSavedQuery(rows[0]);
	const known = await tx.client.query<{ name: string }>(
		'select name_folded as name from saved_query where owner is null or owner = $1 order by name_folded',
		[owner],
	);
	const names = known.rows.map((row) => row.name);
	throw new RollcallError({
		code: 'SAVED:0003',
		actor: 'you',
		retryable: false,
		message: `There is no saved query ${JSON.stringify(name)}.`,
		fix: names.length === 0 ? 'Save it first: there are no saved queries yet.' : suggest(folded, names),
		details: { field: 'name' },
	});
}

const columns = 'id, name, entity, tree, text, owner, created_at, updated_at';

interface SavedFacts extends Omit<SavedQuery, 'createdAt' | 'updatedAt'> {
	readonly created_at: Date;
	readonly updated_at: Date;
}

function toSavedQuery({ id, name, entity, tree, text, owner, created_at, updated_at }: SavedFacts): SavedQuery {
	const times = { createdAt: created_at.toISOString(), updatedAt: updated_at.toISOString() };
	return { id, name, entity, tree, text, owner, ...times };
}

/** Every saved query of the organization, whoever's it is. */
export async function readEverySavedQuery(tx: TenantTransaction): Promise<readonly SavedQuery[]> {
	const { rows } = await tx.client.query<SavedFacts>(`select ${columns} from saved_query order by id`);
	return rows.map(toSavedQuery);
}

/** JSON of the tree, and its text. A text that no database holds is asked for as it would be stored. */
function writeTree({ query, entity }: Pick<SavedQueryInput, 'entity' | 'query'>, now: Date): readonly [string, string] {
	const json = JSON.stringify(query, (_name, value: unknown) =>
		typeof value === 'string' ? toStorableText(value) : value,
	);
	const stored = JSON.parse(json) as Query;
	checkQuery(stored, entity, now);
	return [json, printQuery(stored)];
}

const longestName = 100;
const unreadable = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

function checkName(text: string): string {
	const name = text.trim().normalize('NFC');
	const problem =
		name === ''
			? 'is empty'
			: unreadable.test(name)
				? 'holds control characters'
				: [...name].length > longestName
					? `has more than ${longestName} characters`
					: undefined;
	if (problem === undefined) return name;
	throw new RollcallError({
		code: 'SAVED:0001',
		actor: 'you',
		retryable: false,
		message: `name of the saved query: ${problem}`,
		fix: `Give a name of 1 to ${longestName} characters, without line breaks and tabs.`,
		details: { field: 'name' },
	});
}

function nameTaken(name: string): RollcallError {
	return new RollcallError({
		code: 'SAVED:0002',
		actor: 'you',
		retryable: false,
		message: `There is a saved query ${JSON.stringify(name)} already: names that differ in case only are one.`,
		fix: 'Take another name, or say that it is to be replaced (`--replace`).',
		details: { field: 'name' },
	});
}

function required(facts: SavedFacts | undefined): SavedFacts {
	if (facts === undefined) throw new TypeError('there is no such saved query');
	return facts;
}
