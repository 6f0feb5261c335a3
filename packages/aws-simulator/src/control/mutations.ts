import { findAccount, findJoinedAccount, regionsOf } from '../world/accounts.ts';
import { arnOfInstance, instanceIdAt } from '../world/instances.ts';
import type { AccountChange, DeniedAction, DeniedRegion, InstanceChange } from '../world/overlay.ts';
import { findRegionIndex } from '../world/partitions.ts';
import { ADDED_SLOTS, addedKey, openScope } from '../world/scopes.ts';
import type { World } from '../world/world.ts';
import { type AccessMutation, applyAccessMutation, isAccessMutation } from './access-mutations.ts';
import { MutationError } from './mutation-error.ts';
import { applyUserMutation, isUserMutation, type UserMutation } from './user-mutations.ts';

/** One change by hand. It holds from the world's present moment on. Instances are named by ARN, accounts by id. */
export type Mutation =
	| { readonly terminate: string }
	/** Vanishes without ever being seen as terminated. */
	| { readonly remove: string }
	| { readonly stop: string }
	| { readonly start: string }
	| {
			readonly retag: {
				readonly arn: string;
				readonly set?: Readonly<Record<string, string>>;
				readonly unset?: readonly string[];
			};
	  }
	| {
			readonly add: {
				readonly accountId: string;
				readonly region: string;
				readonly tags?: Readonly<Record<string, string>>;
			};
	  }
	| { readonly addAccount: true }
	| { readonly suspendAccount: string }
	| { readonly closeAccount: string }
	| { readonly reopenAccount: string }
	| { readonly leaveAccount: string }
	| { readonly denyAction: DeniedAction }
	| { readonly allowAction: DeniedAction }
	| { readonly scpDenyRegion: DeniedRegion }
	| { readonly scpAllowRegion: DeniedRegion }
	| { readonly removeRole: string }
	| { readonly restoreRole: string }
	/** Undefined or empty: back to the organization of the seed. */
	| { readonly repointOrganization: string }
	| AccessMutation
	| UserMutation;

function changeInstance(
	world: World,
	arn: string,
	kind: InstanceChange['kind'],
	more: Partial<InstanceChange> = {},
): void {
	const [, partition, instanceId] = /^arn:([a-z-]+):ec2:[^:]+:\d{12}:instance\/(i-[0-9a-f]+)$/.exec(arn) ?? [];
	if (instanceId === undefined || partition !== world.settings.partition) {
		throw new MutationError(`not the ARN of an instance: ${arn}`);
	}
	const changes = world.overlay.instances.get(instanceId) ?? [];
	changes.push({ at: world.time.at, kind, set: {}, unset: [], ...more });
	world.overlay.instances.set(instanceId, changes);
}

function changeAccount(world: World, accountId: string, state: AccountChange['state']): void {
	// One that has left may come back.
	if (findJoinedAccount(world, accountId) === undefined) {
		throw new MutationError(`no such account: ${accountId}`);
	}
	const changes = world.overlay.accounts.get(accountId) ?? [];
	changes.push({ at: world.time.at, state });
	world.overlay.accounts.set(accountId, changes);
}

function addInstance(world: World, add: Extract<Mutation, { add: unknown }>['add']): string {
	const account = findAccount(world, add.accountId);
	if (account === undefined || !regionsOf(world, account).includes(add.region)) {
		throw new MutationError(`no such account or region: ${add.accountId} ${add.region}`);
	}
	const key = addedKey(account.index, findRegionIndex(world.settings.partition, add.region));
	const rows = world.overlay.added.get(key) ?? [];
	rows.push({ at: world.time.at, tags: add.tags ?? {} });
	world.overlay.added.set(key, rows);
	const scope = openScope(world, account, add.region);
	return arnOfInstance(world, account, add.region, instanceIdAt(world, scope, ADDED_SLOTS + rows.length - 1));
}

function removeWhere<Item>(items: Item[], matches: (item: Item) => boolean): void {
	for (let index = items.length - 1; index >= 0; index--) {
		const item = items[index];
		if (item !== undefined && matches(item)) {
			items.splice(index, 1);
		}
	}
}

/** Makes the change. For what it adds: the new instance's ARN, the policy's, the new user's or group's id. */
export function applyMutation(world: World, mutation: Mutation): string | undefined {
	const { overlay } = world;
	if (isAccessMutation(mutation)) {
		return applyAccessMutation(world, mutation);
	}
	if (isUserMutation(mutation)) {
		return applyUserMutation(world, mutation);
	}
	if ('terminate' in mutation) {
		changeInstance(world, mutation.terminate, 'terminate');
	} else if ('remove' in mutation) {
		changeInstance(world, mutation.remove, 'remove');
	} else if ('stop' in mutation) {
		changeInstance(world, mutation.stop, 'stop');
	} else if ('start' in mutation) {
		changeInstance(world, mutation.start, 'start');
	} else if ('retag' in mutation) {
		const { arn, set = {}, unset = [] } = mutation.retag;
		changeInstance(world, arn, 'retag', { set, unset });
	} else if ('add' in mutation) {
		return addInstance(world, mutation.add);
	} else if ('addAccount' in mutation) {
		overlay.addedAccounts.push(world.time.at);
	} else if ('suspendAccount' in mutation) {
		changeAccount(world, mutation.suspendAccount, 'SUSPENDED');
	} else if ('closeAccount' in mutation) {
		changeAccount(world, mutation.closeAccount, 'CLOSED');
	} else if ('reopenAccount' in mutation) {
		changeAccount(world, mutation.reopenAccount, 'ACTIVE');
	} else if ('leaveAccount' in mutation) {
		changeAccount(world, mutation.leaveAccount, 'LEFT');
	} else {
		applyPermissionMutation(world, mutation);
	}
	return undefined;
}

type PermissionMutation = Extract<
	Mutation,
	| { denyAction: unknown }
	| { allowAction: unknown }
	| { scpDenyRegion: unknown }
	| { scpAllowRegion: unknown }
	| { removeRole: unknown }
	| { restoreRole: unknown }
	| { repointOrganization: unknown }
>;

function applyPermissionMutation(world: World, mutation: PermissionMutation): void {
	const { overlay } = world;
	if ('denyAction' in mutation) {
		overlay.deniedActions.push(mutation.denyAction);
	} else if ('allowAction' in mutation) {
		const { accountId, action, region } = mutation.allowAction;
		removeWhere(
			overlay.deniedActions,
			(item) => item.accountId === accountId && item.action === action && item.region === region,
		);
	} else if ('scpDenyRegion' in mutation) {
		overlay.deniedRegions.push(mutation.scpDenyRegion);
	} else if ('scpAllowRegion' in mutation) {
		const { region, accountId } = mutation.scpAllowRegion;
		removeWhere(overlay.deniedRegions, (item) => item.region === region && item.accountId === accountId);
	} else if ('removeRole' in mutation) {
		overlay.removedRoles.add(mutation.removeRole);
	} else if ('restoreRole' in mutation) {
		overlay.removedRoles.delete(mutation.restoreRole);
	} else if ('repointOrganization' in mutation) {
		overlay.organizationId = mutation.repointOrganization === '' ? undefined : mutation.repointOrganization;
	} else {
		throw new MutationError(`unknown change: ${Object.keys(mutation).join(', ')}`);
	}
}
