import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption } from '../format.ts';
import { parseLimit } from '../usage.ts';
import type { EventsOptions } from './list-events.ts';

/** `rollcall events [TEXT]`. */
export function defineEvents(program: Command, bind: Bind): void {
	const command = program
		.command('events')
		.summary('what changed: the activity of the organization')
		.description(
			'Lists what collections observed, the newest first: assets that came and went, values of attributes that changed.\n' +
				'A query narrows it: by type, attribute, value, source, integration, execution, at, asset, or by the asset itself\n' +
				'with device.FIELD and user.FIELD.',
		)
		.argument('[text]', 'a query for events, in single quotes for the shell')
		.option('--since <time>', 'from then on: 24h, 7d, 2026-01-05 (--histogram: 7d unless given)')
		.option('--until <time>', 'only before then')
		.option('--histogram', 'how many there were when, by type')
		.option('--limit <number>', 'how many at most, or all', parseLimit, 50)
		.option('--cursor <cursor>', 'go on where the page before ended')
		.action(
			bind<EventsOptions>(async (context, options, text) => {
				const { listEvents } = await import('./list-events.ts');
				return listEvents(context, options, text);
			}),
		);
	addCsvOption(command);
	addExamples(
		command,
		'rollcall events --since 24h',
		"rollcall events 'attribute = security_groups and device.tags.env = prod' --since 7d",
		"rollcall events 'type = SourceMembershipRemove and source = iam.users' --limit all --csv",
		'rollcall events --histogram --since 30d',
	);
}
