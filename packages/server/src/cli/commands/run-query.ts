import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { querySorts } from '@rollcall/model/query/asset-sort.ts';
import type { AssetQuestion, QueryInventory } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvOption, chooseFormat } from '../format.ts';
import { withInventory } from '../inventory.ts';
import { printAnswer } from '../query/print-answer.ts';
import { printCount } from '../query/print-count.ts';
import { printFacets } from '../query/print-facets.ts';
import { readAssetQuery, readQuery, readTime, type TypedQuery } from '../query/read-query.ts';
import { rememberQuery } from '../query/remember-query.ts';
import { quoteForShell } from '../text/shell.ts';
import { usageError } from '../usage.ts';

export interface QueryOptions extends CsvOption {
	readonly entity?: AssetType;
	readonly saved?: string;
	readonly asOf?: string;
	readonly count?: boolean;
	/** True: of all fields. */
	readonly facets?: string | true;
	readonly exact?: boolean;
	readonly columns?: readonly string[];
	readonly sort: string;
	readonly desc?: boolean;
	readonly limit: number;
	readonly cursor?: string;
}

/** `rollcall query`. */
export async function runQuery(
	context: CommandContext,
	options: QueryOptions & GlobalOptions,
	text: string | undefined,
): Promise<number> {
	checkOptions(options, text);
	const { terminal } = context;
	const format = chooseFormat(options);
	const nowMs = terminal.now();
	// What is wrong with a text is told before a database is opened.
	const typed = text === undefined ? undefined : toQuestion(readAssetQuery(text, options.entity), options, nowMs);
	return await withInventory(context, options, async (inventory) => {
		const question = typed ?? toQuestion(await readSavedQuery(inventory, options.saved ?? ''), options, nowMs);
		if (options.count) await printCount(terminal, inventory, question, format);
		else if (options.facets !== undefined) {
			const fields = options.facets === true ? {} : { fields: options.facets.split(',').map((name) => name.trim()) };
			// A field of more values than there may be assets has none beyond.
			const limitPerField = Math.min(options.limit, 10_000_000);
			await printFacets(
				terminal,
				inventory,
				question,
				{ ...fields, exact: options.exact === true, limitPerField },
				format,
			);
		} else {
			const isEverything = question.query.rules.length === 0;
			await printAnswer(terminal, inventory, question, { ...options, format, isEverything });
		}
		if (text !== undefined) await rememberQuery(inventory, { entity: question.type, text });
		return 0;
	});
}

function checkOptions(options: QueryOptions, text: string | undefined): void {
	if (text === undefined && options.saved === undefined) {
		throw usageError(
			'a query is missing',
			"give one in single quotes, as 'os_platform = windows'; '' finds everything; --saved takes one that was saved",
		);
	}
	if (text !== undefined && options.saved !== undefined) {
		throw usageError('a text and --saved exclude each other', 'leave one of them out');
	}
	if (options.saved !== undefined && options.entity !== undefined) {
		throw usageError(
			'--saved and --entity exclude each other',
			'leave --entity out: what was saved says what it finds',
		);
	}
	if (options.count && options.facets !== undefined) {
		throw usageError('--count and --facets exclude each other', 'leave one of them out: --facets counts them, too');
	}
	if (options.exact && options.facets === undefined) {
		throw usageError('--exact goes with --facets', 'a count of --count is exact where it does not say "more than"');
	}
}

function toQuestion(
	{ entity: type, query }: TypedQuery<AssetType>,
	options: QueryOptions,
	nowMs: number,
): AssetQuestion {
	if (!querySorts[type].includes(options.sort)) {
		throw usageError(`--sort: ${type}s are not sorted by ${options.sort}`, `give ${querySorts[type].join(', ')}`);
	}
	return { type, query, asOf: options.asOf === undefined ? null : readTime('--as-of', options.asOf, nowMs) };
}

/** By its text, so that what this program no longer understands of it is pointed at as in one that is typed. */
async function readSavedQuery(inventory: QueryInventory, name: string): Promise<TypedQuery<AssetType>> {
	const { entity, text } = await inventory.findSavedQuery(name);
	if (entity !== 'event') return { entity, query: readQuery(text, entity) };
	throw usageError(
		`--saved: ${JSON.stringify(name)} asks for events`,
		`ask for them by rollcall events ${quoteForShell(text)}`,
	);
}
