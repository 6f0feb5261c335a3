import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { parseLimit } from '../usage.ts';
import type { HistoryOptions } from './show-history.ts';

/** `rollcall history ID`. */
export function defineHistory(program: Command, bind: Bind): void {
	const command = program
		.command('history')
		.summary('what happened to one device or user, or what it was')
		.description(
			'Shows what happened to one asset, day by day, the latest first.\n' +
				'With --as-of the asset as it was then: its attributes, what each source said, and how sure that was.',
		)
		.argument(
			'<id>',
			'instance id (i-…), ARN, user name, e-mail address, or id of the asset, also one from before a merge',
		)
		.option('--as-of <time>', 'the asset as it was then: 2026-01-05 (its first moment), 2026-01-05T10:00Z, now-7d')
		.option('--limit <number>', 'how many events at most, or all', parseLimit, 100)
		.option('--cursor <cursor>', 'go on where the page before ended')
		.action(
			bind<HistoryOptions>(async (context, options, id) => {
				const { showHistory } = await import('./show-history.ts');
				return showHistory(context, options, id);
			}),
		);
	addExamples(
		command,
		'rollcall history i-0a1b2c3d4e5f67890',
		'rollcall history alice@example.com --limit all --json',
		'rollcall history i-0a1b2c3d4e5f67890 --as-of now-30d',
	);
}
