import { type Account, findAccount } from '../world/accounts.ts';
import type { IamUserChange, IdentityUserChange, MembershipChange } from '../world/overlay.ts';
import { eachIamUser, findIamUser, nextIamUserId } from '../world/users/iam-users.ts';
import {
	countGroupPlaces,
	findGroup,
	type GroupFacts,
	groupAt,
	isMember,
	nextGroupId,
} from '../world/users/identity-groups.ts';
import {
	countIdentityPlaces,
	findIdentityUser,
	type IdentityUserFacts,
	identityUserAt,
	nextIdentityUserId,
} from '../world/users/identity-users.ts';
import type { World } from '../world/world.ts';
import { MutationError } from './mutation-error.ts';

interface IamUserName {
	readonly accountId: string;
	readonly userName: string;
}

interface Membership {
	readonly groupId: string;
	readonly userId: string;
}

/** One change of users by hand. IAM users are named by account and name, those of Identity Center by id. */
export type UserMutation =
	| { readonly addIamUser: IamUserName & { readonly path?: string; readonly tags?: Readonly<Record<string, string>> } }
	| { readonly removeIamUser: IamUserName }
	| {
			readonly retagIamUser: IamUserName & {
				readonly set?: Readonly<Record<string, string>>;
				readonly unset?: readonly string[];
			};
	  }
	| {
			readonly addIdentityUser: {
				readonly userName: string;
				readonly givenName?: string;
				readonly familyName?: string;
				readonly displayName?: string;
				/** The first is the primary one. */
				readonly emails?: readonly string[];
			};
	  }
	| { readonly removeIdentityUser: string }
	| { readonly disableIdentityUser: string }
	| { readonly enableIdentityUser: string }
	| { readonly addGroup: { readonly displayName: string } }
	| { readonly removeGroup: string }
	| { readonly addToGroup: Membership }
	| { readonly removeFromGroup: Membership };

/** Exactly the names of `UserMutation`. */
const NAMES: Readonly<
	Record<UserMutation extends infer Each ? (Each extends Each ? keyof Each : never) : never, true>
> = {
	addIamUser: true,
	removeIamUser: true,
	retagIamUser: true,
	addIdentityUser: true,
	removeIdentityUser: true,
	disableIdentityUser: true,
	enableIdentityUser: true,
	addGroup: true,
	removeGroup: true,
	addToGroup: true,
	removeFromGroup: true,
};

export function isUserMutation(mutation: object): mutation is UserMutation {
	return Object.keys(mutation).some((name) => Object.hasOwn(NAMES, name));
}

function append<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
	const items = map.get(key) ?? [];
	items.push(item);
	map.set(key, items);
}

function requireAccount(world: World, accountId: string): Account {
	const account = findAccount(world, accountId);
	if (account === undefined) {
		throw new MutationError(`no such account: ${accountId}`);
	}
	return account;
}

function addIamUser(world: World, add: Extract<UserMutation, { addIamUser: unknown }>['addIamUser']): string {
	const account = requireAccount(world, add.accountId);
	const { userName, path = '/', tags = {} } = add;
	if (!/^[\w+=,.@-]{1,64}$/.test(userName) || !/^\/([!-~]+\/)?$/.test(path)) {
		throw new MutationError(`not the name or the path of a user: ${userName} ${path}`);
	}
	const { at } = world.time;
	for (const user of eachIamUser(world, account, at)) {
		// IAM takes no two names that differ in case only.
		if (user.userName.toLowerCase() === userName.toLowerCase()) {
			throw new MutationError(`user exists already: ${user.userName}`);
		}
	}
	const userId = nextIamUserId(world, account);
	append(world.overlay.addedIamUsers, account.index, { at, userName, path, tags });
	return userId;
}

function changeIamUser(
	world: World,
	who: IamUserName,
	kind: IamUserChange['kind'],
	more: Partial<IamUserChange> = {},
): void {
	const { at } = world.time;
	const user = findIamUser(world, requireAccount(world, who.accountId), who.userName, at);
	if (user === undefined) {
		throw new MutationError(`no such user: ${who.accountId} ${who.userName}`);
	}
	append(world.overlay.iamUserChanges, user.userId, { at, kind, set: {}, unset: [], ...more });
}

