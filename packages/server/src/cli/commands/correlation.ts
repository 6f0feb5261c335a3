import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import type { CorrelationOptions } from './show-correlation.ts';

/** `rollcall correlation`. */
export function defineCorrelation(program: Command, bind: Bind): void {
	const correlation = program
		.command('correlation')
		.summary('by what users of several sources are one, and change it')
		.description(
			'Shows by what users of several sources are one. E-mail addresses that Identity Center tells, and names of IAM users\n' +
				'that are one, always count; those in tags of IAM users only where it is switched on, because whoever may tag a user\n' +
				'may then make it pass for another. A change correlates all users anew: some may become one, others part.',
		)
		.addOption(new Option('--tag-emails <state>', 'whether addresses in tags count').choices(['on', 'off']))
		.option('--yes', 'do not ask')
		.action(
			bind<CorrelationOptions>(async (context, options) => {
				const { showCorrelation } = await import('./show-correlation.ts');
				return showCorrelation(context, options);
			}),
		);
	addExamples(
		correlation,
		'rollcall correlation',
		'rollcall correlation --tag-emails on',
		`rollcall query 'tag_email exists'`,
	);
}
