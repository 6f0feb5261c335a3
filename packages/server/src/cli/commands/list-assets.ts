import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { AssetPage, AssetRow, AssetSlice, Inventory } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvOption, chooseFormat } from '../format.ts';
import { withInventory } from '../inventory.ts';
import type { Terminal } from '../terminal.ts';
import { countOf } from '../text/amounts.ts';
import { encodeJson } from '../text/json.ts';
import { createTable } from '../text/table.ts';
import { type AssetColumn, type ColumnDefinitions, listEveryColumn, resolveColumns } from '../views/asset-columns.ts';
import { presentAsset } from '../views/asset-json.ts';
import { describeCounted, describeUndecided, mayMatch, presentCounts, presentCoverage } from '../views/counts.ts';

/** Options of every list of assets beside its filters. */
export interface ListOptions<Sort extends string> extends CsvOption, GlobalOptions {
	readonly columns?: readonly string[];
	readonly sort: Sort;
	readonly limit: number;
	readonly cursor?: string;
}

interface Query<Filter, Sort extends string> {
	readonly filter: Filter;
	readonly sort: Sort;
	readonly limit: number;
	readonly cursor: string | null;
}

/** What differs between the lists of one type of asset and of another. */
export interface ListDefinition<Row extends AssetRow, Filter extends object, Sort extends string> {
	/** Also the noun; with an s the command. */
	readonly type: AssetType;
	readonly columns: ColumnDefinitions<Row>;
	/** What is shown unless columns are named. */
	chooseColumns(width: number): readonly string[];
	list(inventory: Inventory, query: Query<Filter, Sort>): Promise<PageOf<Row>>;
	slice(inventory: Inventory, query: Query<Filter, Sort>): Promise<SliceOf<Row>>;
	/** What to type where there is none yet. */
	readonly firstSteps: string;
}

interface SliceOf<Row> extends Omit<AssetSlice, 'assets'> {
	readonly assets: readonly Row[];
}

interface PageOf<Row> extends Omit<AssetPage, 'assets'> {
	readonly assets: readonly Row[];
}

/** A list as it was when its first page was read, and all its pages, that one included. */
interface Listing<Row> {
	readonly type: AssetType;
	readonly isFiltered: boolean;
	readonly first: PageOf<Row>;
	readonly slices: AsyncIterable<SliceOf<Row>>;
}

const pageSize = 500;
const asked = 'what the filters ask of them';

/** Prints a list of assets page by page: one of a million is never held. */
export async function printAssets<Row extends AssetRow, Filter extends object, Sort extends string>(
	context: CommandContext,
	definition: ListDefinition<Row, Filter, Sort>,
	options: ListOptions<Sort>,
	filter: Filter,
): Promise<number> {
	const { terminal } = context;
	const format = chooseFormat(options);
	const width = terminal.out.width();
	const byItself = format === 'csv' ? listEveryColumn(definition.columns) : definition.chooseColumns(width);
	const names = options.columns ?? byItself;
	// A last known value stands in its cell like any other: only this column tells that it is not confirmed.
	const isMarked = format !== 'csv' || names.includes('unknown');
	const columns = resolveColumns(definition.columns, isMarked ? names : [...names, 'unknown']);
	return withInventory(context, options, async (inventory) => {
		const limit = Math.min(options.limit, pageSize);
		const first = await definition.list(inventory, {
			filter,
			sort: options.sort,
			limit,
			cursor: options.cursor ?? null,
		});
		const listing: Listing<Row> = {
			type: definition.type,
			isFiltered: Object.keys(filter).length > 0,
			first,
			slices: readSlices(inventory, definition, options, filter, first),
		};
		if (format === 'json') await printLines(terminal, listing);
		else if (format === 'csv') await printCsv(terminal, columns, listing);
		else await printTable(terminal, columns, listing, definition.firstSteps);
		return 0;
	});
}

async function* readSlices<Row extends AssetRow, Filter extends object, Sort extends string>(
	inventory: Inventory,
	definition: ListDefinition<Row, Filter, Sort>,
	options: ListOptions<Sort>,
	filter: Filter,
	first: PageOf<Row>,
): AsyncGenerator<SliceOf<Row>> {
	yield first;
	let left = options.limit - first.assets.length;
	for (let cursor = first.nextCursor; left > 0 && cursor !== null; ) {
		const limit = Math.min(left, pageSize);
		const slice = await definition.slice(inventory, { filter, sort: options.sort, limit, cursor });
		left -= slice.assets.length;
		cursor = slice.nextCursor;
		yield slice;
	}
}

