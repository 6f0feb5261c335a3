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
