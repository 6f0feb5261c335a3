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
	};
}