/** Assets go to stdout, what belongs to the list as a whole goes to stderr. */
async function printLines<Row extends AssetRow>(
	terminal: Terminal,
	{ type, first, slices }: Listing<Row>,
): Promise<void> {
	let { nextCursor } = first;
	for await (const slice of slices) {
		nextCursor = slice.nextCursor;
		const lines = slice.assets.map((asset) => `${encodeJson(presentAsset(type, asset))}\n`);
		if (lines.length > 0) await terminal.out.write(lines.join(''));
	}
	const { counts, coverage } = first;
	const about = { ...presentCounts(counts), next_cursor: nextCursor, coverage: presentCoverage(coverage) };
	await terminal.err.write(`${encodeJson(about)}\n`);
}

/** As with JSON; an empty list still has its first row, which says what it would hold. */
async function printCsv<Row extends AssetRow>(
	terminal: Terminal,
	columns: readonly AssetColumn<Row>[],
	listing: Listing<Row>,
): Promise<void> {
	const { encodeCsv } = await import('../text/csv.ts');
	let { nextCursor } = listing.first;
	let count = 0;
	const { out } = terminal;
	await out.write(encodeCsv([columns.map(({ name }) => name)]));
	for await (const slice of listing.slices) {
		nextCursor = slice.nextCursor;
		count += slice.assets.length;
		const rows = slice.assets.map((asset) => columns.map((column) => column.value(asset)));
		if (rows.length > 0) await out.write(encodeCsv(rows, out.isTerminal));
	}
	await terminal.err.write(`${describeTotal(listing, count, terminal.now())}\n`);
	await printMore(terminal, nextCursor);
}

async function printTable<Row extends AssetRow>(
	terminal: Terminal,
	columns: readonly AssetColumn<Row>[],
	listing: Listing<Row>,
	firstSteps: string,
): Promise<void> {
	const { first, type, isFiltered } = listing;
	const { out } = terminal;
	const nowMs = terminal.now();
	if (first.assets.length === 0) {
		await out.write(`No ${type}s${isFiltered ? ' match' : ' yet'}. ${describeEmpty(listing, firstSteps)}\n`);
		return;
	}
	const table = createTable(columns, { width: out.width(), styleTitle: out.style.dim });
	let { nextCursor } = first;
	let count = 0;
	for await (const { assets, nextCursor: next } of listing.slices) {
		nextCursor = next;
		count += assets.length;
		const rows = assets.map((asset) => columns.map((column) => column.cell(asset, { nowMs, style: out.style })));
		if (rows.length > 0) await out.write(`${table.render(rows)}\n`);
	}
	await out.write(`\n${describeTotal(listing, count, nowMs)}\n`);
	await printMore(terminal, nextCursor);
}

/** How many are shown of how many, and what that count depends on. */
function describeTotal<Row>({ first: { counts, coverage }, type }: Listing<Row>, count: number, nowMs: number): string {
	const shown = count >= counts.total && counts.isExact ? '' : `${countOf(count, type)} shown of `;
	const total = `${shown}${describeCounted(counts, type, coverage, nowMs)}`;
	return mayMatch(counts.undecided) ? `${total}\n${describeUndecided(counts.undecided, asked)}` : total;
}

async function printMore({ err }: Terminal, nextCursor: string | null): Promise<void> {
	if (nextCursor === null) return;
	await err.write(`More: the same with ${err.style.accent(`--cursor ${nextCursor}`)}, or --limit all\n`);
}

function describeEmpty<Row>({ first, type, isFiltered }: Listing<Row>, firstSteps: string): string {
	const { coverage, counts } = first;
	if (!isFiltered || coverage.scopes === 0) return firstSteps;
	const may = mayMatch(counts.undecided) ? `${describeUndecided(counts.undecided, asked)} ` : '';
	return `${may}${coverage.scopesComplete} of ${countOf(coverage.scopes, 'scope')} complete. Without filters, \`rollcall ${type}s\` lists all.`;
}
