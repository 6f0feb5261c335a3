import { findControlDenial } from './gate/control-policies.ts';
import { evaluatePolicies, matchesPattern } from './gate/policy.ts';
import { findBoundary, findRolePolicies } from './gate/role-policies.ts';
import {
	type Account,
	accountAt,
	countAccountIndexes,
	hasRole,
	pathOfAccount,
	regionsOf,
	stateOfAccount,
} from './world/accounts.ts';
import type { InstanceFacts } from './world/instance-facts.ts';
import { glanceAt, makeFacts, slotAt } from './world/instances.ts';
import { type AccountState, changesFor } from './world/overlay.ts';
import { factsOfPartition } from './world/partitions.ts';
import { openScope } from './world/scopes.ts';
import { eachIamUser, type IamUserFacts } from './world/users/iam-users.ts';
import {
	countGroupPlaces,
	countMemberPlaces,
	type GroupFacts,
	groupAt,
	isMember,
	membershipAt,
} from './world/users/identity-groups.ts';
import { identityStoreRegionOf } from './world/users/identity-store.ts';
import { countIdentityPlaces, type IdentityUserFacts, identityUserAt } from './world/users/identity-users.ts';
import type { World } from './world/world.ts';

/** A device that exists; the facts never went through XML. */
export type TrueDevice = InstanceFacts;

export interface TrueRegion {
	readonly region: string;
	/**
	 * Whether a collector with the role may list instances there, as the world is now. Trust documents and the clock of new
	 * roles are not looked at.
	 */
	readonly outcome: 'readable' | 'denied' | 'blocked_by_policy' | 'role_missing' | 'not_active';
}

export interface TrueAccount {
	readonly accountId: string;
	readonly name: string;
	readonly email: string;
	readonly state: AccountState;
	readonly path: string;
	readonly joinedAt: number;
	readonly regions: readonly TrueRegion[];
}

export interface TruthOptions {
	/** World time; now by default. */
	readonly at?: number;
	/** Only what a collector with the role can see. */
	readonly readableOnly?: boolean;
	readonly accountId?: string;
	readonly region?: string;
}

/** What a collector with the role hears of an action: by default of listing instances. */
function outcomeOf(
	world: World,
	account: Account,
	region: string,
	state: AccountState,
	permission = 'ec2:DescribeInstances',
): TrueRegion['outcome'] {
	if (state !== 'ACTIVE') {
		return 'not_active';
	}
	const trust = changesFor(world.overlay.trusts, account.accountId, world.time.at).at(-1)?.trust;
	if (!hasRole(world, account) || trust === 'wrong') {
		return 'role_missing';
	}
	const context = new Map([['aws:requestedregion', region]]);
	if (findControlDenial(world, account, { permission, resource: '*', region, context }) !== undefined) {
		return 'blocked_by_policy';
	}
	return isWithheld(world, account, permission, region) ? 'denied' : 'readable';
}

/** Whether the role lacks an action by what was changed by hand. */
function isWithheld(world: World, account: Account, action: string, region: string): boolean {
	const { accountId } = account;
	const context = new Map([['aws:requestedregion', region]]);
	const attached = [findRolePolicies(world, accountId), findBoundary(world, accountId)];
	return (
		attached.some(
			(policies) => policies !== undefined && evaluatePolicies(policies, action, '*', context) !== 'allowed',
		) ||
		world.overlay.deniedActions.some(
			(entry) =>
				entry.accountId === accountId &&
				matchesPattern(entry.action, action, true) &&
				(entry.region === undefined || matchesPattern(entry.region, region)),
		)
	);
}

function* eachAccount(world: World, at: number): Generator<{ account: Account; state: AccountState }> {
	const total = countAccountIndexes(world, at);
	for (let index = 0; index < total; index++) {
		const account = accountAt(world, index);
		const state = stateOfAccount(world, account, at);
		if (state !== 'LEFT') {
			yield { account, state };
		}
	}
}

/** Every account AWS Organizations would list at this moment, with what can be read where. */
export function* listTrueAccounts(world: World, at: number = world.time.at): Generator<TrueAccount> {
	for (const { account, state } of eachAccount(world, at)) {
		yield {
			accountId: account.accountId,
			name: account.name,
			email: account.email,
			state,
			path: pathOfAccount(world, account),
			joinedAt: account.joinedAt,
			regions: regionsOf(world, account, at).map((region) => ({
				region,
				outcome: outcomeOf(world, account, region, state),
			})),
		};
	}
}

