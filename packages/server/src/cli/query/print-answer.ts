import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { Answer, AssetQuestion, AssetRow, FoundAsset, Questions } from '#compose/ports.ts';
import type { Terminal } from '../terminal.ts';
import { countOf } from '../text/amounts.ts';
import { encodeCsv } from '../text/csv.ts';
import { encodeJson } from '../text/json.ts';
import { createTable } from '../text/table.ts';
import { type AssetColumn, type ColumnDefinitions, listEveryColumn, resolveColumns } from '../views/asset-columns.ts';
import { presentAsset } from '../views/asset-json.ts';
import { describeUndecided, mayMatch } from '../views/counts.ts';
import { chooseDeviceColumns, deviceColumns } from '../views/device-columns.ts';
import { chooseUserColumns, userColumns } from '../views/user-columns.ts';
import { asked, describeAnswer, type Format, presentAnswer, printNotices } from './print-count.ts';

export interface AnswerOptions {
	readonly format: Format;
	readonly columns?: readonly string[];
	readonly sort: string;
	readonly desc?: boolean;
	readonly limit: number;
	readonly cursor?: string;
	readonly isEverything: boolean;
}

interface TypeView {
	readonly columns: ColumnDefinitions<AssetRow>;
	chooseColumns(width: number): readonly string[];
	readonly firstSteps: string;
}

// Rows of the answer have the attributes of their type, whatever their static type says of them.
const views: Readonly<Record<AssetType, TypeView>> = {
	device: {
		columns: deviceColumns as ColumnDefinitions<AssetRow>,
		chooseColumns: chooseDeviceColumns,
		firstSteps: '`rollcall collect ec2.devices --help` shows how to collect the first.',
	},
	user: {
		columns: userColumns as ColumnDefinitions<AssetRow>,
		chooseColumns: chooseUserColumns,
		firstSteps: '`rollcall collect iam.users --help` shows how to collect the first.',
	},
};

/** What is written of an answer in one format, page after page. */
interface Printer {
	begin(about: Answer): Promise<void>;
	page(assets: readonly FoundAsset[]): Promise<void>;
	end(about: Answer, shown: number, nextCursor: string | null): Promise<void>;
}

/** Prints what meets a query, page by page: an answer of a million is never held. */
export async function printAnswer(
	terminal: Terminal,
	inventory: Questions,
	question: AssetQuestion,
	options: AnswerOptions,
): Promise<void> {
	const columns = chooseColumns(terminal, question.type, options);
	const printer = {
		json: () => printLines(terminal, question),
		csv: () => printCsv(terminal, question, columns),
		table: () => printTable(terminal, question, columns, options.isEverything),
	}[options.format]();
	let about: Answer | undefined;
	let shown = 0;
	let nextCursor: string | null = null;
	await inventory.exportAssets(question, {
		sort: options.sort,
		descending: options.desc === true,
		limit: options.limit,
		cursor: options.cursor ?? null,
		answered: async (answer) => {
			about = answer;
			await printNotices(terminal, answer);
			await printer.begin(answer);
		},
		page: async (page) => {
			shown += page.assets.length;
			nextCursor = page.nextCursor;
			if (page.assets.length > 0) await printer.page(page.assets);
		},
	});
	if (about !== undefined) await printer.end(about, shown, nextCursor);
}

function chooseColumns(
	{ out }: Terminal,
	type: AssetType,
	{ format, columns }: AnswerOptions,
): readonly AssetColumn<AssetRow>[] {
	const view = views[type];
	const byItself = format === 'csv' ? listEveryColumn(view.columns) : view.chooseColumns(out.width());
	const names = columns ?? byItself;
	// A last known value stands in its cell like any other: only this column tells that it is not confirmed.
	const isMarked = format !== 'csv' || names.includes('unknown');
	return resolveColumns(view.columns, isMarked ? names : [...names, 'unknown']);
}

function printLines(terminal: Terminal, question: AssetQuestion): Printer {
	const { out, err } = terminal;
	return {
		begin: async () => undefined,
		page: async (assets) => {
			const lines = assets.map((asset) => encodeJson(presentAsset(question.type, asset)));
			await out.write(lines.map((line) => `${line}\n`).join(''));
		},
		end: async (about, _shown, nextCursor) => {
			await err.write(`${encodeJson({ ...presentAnswer(question, about), next_cursor: nextCursor })}\n`);
		},
	};
}

/** An empty one still has its first row, which says what it would hold. */
function printCsv(terminal: Terminal, question: AssetQuestion, columns: readonly AssetColumn<AssetRow>[]): Printer {
	const { out, err } = terminal;
	return {
		begin: async () => out.write(encodeCsv([columns.map(({ name }) => name)])),
		page: async (assets) => {
			const rows = assets.map((asset) => columns.map((column) => column.value(asset)));
			await out.write(encodeCsv(rows, out.isTerminal));
		},
		end: async (about, shown, nextCursor) => {
			await err.write(`${describeShown(question, about, shown, terminal.now())}\n`);
			await printMore(terminal, nextCursor);
		},
	};
}

function printTable(
	terminal: Terminal,
	question: AssetQuestion,
	columns: readonly AssetColumn<AssetRow>[],
	isEverything: boolean,
): Printer {
	const { out } = terminal;
	const nowMs = terminal.now();
	const table = createTable(columns, { width: out.width(), styleTitle: out.style.dim });
	return {
		begin: async () => undefined,
		page: async (assets) => {
			const rows = assets.map((asset) => columns.map((column) => column.cell(asset, { nowMs, style: out.style })));
			await out.write(`${table.render(rows)}\n`);
		},
		end: async (about, shown, nextCursor) => {
			if (shown === 0) {
				await out.write(`${describeEmpty(question, about, isEverything)}\n`);
				return;
			}
			await out.write(`\n${describeShown(question, about, shown, nowMs)}\n`);
			await printMore(terminal, nextCursor);
		},
	};
}

/** How many are shown of how many, and what that count depends on. */
function describeShown(question: AssetQuestion, about: Answer, shown: number, nowMs: number): string {
	const { total, isExact } = about.counts;
	const isAll = shown >= total && isExact;
	return `${isAll ? '' : `${countOf(shown, question.type)} shown of `}${describeAnswer(question, about, nowMs)}`;
}

function describeEmpty({ type, asOf }: AssetQuestion, { counts, coverage }: Answer, isEverything: boolean): string {
	const { firstSteps } = views[type];
	const then = asOf === null ? '' : ` as of ${asOf.toISOString()}`;
	if (coverage.scopes === 0 && isEverything) return `No ${type}s yet${then}. ${firstSteps}`;
	if (coverage.scopes === 0) {
		return `No ${type}s match${then}: no account, region or source that was read is meant. \`rollcall accounts\` shows what was. If nothing was yet: ${firstSteps}`;
	}
	const may = mayMatch(counts.undecided) ? `${describeUndecided(counts.undecided, asked)} ` : '';
	const covered = `${coverage.scopesComplete} of ${countOf(coverage.scopes, 'scope')} complete.`;
	const next = isEverything ? '`rollcall accounts` shows what was covered.' : "`rollcall query ''` finds everything.";
	return `No ${type}s match${then}. ${may}${covered} ${next}`;
}

async function printMore({ err }: Terminal, nextCursor: string | null): Promise<void> {
	if (nextCursor === null) return;
	await err.write(`More: the same with ${err.style.accent(`--cursor ${nextCursor}`)}, or --limit all\n`);
}
