import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption, type CsvOption } from '../format.ts';

/** `rollcall execution ID`. */
export function defineExecution(program: Command, bind: Bind): void {
	const command = program
		.command('execution')
		.summary('show one collection: every account with outcome, cause and what to do')
		.description('Shows one execution: coverage, every account, and of each scope that is not complete the cause.')
		.argument('<id>', 'id of the execution, or the beginning of it')
		.action(
			bind<CsvOption>(async (...given) => {
				const { showExecution } = await import('./show-execution.ts');
				return showExecution(...given);
			}),
		);
	addCsvOption(command);
	addExamples(
		command,
		'rollcall execution 3f9c2a1b',
		'rollcall execution 3f9c2a1b --json | jq .summary.accounts',
		'rollcall execution 3f9c2a1b --csv > scopes.csv',
	);
}