function addIdentityUser(
	world: World,
	add: Extract<UserMutation, { addIdentityUser: unknown }>['addIdentityUser'],
): string {
	const { at } = world.time;
	const places = countIdentityPlaces(world, at);
	for (let place = 0; place < places; place++) {
		if (identityUserAt(world, place, at)?.userName.toLowerCase() === add.userName.toLowerCase()) {
			throw new MutationError(`user exists already: ${add.userName}`);
		}
	}
	const { userName, givenName = userName, familyName = 'Added', emails = [] } = add;
	const userId = nextIdentityUserId(world);
	const displayName = add.displayName ?? `${givenName} ${familyName}`;
	world.overlay.addedIdentityUsers.push({ at, userName, givenName, familyName, displayName, emails });
	return userId;
}

function requireIdentityUser(world: World, userId: string): IdentityUserFacts {
	const user = findIdentityUser(world, userId, world.time.at);
	if (user === undefined) {
		throw new MutationError(`no such user: ${userId}`);
	}
	return user;
}

function changeIdentityUser(world: World, userId: string, kind: IdentityUserChange['kind']): void {
	requireIdentityUser(world, userId);
	append(world.overlay.identityUserChanges, userId, { at: world.time.at, kind });
}

function requireGroup(world: World, groupId: string): GroupFacts {
	const group = findGroup(world, groupId, world.time.at);
	if (group === undefined) {
		throw new MutationError(`no such group: ${groupId}`);
	}
	return group;
}

function addGroup(world: World, displayName: string): string {
	const { at } = world.time;
	const places = countGroupPlaces(world, at);
	for (let place = 0; place < places; place++) {
		if (groupAt(world, place, at)?.displayName === displayName) {
			throw new MutationError(`group exists already: ${displayName}`);
		}
	}
	const groupId = nextGroupId(world);
	world.overlay.addedGroups.push({ at, displayName });
	return groupId;
}

function changeMembership(world: World, who: Membership, kind: MembershipChange['kind']): void {
	const group = requireGroup(world, who.groupId);
	const user = requireIdentityUser(world, who.userId);
	const { at } = world.time;
	if (isMember(world, group, user, at) === (kind === 'add')) {
		throw new MutationError(`${kind === 'add' ? 'already' : 'not'} in the group: ${who.userId}`);
	}
	append(world.overlay.memberships, group.groupId, { at, kind, userId: user.userId });
}

/** Makes the change. For what it adds: the id of the new user or group. */
export function applyUserMutation(world: World, mutation: UserMutation): string | undefined {
	if ('addIamUser' in mutation) {
		return addIamUser(world, mutation.addIamUser);
	}
	if ('addIdentityUser' in mutation) {
		return addIdentityUser(world, mutation.addIdentityUser);
	}
	if ('addGroup' in mutation) {
		return addGroup(world, mutation.addGroup.displayName);
	}
	if ('removeIamUser' in mutation) {
		changeIamUser(world, mutation.removeIamUser, 'remove');
	} else if ('retagIamUser' in mutation) {
		const { set = {}, unset = [] } = mutation.retagIamUser;
		changeIamUser(world, mutation.retagIamUser, 'retag', { set, unset });
	} else if ('removeIdentityUser' in mutation) {
		changeIdentityUser(world, mutation.removeIdentityUser, 'remove');
	} else if ('disableIdentityUser' in mutation) {
		changeIdentityUser(world, mutation.disableIdentityUser, 'disable');
	} else if ('enableIdentityUser' in mutation) {
		changeIdentityUser(world, mutation.enableIdentityUser, 'enable');
	} else if ('removeGroup' in mutation) {
		world.overlay.removedGroups.set(requireGroup(world, mutation.removeGroup).groupId, world.time.at);
	} else if ('addToGroup' in mutation) {
		changeMembership(world, mutation.addToGroup, 'add');
	} else {
		changeMembership(world, mutation.removeFromGroup, 'remove');
	}
	return undefined;
}
