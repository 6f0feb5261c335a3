import { parseArgs } from 'node:util';
import type { SimulatorOptions } from './options.ts';
import { findPartition, PARTITIONS } from './world/partitions.ts';

export const USAGE = `aws-simulator: a wire-compatible simulator of the AWS APIs that Rollcall calls

  --scenario demo|even|small   what the world looks like (default small)
  --accounts N  --instances N  --regions N  --seed N  --churn PER_DAY  --big-scope N
  --iam-users-per-account N  --identity-center-users N  --identity-center-groups N
  --identity-store-region REGION
  --start-at ISO_TIME          world time at the start
  --port N                     default 0: any free port on 127.0.0.1
  --latency-base-ms N  --latency-item-ms N
  --no-gzip  --no-throttle  --page-cap N  --short-page-rate X  --empty-page-rate X
  --call-log FILE              one JSON line a call
  --partition aws|aws-us-gov|aws-cn|aws-eusc   where the AWS Organization lies (default aws)
  --delegated-administrator N  index of the account that lists the accounts; the management account then has no role
  --session-seconds N          sessions end after so long, whatever they were told
  --role-name NAME  --role-path /PATH/

Prints one JSON line when it is ready and serves until SIGTERM or SIGINT.
`;

const NUMBERS = [
	'accounts',
	'instances',
	'regions',
	'seed',
	'churn',
	'big-scope',
	'port',
	'latency-base-ms',
	'latency-item-ms',
	'page-cap',
	'short-page-rate',
	'empty-page-rate',
	'session-seconds',
	'iam-users-per-account',
	'identity-center-users',
	'identity-center-groups',
	'delegated-administrator',
] as const;

/** Reads the options; throws with the name of the one that is wrong. */
export function parseCommandLine(argv: readonly string[]): SimulatorOptions | 'help' {
	const text = { type: 'string' } as const;
	const flag = { type: 'boolean', default: false } as const;
	const { values } = parseArgs({
		args: [...argv],
		options: {
			...Object.fromEntries(NUMBERS.map((name) => [name, text])),
			scenario: text,
			partition: text,
			'start-at': text,
			'call-log': text,
			'role-name': text,
			'role-path': text,
			'identity-store-region': text,
			'no-gzip': flag,
			'no-throttle': flag,
			help: flag,
		},
	});
	const given = values as Readonly<Record<string, string | boolean | undefined>>; // The option table above decides the types.
	if (given['help'] === true) {
		return 'help';
	}
	const readNumber = (name: (typeof NUMBERS)[number]): number | undefined => {
		const value = given[name];
		if (value !== undefined && !(Number(value) >= 0)) {
			throw new TypeError(`--${name}: expected a number, not ${String(value)}`);
		}
		return value === undefined ? undefined : Number(value);
	};
	const scenario = given['scenario'] ?? 'small';
	if (scenario !== 'demo' && scenario !== 'even' && scenario !== 'small') {
		throw new TypeError(`--scenario: expected demo, even or small, not ${String(scenario)}`);
	}
	const partition = given['partition'] === undefined ? undefined : findPartition(String(given['partition']));
	if (given['partition'] !== undefined && partition === undefined) {
		throw new TypeError(`--partition: expected one of ${PARTITIONS.join(', ')}, not ${String(given['partition'])}`);
	}
	const startAt = given['start-at'] === undefined ? undefined : Date.parse(String(given['start-at']));
	if (Number.isNaN(startAt)) {
		throw new TypeError('--start-at: expected an ISO time');
	}
	const readText = (name: string) => (given[name] === undefined ? undefined : String(given[name]));
	return withoutUndefined({
		scenario,
		partition,
		startAt,
		accounts: readNumber('accounts'),
		instances: readNumber('instances'),
		regions: readNumber('regions'),
		seed: readNumber('seed'),
		churn: readNumber('churn'),
		bigScopeInstances: readNumber('big-scope'),
		port: readNumber('port'),
		latencyBaseMs: readNumber('latency-base-ms'),
		latencyItemMs: readNumber('latency-item-ms'),
		pageCap: readNumber('page-cap'),
		shortPageRate: readNumber('short-page-rate'),
		emptyPageRate: readNumber('empty-page-rate'),
		sessionLifetimeSeconds: readNumber('session-seconds'),
		delegatedAdministrator: readNumber('delegated-administrator'),
		callLogFile: readText('call-log'),
		roleName: readText('role-name'),
		rolePath: readText('role-path'),
		iamUsersPerAccount: readNumber('iam-users-per-account'),
		identityCenterUsers: readNumber('identity-center-users'),
		identityCenterGroups: readNumber('identity-center-groups'),
		identityStoreRegion: readText('identity-store-region'),
		gzip: given['no-gzip'] !== true,
		throttle: given['no-throttle'] === true ? (false as const) : undefined,
	});
}

type Given<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> };

function withoutUndefined<const Value extends object>(value: Value): Given<Value> {
	return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Given<Value>; // Entries lose their types.
}
