import { entities } from '@rollcall/model/query/query.ts';
import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../../command-binding.ts';
import { addCsvOption, type CsvOption } from '../../format.ts';
import { parseCount } from '../../usage.ts';
import type { QueriesOptions } from './list-queries.ts';
import type { DeleteOptions, SaveOptions } from './save-query.ts';
import type { ShowOptions } from './show-report.ts';

/** `rollcall queries` and what is done with one of them. */
export function defineQueries(program: Command, bind: Bind): void {
	const queries = program
		.command('queries')
		.summary('saved queries, with how many match each day')
		.description(
			'Lists the saved queries, yours and those of the whole organization, with how many matched when they were counted last.\n' +
				'Each is counted once a day, when it is listed, shown, or `rollcall queries count` runs.',
		)
		.option('--recent', 'what you asked last instead, saved or not')
		.action(
			bind<QueriesOptions>(async (context, options) => {
				const { listQueries } = await import('./list-queries.ts');
				return listQueries(context, options);
			}),
		);
	addCsvOption(queries);
	addExamples(queries, 'rollcall queries', `rollcall queries save windows 'os_platform = windows'`);
	defineChanges(queries, bind);
	defineShow(queries, bind);
}

function defineChanges(queries: Command, bind: Bind): void {
	const save = queries
		.command('save')
		.summary('save a query under a name')
		.description('Saves a query under a name, for the whole organization or for yourself alone.')
		.argument('<name>', 'name, 100 characters at most')
		.argument('<text>', 'the query')
		.addOption(new Option('--entity <type>', 'what it asks for (default: as its fields say)').choices(entities))
		.option('--mine', 'for yourself alone')
		.option('--replace', 'in the place of the one that has the name; its trend begins anew')
		.action(
			bind<SaveOptions>(async (...given) => {
				const { saveQuery } = await import('./save-query.ts');
				return saveQuery(...given);
			}),
		);
	addExamples(
		save,
		`rollcall queries save windows 'os_platform = windows and external_ips exists'`,
		`rollcall queries save 'no MFA' 'mfa_enabled = false' --entity user --mine`,
	);
	const rename = queries
		.command('rename')
		.summary('give a saved query another name')
		.description('Gives a saved query another name. Its trend stays.')
		.argument('<name>', 'the saved query')
		.argument('<new-name>', 'its name from now on')
		.action(
			bind<object>(async (...given) => {
				const { renameQuery } = await import('./save-query.ts');
				return renameQuery(...given);
			}),
		);
	addExamples(rename, `rollcall queries rename windows 'Windows, public'`);
	const remove = queries
		.command('delete')
		.summary('delete a saved query with its trend')
		.description(
			'Deletes a saved query with its trend: yours, if you have one of this name. That of the whole organization after asking.',
		)
		.argument('<name>', 'the saved query')
		.option('--yes', 'do not ask, though it is the whole organization’s')
		.action(
			bind<DeleteOptions>(async (...given) => {
				const { deleteQuery } = await import('./save-query.ts');
				return deleteQuery(...given);
			}),
		);
	addExamples(remove, 'rollcall queries delete windows');
}

function defineShow(queries: Command, bind: Bind): void {
	const show = queries
		.command('show')
		.summary('what a saved query finds, how sure that is, and its trend')
		.description(
			'Shows what a saved query asks, how many match now, what that depends on, its trend, and the first that match.',
		)
		.argument('<name>', 'the saved query')
		.option('--limit <number>', 'how many of the first to show', parseCount, 10)
		.action(
			bind<ShowOptions>(async (...given) => {
				const { showQuery } = await import('./show-report.ts');
				return showQuery(...given);
			}),
		);
	addExamples(show, 'rollcall queries show windows');
	const count = queries
		.command('count')
		.summary('count what has not been counted today')
		.description(
			'Counts every saved query, whoever’s it is, and every finding that has not been counted today. Run daily, it keeps the\n' +
				'trends without a gap.',
		)
		.action(
			bind<object>(async (context, options) => {
				const { countQueries } = await import('./save-query.ts');
				return countQueries(context, options);
			}),
		);
	addExamples(count, 'rollcall queries count');
}

/** `rollcall findings` and `rollcall findings show`. */
export function defineFindings(program: Command, bind: Bind): void {
	const findings = program
		.command('findings')
		.summary('what is worth a look, with how many there are')
		.description(
			'Counts what is worth a look in every inventory: public instances, passwords nobody uses, accounts not covered, …',
		)
		.action(
			bind<CsvOption>(async (context, options) => {
				const { listFindings } = await import('./list-findings.ts');
				return listFindings(context, options);
			}),
		);
	addCsvOption(findings);
	addExamples(findings, 'rollcall findings', 'rollcall findings show public-instances');
	const show = findings
		.command('show')
		.summary('one finding: why it matters, its trend, and what it found')
		.description('Shows why a finding matters, what it asks, how many there are, its trend, and the first of them.')
		.argument('<id>', 'as `rollcall findings` lists it')
		.option('--limit <number>', 'how many of the first to show', parseCount, 10)
		.action(
			bind<ShowOptions>(async (...given) => {
				const { showFinding } = await import('./show-report.ts');
				return showFinding(...given);
			}),
		);
	addExamples(show, 'rollcall findings show uncovered-accounts --limit 50');
}
