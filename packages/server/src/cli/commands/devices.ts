import { deviceSorts } from '@rollcall/model/query/device-sort.ts';
import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../command-binding.ts';
import { addCsvOption } from '../format.ts';
import { collectTag, parseAccounts, parseAddress, parseLimit, parseName, parseRegions, parseWords } from '../usage.ts';
import type { DevicesOptions } from './list-devices.ts';

/** `rollcall devices`. */
export function defineDevices(program: Command, bind: Bind): void {
	const command = program
		.command('devices')
		.summary('list the devices of the inventory')
		.description(
			'Lists live devices: those that are confirmed, and those that could not be confirmed lately, marked as such.\n' +
				'Filters narrow the list; of several values in one filter any may match.',
		)
		.option('--accounts <list>', 'in these accounts, by id', parseAccounts)
		.option('--regions <list>', 'in these regions', parseRegions)
		.option('--state <list>', 'in these states, as running,stopped', parseWords)
		.addOption(new Option('--os <list>', 'of these systems: windows, linux, macos, unknown').argParser(parseWords))
		.option('--name <pattern>', 'with this name; * stands for anything', parseName)
		.option('--owner <name>', 'of this owner', parseName)
		.option('--ip <address>', 'with an address, or one in a network as 10.0.0.0/8', parseAddress)
		.option('--public', 'with an external address')
		.option('--no-public', 'without an external address')
		.option('--type <list>', 'of these instance types, as t3.micro', parseWords)
		.option('--vpc <list>', 'in these VPCs', parseWords)
		.option('--image <list>', 'launched from these AMIs', parseWords)
		.option('--tag <name[=value]>', 'with this tag; may be repeated, then all must match', collectTag)
		.addOption(
			new Option('--record <state>', 'only records in this state (default: active and unconfirmed)').choices([
				'active',
				'unconfirmed',
				'retired',
			]),
		)
		.option('--columns <list>', 'columns to show: attributes, tags.NAME, id, native_id, instance_id, …', parseWords)
		.addOption(new Option('--sort <column>', 'order of the list').choices(deviceSorts).default('name'))
		.option('--limit <number>', 'how many at most, or all', parseLimit, 50)
		.option('--cursor <cursor>', 'go on where the page before ended')
		.action(
			bind<DevicesOptions>(async (context, options) => {
				const { listDevices } = await import('./list-devices.ts');
				return listDevices(context, options);
			}),
		);
	addCsvOption(command);
	addExamples(
		command,
		'rollcall devices --os windows --public',
		'rollcall devices --name "web-*" --tag env=prod --columns name,account,external_ips,tags.owner',
		'rollcall devices --ip 10.20.0.0/16 --sort account --limit all --json',
		'rollcall devices --limit all --csv > devices.csv',
		'rollcall devices --record unconfirmed',
	);
}
