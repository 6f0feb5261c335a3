import type { QueryUse, SavedQuery, SavedQueryRow } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../../context.ts';
import { type CsvField, type CsvOption, chooseFormat, printCsvFields } from '../../format.ts';
import { withInventory } from '../../inventory.ts';
import type { Output } from '../../terminal.ts';
import { formatAge } from '../../text/amounts.ts';
import { encodeJson } from '../../text/json.ts';
import { renderTable, textCells } from '../../text/table.ts';
import { toHarmless } from '../../text/width.ts';
import { describeCount, describeUndecided, presentCount } from '../../views/query-counts.ts';

export interface QueriesOptions extends CsvOption {
	readonly recent?: boolean;
}

/** `rollcall queries`. */
export async function listQueries(context: CommandContext, options: QueriesOptions & GlobalOptions): Promise<number> {
	const format = chooseFormat(options);
	const { out } = context.terminal;
	const nowMs = context.terminal.now();
	if (options.recent) {
		const uses = await withInventory(context, options, (inventory) => inventory.listRecentQueries());
		if (format === 'csv') await printCsvFields(out, useFields, uses);
		else if (format === 'json') await out.write(uses.map((use) => `${encodeJson(presentUse(use))}\n`).join(''));
		else await out.write(`${renderUses(uses, out, nowMs)}\n`);
		return 0;
	}
	const queries = await withInventory(context, options, (inventory) => inventory.listSavedQueries());
	if (format === 'csv') await printCsvFields(out, queryFields, queries);
	else if (format === 'json') await out.write(queries.map((query) => `${encodeJson(presentRow(query))}\n`).join(''));
	else await out.write(`${renderQueries(queries, out, nowMs)}\n`);
	return 0;
}

const columns = [
	{ title: 'NAME', minWidth: 10 },
	{ title: 'FOR' },
	{ title: 'WHOSE', dropBelow: 90 },
	{ title: 'COUNT', align: 'right' },
	{ title: 'UNKNOWN', align: 'right', dropBelow: 80 },
	{ title: 'COUNTED' },
	{ title: 'QUERY', minWidth: 20 },
] as const;

function renderQueries(queries: readonly SavedQueryRow[], out: Output, nowMs: number): string {
	if (queries.length === 0) return `No saved queries yet. \`rollcall queries save NAME 'QUERY'\` saves the first.`;
	const rows = queries.map(({ name, entity, owner, lastCount, text }) =>
		textCells(
			toHarmless(name),
			`${entity}s`,
			owner === null ? 'organization' : 'mine',
			lastCount === null ? '–' : describeCount(lastCount),
			lastCount === null ? '' : describeUndecided(lastCount),
			lastCount === null ? 'never' : formatAge(lastCount.countedAt, nowMs),
			toHarmless(text),
		),
	);
	return renderTable(columns, rows, { width: out.width(), styleTitle: out.style.dim });
}

const useColumns = [{ title: 'ASKED' }, { title: 'FOR' }, { title: 'QUERY', minWidth: 20 }] as const;

function renderUses(uses: readonly QueryUse[], out: Output, nowMs: number): string {
	if (uses.length === 0) return 'You asked nothing yet.';
	const rows = uses.map((use) => textCells(formatAge(use.usedAt, nowMs), `${use.entity}s`, toHarmless(use.text)));
	return renderTable(useColumns, rows, { width: out.width(), styleTitle: out.style.dim });
}

const useFields: readonly CsvField<QueryUse>[] = [
	['used_at', (use) => use.usedAt],
	['entity', (use) => use.entity],
	['text', (use) => use.text],
];

function presentUse(use: QueryUse): Record<string, unknown> {
	return { used_at: use.usedAt, entity: use.entity, text: use.text };
}

const queryFields: readonly CsvField<SavedQueryRow>[] = [
	['id', (query) => query.id],
	['name', (query) => query.name],
	['entity', (query) => query.entity],
	['owner', (query) => query.owner],
	['text', (query) => query.text],
	['created_at', (query) => query.createdAt],
	['updated_at', (query) => query.updatedAt],
	['counted_at', (query) => query.lastCount?.countedAt],
	['matched', (query) => query.lastCount?.matched],
	['is_exact', (query) => query.lastCount?.isExact],
	['undecided', (query) => query.lastCount?.undecided],
];

export function presentQuery(query: SavedQuery): Record<string, unknown> {
	return {
		id: query.id,
		name: query.name,
		entity: query.entity,
		owner: query.owner,
		text: query.text,
		tree: query.tree,
		created_at: query.createdAt,
		updated_at: query.updatedAt,
	};
}

function presentRow(query: SavedQueryRow): Record<string, unknown> {
	return { ...presentQuery(query), last_count: query.lastCount === null ? null : presentCount(query.lastCount) };
}
