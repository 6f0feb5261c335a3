import type { CollectRequest } from '../../packages/server/src/compose/ports.ts';
import type { DemoSimulator } from './simulator.ts';
import type { SourceKind } from './simulator-messages.ts';

/** What is collected, in the order it is shown, with what people call its assets. */
export const demoSources: Readonly<Record<SourceKind, { readonly noun: string; readonly plural: string }>> = {
	'ec2.devices': { noun: 'device', plural: 'devices' },
	'iam.users': { noun: 'IAM user', plural: 'IAM users' },
	'identity_center.users': { noun: 'user of Identity Center', plural: 'users of Identity Center' },
};
export const demoKinds = Object.keys(demoSources) as readonly SourceKind[]; // The keys of a record of them.

export function isDemoKind(text: string): text is SourceKind {
	return Object.hasOwn(demoSources, text);
}

/** Identity Center is read once, in the account that owns it; everything else in every account. */
const readsOnce: SourceKind = 'identity_center.users';

export function buildDemoRequest(kind: SourceKind, simulator: DemoSimulator): CollectRequest {
	return {
		source: kind,
		organization: 'default',
		configuration: 'demo company',
		access: {
			schema: 'assume_role',
			roleArn: simulator.roleArn,
			externalId: simulator.externalId,
			organizationDiscovery: kind !== readsOnce,
		},
		regions: null,
		accounts: null,
		excludedAccounts: [],
		ous: null,
		excludedOus: [],
		extras: [],
		identityCenter:
			kind === readsOnce ? { identityStoreId: simulator.identityStoreId, region: simulator.identityStoreRegion } : null,
		enrich: 'due',
		destination: 'inventory',
		raw: false,
	};
}

/** The same as options, for `collect` at the prompt. */
export function buildDemoArguments(kind: SourceKind, simulator: DemoSimulator): readonly string[] {
	return [...roleOf(simulator), ...(kind === readsOnce ? storeOf(simulator) : ['--organization-discovery'])];
}

/** The same for `test`, of any kinds. The role that is missing will not come: nobody waits for it. */
export function buildTestArguments(kinds: readonly SourceKind[], simulator: DemoSimulator): readonly string[] {
	const store = kinds.includes(readsOnce) ? storeOf(simulator) : [];
	return [...kinds, ...roleOf(simulator), '--organization-discovery', ...store, '--patience', '0'];
}

function roleOf({ roleArn, externalId }: DemoSimulator): readonly string[] {
	return ['--role-arn', roleArn, '--external-id', externalId];
}

function storeOf({ identityStoreId, identityStoreRegion }: DemoSimulator): readonly string[] {
	return ['--identity-store-id', identityStoreId, '--region', identityStoreRegion];
}
