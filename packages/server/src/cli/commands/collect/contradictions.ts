import { resolve } from 'node:path';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { SourceDescription } from '#compose/ports.ts';
import { usageError } from '../../usage.ts';
import type { CollectOptions } from './options.ts';

type Source = Pick<SourceDescription, 'kind' | 'extras'>;

const devicesKind = 'ec2.devices';
const identityCenterKind = 'identity_center.users';
/** The permission of the extra by which Identity Center finds its store by itself. */
const findStoreAction = 'sso:ListInstances';

/** Throws `USAGE:0001` where options contradict each other, or are not those of the source. */
export function refuseContradictions(source: Source, options: CollectOptions): void {
	refuseForSource(source, options);
	refuseAccess(options);
	refuseSelection(options);
	refuseOutput(options);
}

function refuseForSource(source: Source, options: CollectOptions): void {
	const { kind, extras } = source;
	for (const name of options.extras ?? []) {
		const names = extras.map((extra) => extra.name);
		if (names.includes(name)) continue;
		throw usageError(
			`--extras: ${kind} has no extra "${name}"`,
			names.length === 0 ? 'leave --extras out: it has none' : suggest(name, names),
		);
	}
	if (kind !== devicesKind && options.regions !== undefined) {
		throw usageError(
			`--regions is of ${devicesKind}: ${kind} is not read by region`,
			kind === identityCenterKind ? 'name the region of the identity store with --region' : 'leave --regions out',
		);
	}
	if (kind === identityCenterKind) refuseForIdentityCenter(source, options);
	else if (options.identityStoreId !== undefined || options.region !== undefined) {
		const name = options.identityStoreId === undefined ? '--region' : '--identity-store-id';
		throw usageError(
			`${name} is of ${identityCenterKind}: ${kind} has no identity store`,
			kind === devicesKind ? 'leave it out; --regions chooses regions' : 'leave it out',
		);
	}
}

function refuseForIdentityCenter({ extras }: Source, options: CollectOptions): void {
	if (options.organizationDiscovery) {
		throw usageError(
			`${identityCenterKind} takes no --organization-discovery: Identity Center is read once per store, through the account that owns it, never account by account`,
			'leave it out, and give the role in the account that owns Identity Center, or in its delegated administrator',
		);
	}
	if (options.region === undefined) {
		throw usageError(
			`${identityCenterKind} needs --region: an identity store lives in one region`,
			'add --region, as --region eu-central-1',
		);
	}
	const finders = extras.filter((extra) => extra.permissions.includes(findStoreAction)).map((extra) => extra.name);
	if (options.identityStoreId !== undefined || finders.some((name) => options.extras?.includes(name))) return;
	const other = finders.length === 0 ? '' : `, or --extras ${finders[0]} to have it found (needs ${findStoreAction})`;
	throw usageError(
		`${identityCenterKind} needs --identity-store-id`,
		`add --identity-store-id d-… from the settings of Identity Center${other}`,
	);
}

function refuseAccess({ roleArn, externalId, organizationDiscovery, out }: CollectOptions): void {
	if (organizationDiscovery && roleArn === undefined) {
		throw usageError(
			'--organization-discovery needs --role-arn: the other accounts are entered by a role of the same name, which keys do not have',
			'add --role-arn with the role in the account that owns the AWS Organization, or leave --organization-discovery out',
		);
	}
	if (externalId !== undefined && roleArn === undefined) {
		throw usageError(
			'--external-id needs --role-arn: it is sent when a role is taken, and keys take none',
			'add --role-arn, or leave --external-id out',
		);
	}
	if (roleArn !== undefined && externalId === undefined && out !== undefined) {
		throw usageError(
			"--role-arn with --out needs --external-id: without a database the organization's own external id is not at hand",
			'add --external-id with the one in the trust policy of the role',
		);
	}
}

function refuseSelection(options: CollectOptions): void {
	const { accounts, excludeAccounts, ou, excludeOu, organizationDiscovery } = options;
	const unit = ou === undefined ? excludeOu && '--exclude-ou' : '--ou';
	if (unit !== undefined && !organizationDiscovery) {
		throw usageError(
			`${unit} needs --organization-discovery: only the account list of an AWS Organization tells organizational units`,
			`add --organization-discovery, or leave ${unit} out`,
		);
	}
	refuseBoth('--accounts', accounts, '--exclude-accounts', excludeAccounts);
	refuseBoth('--ou', ou, '--exclude-ou', excludeOu);
}

function refuseBoth(
	name: string,
	chosen: readonly string[] | undefined,
	otherName: string,
	excluded: readonly string[] | undefined,
): void {
	const both = chosen?.find((each) => excluded?.includes(each));
	if (both === undefined) return;
	throw usageError(`${both} is in ${name} and in ${otherName}`, 'leave it out of one of them');
}

function refuseOutput({ raw, out, summary, config }: CollectOptions): void {
	if (raw && out === undefined) {
		throw usageError(
			'--raw needs --out: the inventory keeps every raw document anyway',
			'add --out FILE (or --out -), or leave --raw out',
		);
	}
	if (config !== undefined && out !== undefined) {
		throw usageError(
			'--config names what a stored run is kept under, and --out stores nothing',
			'leave --config or --out out',
		);
	}
	if (summary === '-') {
		throw usageError('--summary takes the path of a file', 'use --json to have the summary on stdout');
	}
	if (summary !== undefined && out !== undefined && resolve(summary) === resolve(out)) {
		throw usageError('--summary and --out name the same file', 'give them different files');
	}
}
