import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption } from '../format.ts';
import { parseCount } from '../usage.ts';
import type { ExecutionsOptions } from './list-executions.ts';

/** `rollcall executions`. */
export function defineExecutions(program: Command, bind: Bind): void {
	const command = program
		.command('executions')
		.summary('list the last collections')
		.description('Lists the last executions, the latest first, each with its result and what it found.')
		.option('--limit <number>', 'how many at most', parseCount, 20)
		.action(
			bind<ExecutionsOptions>(async (context, options) => {
				const { listExecutions } = await import('./list-executions.ts');
				return listExecutions(context, options);
			}),
		);
	addCsvOption(command);
	addExamples(command, 'rollcall executions', 'rollcall executions --limit 5 --json', 'rollcall executions --csv');
}
