import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { querySorts } from '@rollcall/model/query/asset-sort.ts';
import type { AssetQuestion } from '#compose/ports.ts';
import type { CommandContext, GlobalOptions } from '../context.ts';
import { type CsvOption, chooseFormat } from '../format.ts';
import { withInventory } from '../inventory.ts';
import { printAnswer } from '../query/print-answer.ts';
import { printCount } from '../query/print-count.ts';
import { printFacets } from '../query/print-facets.ts';
import { readAssetQuery, readTime } from '../query/read-query.ts';
import { usageError } from '../usage.ts';

export interface QueryOptions extends CsvOption {
	readonly entity?: AssetType;
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
	if (text === undefined) {
		throw usageError(
			'a query is missing',
			"give one in single quotes, as 'os_platform = windows'; '' finds everything",
		);
	}
	if (options.count && options.facets !== undefined) {
		throw usageError('--count and --facets exclude each other', 'leave one of them out: --facets counts them, too');
	}
	if (options.exact && options.facets === undefined) {
		throw usageError('--exact goes with --facets', 'a count of --count is exact where it does not say "more than"');
	}
	const { terminal } = context;
	const format = chooseFormat(options);
	const { entity: type, query } = readAssetQuery(text, options.entity);
	if (!querySorts[type].includes(options.sort)) {
		throw usageError(`--sort: ${type}s are not sorted by ${options.sort}`, `give ${querySorts[type].join(', ')}`);
	}
	const asOf = options.asOf === undefined ? null : readTime('--as-of', options.asOf, terminal.now());
	const question: AssetQuestion = { type, query, asOf };
	return await withInventory(context, options, async (inventory) => {
		if (options.count) await printCount(terminal, inventory, question, format);
		else if (options.facets !== undefined) {
			const fields = options.facets === true ? {} : { fields: options.facets.split(',').map((name) => name.trim()) };
			await printFacets(terminal, inventory, question, { ...fields, exact: options.exact === true }, format);
		} else {
			await printAnswer(terminal, inventory, question, { ...options, format, isEverything: query.rules.length === 0 });
		}
		return 0;
	});
}
