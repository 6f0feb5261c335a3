import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { Bind } from './command-binding.ts';
import { defineAccounts } from './commands/accounts.ts';
import { defineCollect } from './commands/collect/define.ts';
import { defineCorrelation } from './commands/correlation.ts';
import { defineDevice } from './commands/device.ts';
import { defineDevices } from './commands/devices.ts';
import { defineDoctor } from './commands/doctor.ts';
import { defineEvents } from './commands/events.ts';
import { defineExecution } from './commands/execution.ts';
import { defineExecutions } from './commands/executions.ts';
import { defineHistory } from './commands/history.ts';
import { defineLabel } from './commands/label/define.ts';
import { defineMigrate } from './commands/migrate.ts';
import { definePolicy } from './commands/policy/define.ts';
import { defineFindings, defineQueries } from './commands/queries/define.ts';
import { defineQuery } from './commands/query.ts';
import { defineRemovals } from './commands/removals.ts';
import { defineTest } from './commands/test/define.ts';
import { defineUser } from './commands/user.ts';
import { defineUsers } from './commands/users.ts';
import type { CommandContext } from './context.ts';
import { defaultOrganization, parseSlug } from './usage.ts';

export interface Program {
	readonly command: Command;
	/** Of the action that ran; 0 where none did. */
	exitCode(): number;
}

const environmentHelp = `
Environment:
  ROLLCALL_DATABASE_URL   a PostgreSQL server (15 or newer) instead of the embedded one
  ROLLCALL_DATA_DIR       where the embedded database lives
  ROLLCALL_WORKERS        worker processes of a collection (default: one per core, 8 at most)
  ROLLCALL_RETENTION_DAYS days that history is kept, 30 to 3650 (default: 400)
  ROLLCALL_LOG_LEVEL      trace, debug, info, warn, error, fatal or silent (default: warn)
  ROLLCALL_ENTRY_REGION   first region of an access key outside the partition aws
  ROLLCALL_PRINCIPAL_ROLE_ARN_COLLECTION_EC2
                          role taken before customers' roles; likewise …_COLLECTION_USERS, …_SYNC_S3
  AWS_…                   the standard AWS variables: credentials, profile, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>
  NO_COLOR                no colours

Exit codes:
  0 success   1 failed   2 wrong usage   3 partly collected   130 stopped

Examples:
  $ rollcall policy --integrations ec2.devices,iam.users --organization-discovery --format cloudformation
  $ rollcall collect ec2.devices --role-arn arn:aws:iam::111122223333:role/RollcallCollector --organization-discovery
  $ rollcall devices --os windows --public
  $ rollcall query 'os_platform = windows and external_ips exists'
  $ rollcall users --group "*admin*"
  $ rollcall doctor
`;

/** The whole command line. Nothing heavy is loaded until an action runs. */
export function buildProgram(context: CommandContext): Program {
	let exitCode = 0;
	const bind: Bind =
		(action) =>
		async (...given) => {
			const command = given.pop();
			if (!(command instanceof Command)) throw new TypeError('an action is called with its command last');
			given.pop();
			const args = given.flat().filter((each) => typeof each === 'string');
			exitCode = await action(context, command.optsWithGlobals<Parameters<typeof action>[1]>(), ...args);
		};
	const command = new Command('rollcall')
		.description(
			'Calls the roll of an AWS Organization: every device and every user answers, or it says exactly why it could not ask.',
		)
		.option('--organization <slug>', 'organization of Rollcall to work in', parseSlug, defaultOrganization)
		.option('--json', 'print for programs: JSON, or one JSON object a line; errors as JSON on stderr')
		.option('--no-color', 'no colours')
		.version(manifest.version, '--version', 'print the version')
		.helpOption('-h, --help', 'explain the command')
		.helpCommand('help [command]', 'explain a command')
		.configureHelp({ showGlobalOptions: true })
		.showSuggestionAfterError(true)
		.addHelpText('after', environmentHelp);
	const definers = [
		definePolicy,
		defineTest,
		defineCollect,
		defineDevices,
		defineDevice,
		defineUsers,
		defineUser,
		defineFindings,
		defineQueries,
		defineLabel,
		defineQuery,
		defineHistory,
		defineEvents,
		defineAccounts,
		defineExecutions,
		defineExecution,
		defineRemovals,
		defineCorrelation,
		defineMigrate,
		defineDoctor,
	];
	for (const define of definers) define(command, bind);
	return { command, exitCode: () => exitCode };
}
