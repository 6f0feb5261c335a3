import { findPolicyFault, type PolicyPlace } from '../gate/check-policy.ts';
import type { PolicyDocument } from '../options.ts';
import { arnOfControlPolicy, findJoinedAccount, regionsOf } from '../world/accounts.ts';
import { hashText, toAlphanumeric } from '../world/hash.ts';
import type { PolicyChange, TrustChange } from '../world/overlay.ts';
import { findRegionIndex, regionAt } from '../world/partitions.ts';
import type { World } from '../world/world.ts';
import { MutationError } from './mutation-error.ts';

interface RegionOfAccount {
	readonly accountId: string;
	readonly region: string;
}

/** Without `accountId` it binds every account but the management account. */
interface ControlPolicyWish {
	readonly accountId?: string;
	/** Whether refusals name the policy's ARN, as AWS does in more and more services. Default true. */
	readonly named?: boolean;
}

/** Who may enter, and do what: what each change is told, by its name. Without `accountId`: every account. */
interface AccessChanges {
	readonly enableRegion: RegionOfAccount;
	/** Only regions that an account has to opt in to can be disabled. */
	readonly disableRegion: RegionOfAccount;
	/** Any service control policy. One that allows anything stands in the place of FullAWSAccess. Gives its ARN. */
	readonly attachScp: ControlPolicyWish & { readonly policy: PolicyDocument };
	/** By the ARN that one of the three others gave. */
	readonly detachScp: string;
	readonly scpDenyAction: ControlPolicyWish & { readonly action: string; readonly region?: string };
	/** The allow-list style: what is not in the list is allowed by no service control policy. */
	readonly scpAllowOnly: ControlPolicyWish & { readonly actions: readonly string[] };
	/** The role asks for no external id: any gets in, and none. */
	readonly openRole: string;
	/** The role asks for another external id than ours. */
	readonly wrongExternalId: string;
	/** The role asks for an external id, but takes whichever: a wrong one gets in, none does not. */
	readonly anyExternalId: string;
	/** The role trusts as at the start. */
	readonly usualTrust: string;
	/** The very document; without one as at the start. */
	readonly setTrustPolicy: { readonly accountId?: string; readonly policy?: PolicyDocument };
	/**
	 * Makes the role of an account, or makes it anew. Until `readyAt` (milliseconds, by the clock of signatures) nobody can
	 * assume it; then the first `refusals` calls of its sessions are refused.
	 */
	readonly newRole: { readonly accountId: string; readonly readyAt: number; readonly refusals?: number };
	/** One or several documents; without any those of the start. Open sessions have them at once. */
	readonly setRolePolicy: PolicyWish;
	readonly setPermissionsBoundary: PolicyWish;
}

interface PolicyWish {
	readonly accountId?: string;
	readonly policy?: PolicyDocument | readonly PolicyDocument[];
}

type AccessName = keyof AccessChanges;

export type AccessMutation = { [Name in AccessName]: { readonly [Key in Name]: AccessChanges[Name] } }[AccessName];

function requireAccount(world: World, accountId: string | undefined): void {
	if (accountId !== undefined && findJoinedAccount(world, accountId) === undefined) {
		throw new MutationError(`no such account: ${accountId}`);
	}
}

function requirePolicy(world: World, policy: PolicyDocument, place: PolicyPlace): PolicyDocument {
	const fault = findPolicyFault(policy, place, world.settings.partition);
	if (fault !== undefined) {
		throw new MutationError(`MalformedPolicyDocument: ${fault}`);
	}
	return policy;
}

function changeRegion(world: World, { accountId, region }: RegionOfAccount, enabled: boolean): undefined {
	const { partition } = world.settings;
	const account = findJoinedAccount(world, accountId);
	const index = findRegionIndex(partition, region);
	if (account === undefined || index < 0) {
		throw new MutationError(`no such account or region: ${accountId} ${region}`);
	}
	if (!enabled && (!regionAt(partition, index).optIn || !regionsOf(world, account).includes(region))) {
		throw new MutationError(`not an enabled region that can be disabled: ${region}`);
	}
	world.overlay.regions.push({ at: world.time.at, accountId, region, enabled });
}

