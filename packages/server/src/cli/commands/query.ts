import { assetTypes } from '@rollcall/model/asset/record-state.ts';
import { querySorts } from '@rollcall/model/query/asset-sort.ts';
import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption } from '../format.ts';
import { parseLimit, parseName, parseWords } from '../usage.ts';
import type { QueryOptions } from './run-query.ts';

/** `rollcall query TEXT`. */
export function defineQuery(program: Command, bind: Bind): void {
	const sorts = [...new Set(Object.values(querySorts).flat())];
	const command = program
		.command('query')
		.summary('ask any question about devices or users')
		.description(
			'Finds the live devices or users that meet a query, now or as of a moment.\n' +
				'A rule is FIELD OPERATOR VALUE; rules are joined by and, or, not and parentheses. docs/queries.md has every field.\n' +
				'Operators: = != ~ !~ (with *) contains, in (a, b), > <, between A and B, exists, unknown; each may follow not.',
		)
		.argument('[text]', "the query, in single quotes for the shell; '' finds everything")
		.option(
			'--saved <name>',
			'what is saved under this name, instead of a text (`rollcall queries` lists them)',
			parseName,
		)
		.addOption(new Option('--entity <type>', 'what to find (default: as its fields say)').choices(assetTypes))
		.option('--as-of <time>', 'the inventory as it was then: 2026-01-05 (its first moment), 2026-01-05T10:00Z, now-7d')
		.option('--count', 'only how many there are')
		.option('--facets [fields]', 'how many there are of which value, of all fields or of these, as os_platform,region')
		.option('--exact', 'with --facets: the exact figures, however long it takes')
		.option('--columns <list>', 'columns to show: attributes, tags.NAME, id, native_id, …', parseWords)
		.addOption(new Option('--sort <column>', 'order of the list').choices(sorts).default('name'))
		.option('--desc', 'the order reversed')
		.option('--limit <number>', 'how many at most, or all', parseLimit, 50)
		.option('--cursor <cursor>', 'go on where the page before ended')
		.action(
			bind<QueryOptions>(async (context, options, text) => {
				const { runQuery } = await import('./run-query.ts');
				return runQuery(context, options, text);
			}),
		);
	addCsvOption(command);
	addExamples(
		command,
		"rollcall query 'os_platform = windows and external_ips exists'",
		`rollcall query 'not tags.owner exists and (tags.env = prod or account_name ~ "*prod*")' --columns name,account,tags`,
		"rollcall query 'internal_ips = 10.20.0.0/16 and first_observed_at > now-7d' --as-of 2026-01-05 --csv",
		"rollcall query 'groups contains admin and password_last_used_at < now-90d' --entity user --count",
		"rollcall query 'region = eu-west-1' --facets os_platform,model,tags",
		'rollcall query --saved "no owner" --limit all --csv',
	);
}
