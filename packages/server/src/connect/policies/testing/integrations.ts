import type { Collection, Extra } from '#sources/kit/collection.ts';
import { findCollection, listCollections } from '#sources/registry.ts';
import { type Integration, listIntegrations } from '../integrations.ts';

/** Collections as issue 3 declares them; each stands in only as long as the registry has none of its kind. */
const expected: readonly Collection<unknown>[] = [
	declare('iam.users', true, ['iam:ListUsers', 'iam:GetUser'], {
		'authorization-details': ['iam:GetAccountAuthorizationDetails'],
		'credential-report': ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
	}),
	declare(
		'identity_center.users',
		false,
		['identitystore:ListUsers', 'identitystore:ListGroups', 'identitystore:ListGroupMemberships'],
		{ 'find-identity-store': ['sso:ListInstances'] },
	),
];

function declare(
	kind: string,
	fansOut: boolean,
	permissions: readonly string[],
	extras: Readonly<Record<string, readonly string[]>>,
): Collection<unknown> {
	const declared = Object.entries(extras).map(
		([name, more]): Extra => ({ name, permissions: more, meaning: `what ${name} brings`, isOn: false }),
	);
	return { ...findCollection('ec2.devices'), kind, fansOut, permissions, extras: declared };
}

/** The real integrations, and those that are expected. */
export function listTestIntegrations(): readonly Integration[] {
	const real = listCollections();
	const missing = expected.filter(({ kind }) => !real.some((collection) => collection.kind === kind));
	return listIntegrations([...real, ...missing]);
}