function attach(world: World, { accountId, named = true }: ControlPolicyWish, policy: PolicyDocument): string {
	requireAccount(world, accountId);
	const { controlPolicies } = world.overlay;
	const number = hashText(world.key, `scp/${controlPolicies.length}`);
	const arn = arnOfControlPolicy(world, `p-${toAlphanumeric(number, 8)}`);
	const document = requirePolicy(world, policy, 'control');
	controlPolicies.push({ at: world.time.at, endsAt: undefined, accountId, named, arn, document });
	return arn;
}

function detach(world: World, arn: string): undefined {
	const policy = world.overlay.controlPolicies.find((entry) => entry.arn === arn && entry.endsAt === undefined);
	if (policy === undefined) {
		throw new MutationError(`no such policy is attached: ${arn}`);
	}
	policy.endsAt = world.time.at;
}

function denyAction(world: World, wish: AccessChanges['scpDenyAction']): string {
	const { action, region } = wish;
	const condition = region === undefined ? {} : { Condition: { StringEquals: { 'aws:RequestedRegion': region } } };
	const statement = { Effect: 'Deny', Action: action, Resource: '*', ...condition } as const;
	return attach(world, wish, { Version: '2012-10-17', Statement: [statement] });
}

function allowOnly(world: World, wish: AccessChanges['scpAllowOnly']): string {
	const statement = { Effect: 'Allow', Action: wish.actions, Resource: '*' } as const;
	return attach(world, wish, { Version: '2012-10-17', Statement: [statement] });
}

function trust(world: World, accountId: string | undefined, how: TrustChange['trust']): undefined {
	requireAccount(world, accountId);
	world.overlay.trusts.push({ at: world.time.at, accountId, trust: how });
}

function makeRole(world: World, { accountId, readyAt, refusals = 0 }: AccessChanges['newRole']): undefined {
	requireAccount(world, accountId);
	if (!Number.isFinite(readyAt)) {
		throw new MutationError('newRole: readyAt is a time in milliseconds');
	}
	world.overlay.removedRoles.delete(accountId);
	world.overlay.newRoles.set(accountId, { readyAt, refusals });
}

function setPolicies(world: World, changes: PolicyChange[], { accountId, policy }: PolicyWish): undefined {
	requireAccount(world, accountId);
	const documents = policy === undefined || Array.isArray(policy) ? policy : [policy as PolicyDocument]; // isArray does not narrow readonly lists.
	const policies = documents?.map((document) => requirePolicy(world, document, 'identity'));
	changes.push({ at: world.time.at, accountId, policies });
}

type Handlers = { readonly [Name in AccessName]: (world: World, wish: AccessChanges[Name]) => string | undefined };

const HANDLERS: Handlers = {
	enableRegion: (world, wish) => changeRegion(world, wish, true),
	disableRegion: (world, wish) => changeRegion(world, wish, false),
	attachScp: (world, wish) => attach(world, wish, wish.policy),
	detachScp: detach,
	scpDenyAction: denyAction,
	scpAllowOnly: allowOnly,
	openRole: (world, accountId) => trust(world, accountId, 'open'),
	wrongExternalId: (world, accountId) => trust(world, accountId, 'wrong'),
	anyExternalId: (world, accountId) => trust(world, accountId, 'any'),
	usualTrust: (world, accountId) => trust(world, accountId, 'usual'),
	setTrustPolicy: (world, { accountId, policy }) =>
		trust(world, accountId, policy === undefined ? 'usual' : requirePolicy(world, policy, 'trust')),
	newRole: makeRole,
	setRolePolicy: (world, wish) => setPolicies(world, world.overlay.rolePolicies, wish),
	setPermissionsBoundary: (world, wish) => setPolicies(world, world.overlay.boundaries, wish),
};

export function isAccessMutation(mutation: object): mutation is AccessMutation {
	return Object.keys(mutation).some((name) => Object.hasOwn(HANDLERS, name));
}

/** Makes the change; it holds from the world's present moment on. For a service control policy: its ARN. */
export function applyAccessMutation(world: World, mutation: AccessMutation): string | undefined {
	const [entry] = Object.entries(mutation);
	const [name, wish] = entry as [AccessName, never]; // One of the names, with what belongs to it: `AccessMutation`.
	return HANDLERS[name](world, wish);
}