function* eachNature(world: World, options: TruthOptions) {
	const at = options.at ?? world.time.at;
	for (const { account, state } of eachAccount(world, at)) {
		if (options.accountId !== undefined && options.accountId !== account.accountId) {
			continue;
		}
		for (const region of regionsOf(world, account, at)) {
			const skipped = options.region !== undefined && options.region !== region;
			if (skipped || (options.readableOnly === true && outcomeOf(world, account, region, state) !== 'readable')) {
				continue;
			}
			const scope = openScope(world, account, region);
			for (let position = 0; ; position++) {
				const slot = slotAt(world, scope, position, at);
				if (slot === undefined) {
					break;
				}
				const nature = glanceAt(world, scope, slot, at);
				if (nature !== undefined) {
					yield { scope, nature };
				}
			}
		}
	}
}

/** Every device that exists at this moment, one by one; terminated ones that AWS still lists are among them. */
export function* listTrueDevices(world: World, options: TruthOptions = {}): Generator<TrueDevice> {
	for (const { scope, nature } of eachNature(world, options)) {
		yield makeFacts(world, scope, nature);
	}
}

/** As many as `listTrueDevices` yields, without making their facts. */
export function countTrueDevices(world: World, options: TruthOptions = {}): number {
	let count = 0;
	for (const _ of eachNature(world, options)) {
		count += 1;
	}
	return count;
}

/** An IAM user that exists; the facts never went through XML. */
export type TrueIamUser = IamUserFacts;

/** Users of every account at this moment, one by one. `readableOnly`: where a collector with the role may list them. */
export function* listTrueIamUsers(world: World, options: Omit<TruthOptions, 'region'> = {}): Generator<TrueIamUser> {
	const at = options.at ?? world.time.at;
	const region = factsOfPartition(world.settings.partition).fixedRegions['iam'] ?? '';
	for (const { account, state } of eachAccount(world, at)) {
		const asked = options.accountId === undefined || options.accountId === account.accountId;
		const hidden =
			options.readableOnly === true && outcomeOf(world, account, region, state, 'iam:ListUsers') !== 'readable';
		if (asked && !hidden) {
			yield* eachIamUser(world, account, at);
		}
	}
}

export interface StoreTruthOptions {
	/** World time; now by default. */
	readonly at?: number;
	/** Nothing when a collector with the role may not list them. */
	readonly readableOnly?: boolean;
}

/** Only the account that owns the AWS Organization may ever read it. */
function mayReadStore(world: World, action: string, options: StoreTruthOptions): boolean {
	const owner = accountAt(world, 0);
	const permission = `identitystore:${action}`;
	return (
		options.readableOnly !== true ||
		outcomeOf(world, owner, identityStoreRegionOf(world), 'ACTIVE', permission) === 'readable'
	);
}

/** A group of Identity Center that exists, with the ids of its members. */
export interface TrueGroup extends GroupFacts {
	readonly members: readonly string[];
}

/** Every group at this moment, with its members whether or not a collector may read those. */
export function* listTrueGroups(world: World, options: StoreTruthOptions = {}): Generator<TrueGroup> {
	const at = options.at ?? world.time.at;
	const places = mayReadStore(world, 'ListGroups', options) ? countGroupPlaces(world, at) : 0;
	for (let place = 0; place < places; place++) {
		const group = groupAt(world, place, at);
		if (group !== undefined) {
			const members = Array.from(
				{ length: countMemberPlaces(world, group, at) },
				(_, member) => membershipAt(world, group, member, at)?.userId,
			);
			yield { ...group, members: members.filter((userId) => userId !== undefined) };
		}
	}
}

/** A user of Identity Center that exists, with its groups. */
export interface TrueIdentityUser extends IdentityUserFacts {
	readonly groups: readonly { readonly groupId: string; readonly displayName: string }[];
}

/** Every user of the store at this moment, one by one, with its groups whether or not a collector may read those. */
export function* listTrueIdentityUsers(world: World, options: StoreTruthOptions = {}): Generator<TrueIdentityUser> {
	const at = options.at ?? world.time.at;
	const groups = Array.from({ length: countGroupPlaces(world, at) }, (_, place) => groupAt(world, place, at)).filter(
		(group) => group !== undefined,
	);
	const places = mayReadStore(world, 'ListUsers', options) ? countIdentityPlaces(world, at) : 0;
	for (let place = 0; place < places; place++) {
		const user = identityUserAt(world, place, at);
		if (user !== undefined) {
			const its = groups.filter((group) => isMember(world, group, user, at));
			yield { ...user, groups: its.map(({ groupId, displayName }) => ({ groupId, displayName })) };
		}
	}
}
