import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import { suggest } from '@rollcall/model/text/nearest.ts';
import type { AccessTestRequest, CollectAccess, SourceDescription } from '#compose/ports.ts';
import type { GlobalOptions } from '../../context.ts';
import { usageError } from '../../usage.ts';

/** Options of `rollcall test`, each already parsed by itself. */
export interface TestOptions {
	readonly roleArn?: string;
	readonly externalId?: string;
	readonly organizationDiscovery?: boolean;
	readonly regions?: readonly string[];
	readonly accounts?: readonly string[];
	readonly identityStoreId?: string;
	readonly region?: string;
	readonly extras?: readonly string[];
	readonly proof: boolean;
	readonly patience: number;
	readonly failedFrom?: string;
	readonly out?: string;
	readonly csv?: boolean;
}

const identityCenterKind = 'identity_center.users';

/**
 * The request that the options make together. That of a retest is that of the earlier test: what it was not asked cannot
 * be asked again.
 *
 * @throws RollcallError `USAGE:0001` where they contradict each other, or name what does not exist.
 */
export function buildTestRequest(
	kinds: readonly string[],
	options: TestOptions & GlobalOptions,
	known: readonly SourceDescription[],
	earlier: AccessTestResult | null,
): AccessTestRequest {
	if (earlier) refuseChanges(kinds, options, earlier);
	const settings = earlier?.settings;
	const request: AccessTestRequest = {
		kinds: kinds.length > 0 ? [...new Set(kinds)] : (earlier?.kinds ?? []),
		organization: options.organization,
		access: buildAccess(options, earlier),
		regions: options.regions ?? settings?.regions ?? null,
		accounts: options.accounts ?? settings?.accounts ?? null,
		extras: options.extras ?? settings?.extras ?? [],
		identityStoreId: options.identityStoreId ?? settings?.identity_store_id ?? null,
		identityStoreRegion: options.region ?? settings?.identity_store_region ?? null,
		proof: options.proof,
		patienceSeconds: options.patience,
		earlier,
	};
	refuseUnknown(request, known);
	refuseIdentityCenter(request, known);
	return request;
}

/** Whatever is given beside --failed-from has to be what the earlier test was given. */
function refuseChanges(kinds: readonly string[], options: TestOptions, earlier: AccessTestResult): void {
	const { access, settings } = earlier;
	const given: readonly (readonly [option: string, now: unknown, then: unknown])[] = [
		['--role-arn', options.roleArn, access.role_arn],
		['--organization-discovery', options.organizationDiscovery, access.organization_discovery],
		['--regions', sorted(options.regions), sorted(settings.regions)],
		['--accounts', sorted(options.accounts), sorted(settings.accounts)],
		['--extras', sorted(options.extras), sorted(settings.extras)],
		['--identity-store-id', options.identityStoreId, settings.identity_store_id],
		['--region', options.region, settings.identity_store_region],
		['the list of kinds', kinds.length === 0 ? undefined : sorted(kinds), sorted(earlier.kinds)],
	];
	const changed = given.find(([, now, then]) => now !== undefined && now !== then);
	if (changed === undefined) return;
	const [option, , then] = changed;
	throw usageError(
		`${option} is not that of the test in --failed-from (${then === null || then === '' ? 'none' : then}): what was not asked there cannot be asked again`,
		`leave ${option} out to test again what failed, or --failed-from to test it all`,
	);
}

/** Lists in one order, each item once. Undefined stays: nothing was given. */
function sorted(list: readonly string[] | null | undefined): string | null | undefined {
	return list && [...new Set(list)].toSorted().join(',');
}

function buildAccess(options: TestOptions, earlier: AccessTestResult | null): CollectAccess {
	const roleArn = options.roleArn ?? earlier?.access.role_arn ?? undefined;
	const organizationDiscovery = options.organizationDiscovery ?? earlier?.access.organization_discovery ?? false;
	if (roleArn !== undefined) {
		return { schema: 'assume_role', roleArn, externalId: options.externalId ?? null, organizationDiscovery };
	}
	if (options.externalId !== undefined) {
		throw usageError(
			'--external-id needs --role-arn: it is sent when a role is taken, and keys take none',
			'add --role-arn, or leave --external-id out',
		);
	}
	if (organizationDiscovery) {
		throw usageError(
			'--organization-discovery needs --role-arn: the other accounts are entered by a role of the same name, which keys do not have',
			'add --role-arn with the role in the account that owns the AWS Organization, or leave --organization-discovery out',
		);
	}
	return { schema: 'access_key' };
}

function refuseUnknown({ kinds, extras }: AccessTestRequest, known: readonly SourceDescription[]): void {
	const names = known.map((source) => source.kind);
	if (kinds.length === 0) {
		throw usageError('name what to test the access for', `give one or more of ${names.join(', ')}`);
	}
	for (const kind of kinds) {
		if (names.includes(kind)) continue;
		throw usageError(`there is no source named "${kind}"; there is ${names.join(', ')}`, suggest(kind, names));
	}
	const there = known.filter((source) => kinds.includes(source.kind)).flatMap((source) => source.extras);
	const extraNames = there.map((extra) => extra.name);
	for (const name of extras) {
		if (extraNames.includes(name)) continue;
		throw usageError(
			`--extras: ${kinds.join(', ')} has no extra named "${name}"`,
			extraNames.length === 0 ? 'leave --extras out' : suggest(name, extraNames),
		);
	}
}

function refuseIdentityCenter(request: AccessTestRequest, known: readonly SourceDescription[]): void {
	const { kinds, access, identityStoreRegion, identityStoreId, extras } = request;
	if (!kinds.includes(identityCenterKind)) return;
	if (kinds.length === 1 && access.schema === 'assume_role' && access.organizationDiscovery) {
		throw usageError(
			'identity_center.users is read once, from its one store, and in no other account',
			'leave --organization-discovery out',
		);
	}
	if (identityStoreRegion === null) {
		throw usageError(
			'identity_center.users needs --region: the region of Identity Center',
			'add --region, as eu-central-1',
		);
	}
	const finders = known
		.flatMap((source) => source.extras)
		.filter((extra) => extra.permissions.includes('sso:ListInstances'))
		.map((extra) => extra.name);
	if (identityStoreId === null && !finders.some((name) => extras.includes(name))) {
		throw usageError(
			'identity_center.users needs --identity-store-id',
			`add it, as d-1234567890, or --extras ${finders.join(',')}, which asks AWS for it`,
		);
	}
}
