import type { PartitionName } from './partitions.ts';

/** What the world is made from. The same settings and seed give the same world, byte for byte, at every moment. */
export interface WorldSettings {
	readonly scenario: 'demo' | 'even' | 'small';
	readonly seed: number;
	readonly partition: PartitionName;
	/** Accounts at the start, the management account included. */
	readonly accounts: number;
	/** Instances at the start, in all accounts together (also those nobody may read). */
	readonly instances: number;
	/** How many of its partition's regions every account has enabled. */
	readonly regions: number;
	/** Changes per instance and day. 0: nothing changes by itself. */
	readonly churn: number;
	/** World time at the start, milliseconds since 1970. */
	readonly startAt: number;
	/** Instances that are put in the management account's first region on top (a scope known to be big). */
	readonly bigScopeInstances: number;
	/** Share of instances that are terminated at the start. */
	readonly terminatedShare: number;
	/** Share of instances run by an AWS service and hidden unless asked for. */
	readonly managedShare: number;
	readonly roleName: string;
	/** Begins and ends with a slash. */
	readonly rolePath: string;
	/** IAM users at the start, on average; the one `direct` signs as comes on top. */
	readonly iamUsersPerAccount: number;
	/** Users of Identity Center at the start. */
	readonly identityCenterUsers: number;
	/** Groups of Identity Center; the first holds most users, the last nobody. */
	readonly identityCenterGroups: number;
	/** Region of Identity Center, where the management account has it enabled; else that account's first region. */
	readonly identityStoreRegion: string;
	/** Index of the account that lists the accounts in the management account's place, which then has no role. */
	readonly delegatedAdministrator: number | undefined;
}

const DAY_MS = 86_400_000;
export const MILLISECONDS_PER_DAY = DAY_MS;

type ScenarioDefaults = Omit<WorldSettings, 'scenario' | 'seed' | 'partition' | 'delegatedAdministrator'>;

/** A fixed morning: a world without an explicit start must be the same on every machine and day. */
const START_AT = Date.UTC(2026, 10, 16, 9, 0, 0);

const COMMON = {
	churn: 0,
	startAt: START_AT,
	bigScopeInstances: 0,
	roleName: 'RollcallCollector',
	rolePath: '/',
	identityStoreRegion: 'us-east-1',
};

export const SCENARIO_DEFAULTS: Readonly<Record<WorldSettings['scenario'], ScenarioDefaults>> = {
	demo: {
		...COMMON,
		accounts: 40,
		instances: 3000,
		regions: 17,
		terminatedShare: 0.01,
		managedShare: 0.02,
		iamUsersPerAccount: 7.5,
		identityCenterUsers: 900,
		identityCenterGroups: 60,
		identityStoreRegion: 'eu-central-1',
	},
	even: {
		...COMMON,
		accounts: 1000,
		instances: 1_000_000,
		regions: 17,
		terminatedShare: 0,
		managedShare: 0,
		iamUsersPerAccount: 2,
		identityCenterUsers: 100,
		identityCenterGroups: 5,
	},
	small: {
		...COMMON,
		accounts: 6,
		instances: 6 * 3 * 60,
		regions: 3,
		terminatedShare: 0.02,
		managedShare: 0.02,
		iamUsersPerAccount: 5,
		identityCenterUsers: 25,
		identityCenterGroups: 4,
	},
};
