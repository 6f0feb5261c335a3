import { userSorts } from '@rollcall/model/query/user-sort.ts';
import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption } from '../format.ts';
import { collectTag, parseAccounts, parseCount, parseLimit, parseName, parseWords } from '../usage.ts';
import type { UsersOptions } from './list-users.ts';

/** `rollcall users`. */
export function defineUsers(program: Command, bind: Bind): void {
	const command = program
		.command('users')
		.summary('list the users of the inventory')
		.description(
			'Lists live users: those that are confirmed, and those that could not be confirmed lately, marked as such.\n' +
				'Filters narrow the list; of several values in one filter any may match. Where what a filter asks is unknown\n' +
				'of a user, that user does not match; how many those are is said.',
		)
		.option('--accounts <list>', 'in these accounts, by id', parseAccounts)
		.option('--source <list>', 'from these sources: iam.users, identity_center.users', parseWords)
		.option('--name <pattern>', 'with this user name or display name; * stands for anything', parseName)
		.option('--email <pattern>', 'with this e-mail address; * stands for anything', parseName)
		.option('--group <pattern>', 'in the group of this id or name; * stands for anything', parseName)
		.option('--enabled', 'who may sign in')
		.option('--disabled', 'who may not sign in')
		.option('--password-unused <days>', 'whose console password was last used more days ago', parseCount)
		.option('--tag <name[=value]>', 'with this tag; may be repeated, then all must match', collectTag)
		.addOption(
			new Option('--record <state>', 'only records in this state (default: active and unconfirmed)').choices([
				'active',
				'unconfirmed',
				'retired',
			]),
		)
		.option('--columns <list>', 'columns to show: attributes, tags.NAME, id, native_id, source, …', parseWords)
		.addOption(new Option('--sort <column>', 'order of the list').choices(userSorts).default('name'))
		.option('--limit <number>', 'how many at most, or all', parseLimit, 50)
		.option('--cursor <cursor>', 'go on where the page before ended')
		.action(
			bind<UsersOptions>(async (context, options) => {
				const { listUsers } = await import('./list-users.ts');
				return listUsers(context, options);
			}),
		);
	addCsvOption(command);
	addExamples(
		command,
		'rollcall users --group "*admin*" --columns usernames,source,account,groups',
		'rollcall users --source iam.users --password-unused 90 --columns usernames,account,password_last_used_at',
		'rollcall users --limit all --csv > users.csv',
		'rollcall users --email "*@example.com" --json | jq -r .native_id',
	);
}
