import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../../command-binding.ts';
import {
	parseAccounts,
	parseExternalId,
	parseIdentityStore,
	parseName,
	parsePath,
	parseRegion,
	parseRegions,
	parseRoleArn,
	parseUnits,
	parseWords,
} from '../../usage.ts';
import type { CollectOptions } from './options.ts';

/** `rollcall collect SOURCE`. */
export function defineCollect(program: Command, bind: Bind): void {
	const command = program
		.command('collect')
		.summary('read a source of AWS into the inventory, or as NDJSON')
		.description(
			'Reads a source and stores what it finds in the inventory: ec2.devices in every region of every account it may\n' +
				'read, iam.users in every account, identity_center.users once, in the account that owns the identity store.\n' +
				'With --out it writes NDJSON instead, one record a line, and needs no database.\n' +
				'Without --role-arn it reads one account with the keys of the standard AWS chain (environment, profile, instance role).',
		)
		.argument('<source>', 'what to read: ec2.devices, iam.users, identity_center.users')
		.option('--role-arn <arn>', 'role to take in the account', parseRoleArn)
		.option('--external-id <id>', "external id the role asks for (default: the organization's own)", parseExternalId)
		.option('--organization-discovery', 'read every account of the AWS Organization, by roles of the same name')
		.option(
			'--regions <list>',
			'of ec2.devices: only these regions, as eu-west-1,us-east-1 (default: all enabled ones)',
			parseRegions,
		)
		.option('--accounts <list>', 'only these accounts, by id (default: all)', parseAccounts)
		.option('--exclude-accounts <list>', 'not these accounts, by id', parseAccounts)
		.option(
			'--ou <list>',
			'with --organization-discovery: only accounts in these organizational units, by id or path',
			parseUnits,
		)
		.option('--exclude-ou <list>', 'with --organization-discovery: no accounts in these units', parseUnits)
		.option('--identity-store-id <id>', 'of identity_center.users: the store, as d-1234567890', parseIdentityStore)
		.option('--region <name>', 'of identity_center.users: the region of the store', parseRegion)
		.option(
			'--extras <list>',
			'more than the least, each with its own permission: authorization-details, credential-report (iam.users), find-identity-store (identity_center.users)',
			parseWords,
		)
		.addOption(
			new Option(
				'--enrich <which>',
				'which enrichments to read: those due, all, or none (default: due, with --out all)',
			).choices(['due', 'all', 'none']),
		)
		.option('--config <name>', 'name for the access configuration that the run is kept under', parseName)
		.option('--out <file>', 'write NDJSON to the file, or to stdout with -, and store nothing', parsePath)
		.option('--raw', "with --out: each line carries the source's own document too")
		.option('--summary <file>', 'write the summary as one JSON object', parsePath)
		.action(
			bind<CollectOptions>(async (...given) => {
				const { collect } = await import('./collect.ts');
				return collect(...given);
			}),
		);
	addExamples(
		command,
		'rollcall collect ec2.devices --role-arn arn:aws:iam::111122223333:role/RollcallCollector --organization-discovery',
		'rollcall collect ec2.devices --regions eu-west-1,eu-central-1',
		'rollcall collect iam.users --role-arn arn:aws:iam::111122223333:role/RollcallCollector --organization-discovery',
		'rollcall collect iam.users --extras credential-report',
		'rollcall collect identity_center.users --identity-store-id d-1234567890 --region eu-central-1',
		'rollcall collect ec2.devices --enrich none --out - | jq -r .attributes.name',
		'rollcall collect ec2.devices --out devices.ndjson --raw --summary summary.json',
	);
}
