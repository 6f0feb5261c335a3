import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption, type CsvOption } from '../format.ts';

/** `rollcall accounts`. */
export function defineAccounts(program: Command, bind: Bind): void {
	const command = program
		.command('accounts')
		.summary('list the AWS accounts, each with how far it is covered')
		.description(
			'Lists every AWS account that is known, its state in AWS, the outcome of its last reading, and what to do about it.',
		)
		.action(
			bind<CsvOption>(async (context, options) => {
				const { listAccounts } = await import('./list-accounts.ts');
				return listAccounts(context, options);
			}),
		);
	addCsvOption(command);
	addExamples(
		command,
		'rollcall accounts',
		`rollcall accounts --json | jq 'select(.outcome != "complete")'`,
		'rollcall accounts --csv > accounts.csv',
	);
}
