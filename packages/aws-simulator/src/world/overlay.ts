import type { PolicyDocument } from '../options.ts';

/** One explicit change of an instance. It holds from `at` on, also when time is moved back and forth. */
export interface InstanceChange {
	readonly at: number;
	readonly kind: 'terminate' | 'remove' | 'stop' | 'start' | 'retag';
	readonly set: Readonly<Record<string, string>>;
	readonly unset: readonly string[];
}

export type AccountState = 'PENDING_ACTIVATION' | 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';

export interface AccountChange {
	readonly at: number;
	readonly state: AccountState | 'LEFT';
}

export interface AddedInstance {
	readonly at: number;
	readonly tags: Readonly<Record<string, string>>;
}

export interface DeniedAction {
	readonly accountId: string;
	/** `ec2:DescribeInstances`; a star at the end matches any rest. */
	readonly action: string;
	readonly region?: string;
}

export interface DeniedRegion {
	readonly region: string;
	/** Absent: every account but the management account, which no service control policy binds. */
	readonly accountId?: string;
	/** Whether the refusal names the policy. Default true. */
	readonly named?: boolean;
}

/** Holds from `at` on, of one account or of all. */
export interface AccountWide {
	readonly at: number;
	readonly accountId: string | undefined;
}

export interface RegionChange extends AccountWide {
	readonly region: string;
	readonly enabled: boolean;
}

/** A service control policy; it binds every account of its reach but the management account. */
export interface ControlPolicy extends AccountWide {
	readonly arn: string;
	readonly document: PolicyDocument;
	/** Whether refusals name it: AWS does so service by service. */
	readonly named: boolean;
	endsAt: number | undefined;
}

export interface TrustChange extends AccountWide {
	/** `usual`: as at the start. `open`: without one. `wrong`: another one. `any`: whichever, but one. */
	readonly trust: 'usual' | 'open' | 'wrong' | 'any' | PolicyDocument;
}

export interface PolicyChange extends AccountWide {
	/** Undefined: what was there at the start. */
	readonly policies: readonly PolicyDocument[] | undefined;
}

/** A role that was just made: AWS takes a while to know it everywhere. */
export interface NewRole {
	/** Until then, by the clock of signatures, nobody can assume it. */
	readonly readyAt: number;
	/** How many calls of its sessions are still to be refused. */
	refusals: number;
}

export interface AddedIamUser {
	readonly at: number;
	readonly userName: string;
	readonly path: string;
	readonly tags: Readonly<Record<string, string>>;
}

export interface IamUserChange {
	readonly at: number;
	readonly kind: 'remove' | 'retag';
	readonly set: Readonly<Record<string, string>>;
	readonly unset: readonly string[];
}

export interface AddedIdentityUser {
	readonly at: number;
	readonly userName: string;
	readonly givenName: string;
	readonly familyName: string;
	readonly displayName: string;
	/** The first is the primary one. */
	readonly emails: readonly string[];
}

export interface IdentityUserChange {
	readonly at: number;
	readonly kind: 'remove' | 'disable' | 'enable';
}

export interface AddedGroup {
	readonly at: number;
	readonly displayName: string;
}

export interface MembershipChange {
	readonly at: number;
	readonly kind: 'add' | 'remove';
	readonly userId: string;
}

/** What was changed by hand, on top of what the seed says. */
export interface Overlay {
	readonly instances: Map<string, InstanceChange[]>;
	/** By `<account index>/<region index>`. */
	readonly added: Map<string, AddedInstance[]>;
	readonly accounts: Map<string, AccountChange[]>;
	/** World times at which accounts were added by hand. */
	readonly addedAccounts: number[];
	readonly deniedActions: DeniedAction[];
	readonly deniedRegions: DeniedRegion[];
	readonly removedRoles: Set<string>;
	readonly regions: RegionChange[];
	readonly controlPolicies: ControlPolicy[];
	readonly trusts: TrustChange[];
	readonly rolePolicies: PolicyChange[];
	readonly boundaries: PolicyChange[];
	readonly newRoles: Map<string, NewRole>;
	organizationId: string | undefined;
	/** By account index. */
	readonly addedIamUsers: Map<number, AddedIamUser[]>;
	/** By user id, as the next one. */
	readonly iamUserChanges: Map<string, IamUserChange[]>;
	readonly identityUserChanges: Map<string, IdentityUserChange[]>;
	readonly addedIdentityUsers: AddedIdentityUser[];
	readonly addedGroups: AddedGroup[];
	/** By group id: when it was removed. */
	readonly removedGroups: Map<string, number>;
	/** By group id. */
	readonly memberships: Map<string, MembershipChange[]>;
}

export function createOverlay(): Overlay {
	return {
		instances: new Map(),
		added: new Map(),
		accounts: new Map(),
		addedAccounts: [],
		deniedActions: [],
		deniedRegions: [],
		removedRoles: new Set(),
		regions: [],
		controlPolicies: [],
		trusts: [],
		rolePolicies: [],
		boundaries: [],
		newRoles: new Map(),
		organizationId: undefined,
		addedIamUsers: new Map(),
		iamUserChanges: new Map(),
		identityUserChanges: new Map(),
		addedIdentityUsers: [],
		addedGroups: [],
		removedGroups: new Map(),
		memberships: new Map(),
	};
}

/** The changes that hold for an account at a moment, in the order they were made. */
export function changesFor<Change extends AccountWide>(
	changes: readonly Change[],
	accountId: string,
	at: number,
): readonly Change[] {
	return changes.filter(
		(change) => at >= change.at && (change.accountId === undefined || change.accountId === accountId),
	);
}
