import { type Command, InvalidArgumentError } from 'commander';
import { addExamples, type Bind } from '../../command-binding.ts';
import { addCsvOption } from '../../format.ts';
import {
	parseAccounts,
	parseExternalId,
	parseIdentityStore,
	parsePath,
	parseRegion,
	parseRegions,
	parseRoleArn,
	parseWords,
} from '../../usage.ts';
import type { TestOptions } from './request.ts';

/** `rollcall test KIND…`. */
export function defineTest(program: Command, bind: Bind): void {
	const command = program
		.command('test')
		.summary('test an access to AWS: what is allowed, account by account, and whether the external id protects it')
		.description(
			'Tells for every account, region and action whether it is allowed, and if not, why and what to do: the action to\n' +
				'add, the service control policy that denies it, the role that is missing. Its calls change nothing in AWS, and what\n' +
				'they answer is not kept.\n' +
				'Then proves that each role refuses whoever comes without the external id, or with a wrong one.\n' +
				'Ends with 0 where all is allowed, 3 where something is missing, 1 where nothing is usable or a role is open.',
		)
		.argument('[kind...]', 'integrations to test it for, as ec2.devices')
		.option('--role-arn <arn>', 'role to take in the account', parseRoleArn)
		.option('--external-id <id>', "external id the role asks for (default: the organization's own)", parseExternalId)
		.option('--organization-discovery', 'test every account of the AWS Organization, by roles of the same name')
		.option('--regions <list>', 'only these regions, as eu-west-1,us-east-1 (default: all enabled ones)', parseRegions)
		.option('--accounts <list>', 'only these accounts, by id (default: all)', parseAccounts)
		.option('--identity-store-id <id>', 'identity store of Identity Center, as d-1234567890', parseIdentityStore)
		.option('--region <region>', 'region of Identity Center', parseRegion)
		.option('--extras <list>', 'extras to test for too, each with permissions of its own', parseWords)
		.option('--no-proof', 'do not try to enter the roles with a wrong external id')
		.option('--patience <seconds>', 'how long a new role may be unknown to AWS; 0 asks once', parsePatience, 120)
		.option(
			'--failed-from <file>',
			'test again what failed in an earlier result; with the same --external-id',
			parsePath,
		)
		.option('--out <file>', 'write the result as one JSON object, or to stdout with -', parsePath)
		.action(
			bind<TestOptions>(async (...given) => {
				const { testAccess } = await import('./test.ts');
				return testAccess(...given);
			}),
		);
	addCsvOption(command);
	addExamples(
		command,
		'rollcall test ec2.devices',
		'rollcall test ec2.devices --role-arn arn:aws:iam::111122223333:role/Rollcall --external-id acme-7f3a --out access.json',
		'rollcall test --failed-from access.json --external-id acme-7f3a --out access.json',
		'rollcall test ec2.devices --json | jq \'.accounts[] | select(.verdict != "allowed") | .account_id\'',
		'rollcall test ec2.devices --csv > access.csv',
	);
}

function parsePatience(value: string): number {
	if (/^\d{1,4}$/u.test(value) && Number(value) <= 3600) return Number(value);
	throw new InvalidArgumentError('Give seconds from 0 to 3600.');
}
