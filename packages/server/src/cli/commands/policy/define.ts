import { type Command, Option } from 'commander';
import { addExamples, type Bind } from '../../command-binding.ts';
import { collectText, parseExternalId, parsePath, parseWords } from '../../usage.ts';
import type { PolicyOptions } from './request.ts';

/** Every format but `permissions` names it, unless the environment does. */
const principal = '\\\n      --principal arn:aws:iam::111122223333:role/Rollcall';

/** `rollcall policy`. */
export function definePolicy(program: Command, bind: Bind): void {
	const command = program
		.command('policy')
		.summary('print the policies and templates that open an AWS account to Rollcall')
		.description(
			'Prints what opens an AWS account to Rollcall: the trust policy or the permission policy of its role as JSON,\n' +
				'or a template that makes the role. It grants what the chosen integrations declare, and nothing else.\n' +
				'cloudformation is for the account that is connected, stackset for the member accounts, terraform for either.',
		)
		.requiredOption('--integrations <list>', 'what the role is for, as ec2.devices,s3.devices', parseWords)
		.addOption(
			new Option('--format <format>', 'which document')
				.choices(['trust', 'permissions', 'cloudformation', 'stackset', 'terraform'])
				.makeOptionMandatory(),
		)
		.option('--extras <list>', 'extras of these integrations, each with permissions of its own', parseWords)
		.option('--organization-discovery', 'the role also lists the accounts of the AWS Organization')
		.option(
			'--principal <arn>',
			'role that Rollcall runs as, repeatable (default: ROLLCALL_PRINCIPAL_ROLE_ARN_…)',
			collectText,
		)
		.option('--external-id <id>', "external id (default: the organization's own, from the inventory)", parseExternalId)
		.option(
			'--role-name <name>',
			'name of the role, with its path if it has one: /security/Rollcall',
			'RollcallCollector',
		)
		.option('--s3-bucket <bucket>', 'bucket that the inventory syncs write to')
		.option('--s3-prefix <prefix>', 'only below this prefix of it (default: anywhere in it)')
		.option('--kms-key <arn>', 'key of yours that the bucket or the identity store lies under, repeatable', collectText)
		.option('--out <file>', 'write the document to the file instead of stdout', parsePath)
		.action(
			bind<PolicyOptions>(async (context, options) => {
				const { printPolicy } = await import('./policy.ts');
				return printPolicy(context, options);
			}),
		);
	addExamples(
		command,
		`rollcall policy --integrations ec2.devices --organization-discovery --format cloudformation --out role.yaml ${principal}`,
		`rollcall policy --integrations ec2.devices --format stackset --out members.yaml ${principal}`,
		`rollcall policy --integrations iam.users,identity_center.users --format trust ${principal}`,
		'rollcall policy --integrations s3.devices --s3-bucket acme-inventory --s3-prefix aws --format permissions',
	);
}
