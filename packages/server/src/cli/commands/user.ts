import type { Command } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';

/** `rollcall user ID`. */
export function defineUser(program: Command, bind: Bind): void {
	const command = program
		.command('user')
		.summary('show one user: attributes, sources, membership')
		.description(
			'Shows all that is known of one user: the attributes, the sources that report it, and its membership.\n' +
				'Where several users have what was given, as a user name in many accounts, all of them are shown.',
		)
		.argument('<id>', 'user name, e-mail address, user id (AIDA…), ARN, or id of the asset')
		.action(
			bind<object>(async (...given) => {
				const { showUser } = await import('./show-user.ts');
				return showUser(...given);
			}),
		);
	addExamples(
		command,
		'rollcall user alice@example.com',
		'rollcall user AIDACKCEVSQ6C2EXAMPLE --json | jq .attributes',
	);
}
