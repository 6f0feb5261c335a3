import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption, type CsvOption } from '../format.ts';
import { parseName } from '../usage.ts';
import type { ConfirmOptions } from './confirm-removals.ts';

/** `rollcall removals` and `rollcall removals confirm`. */
export function defineRemovals(program: Command, bind: Bind): void {
	const removals = program
		.command('removals')
		.summary('list removals that are held, and confirm them')
		.description(
			'A collection that would remove suspiciously much removes nothing: the removals are held and listed here.\n' +
				'They happen when the next complete collection misses the same devices or users too, or when they are confirmed.',
		)
		.action(
			bind<CsvOption>(async (context, options) => {
				const { listRemovals } = await import('./list-removals.ts');
				return listRemovals(context, options);
			}),
		);
	addCsvOption(removals);
	addExamples(removals, 'rollcall removals', 'rollcall removals confirm --execution 3f9c2a1b');
	const confirm = removals
		.command('confirm')
		.summary('let held removals happen')
		.description(
			'Confirms held removals: the devices and users retire as absent. They come back if AWS lists them again.',
		)
		.argument('[id...]', 'records to remove, by the numbers that `rollcall removals` lists')
		.option('--execution <id>', 'all that this execution held', parseName)
		.option('--all', 'all that are held')
		.option('--yes', 'do not ask')
		.action(
			bind<ConfirmOptions>(async (...given) => {
				const { confirmRemovals } = await import('./confirm-removals.ts');
				return confirmRemovals(...given);
			}),
		);
	addExamples(
		confirm,
		'rollcall removals confirm 1042 1043',
		'rollcall removals confirm --execution 3f9c2a1b --yes',
		'rollcall removals confirm --all',
	);
}
