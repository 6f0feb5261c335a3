import type { FaultRule } from './faults/rules.ts';
import { factsOfPartition } from './world/partitions.ts';
import { SCENARIO_DEFAULTS, type WorldSettings } from './world/settings.ts';

/** A policy document as IAM reads it. */
export interface PolicyDocument {
	readonly Version?: string;
	readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

export interface PolicyStatement {
	readonly Sid?: string;
	readonly Effect: 'Allow' | 'Deny';
	readonly Action?: string | readonly string[];
	readonly NotAction?: string | readonly string[];
	readonly Resource?: string | readonly string[];
	readonly NotResource?: string | readonly string[];
	readonly Principal?: unknown;
	readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface SimulatorOptions extends Partial<WorldSettings> {
	readonly port?: number;
	/** Milliseconds every answer waits, and more for every item in it. */
	readonly latencyBaseMs?: number;
	readonly latencyItemMs?: number;
	/** Compress when the client asks for it. Default true. */
	readonly gzip?: boolean;
	/** At most this many items a page, whatever is asked. 0: AWS's own limits. */
	readonly pageCap?: number;
	/** Share of pages that are short, or empty with a token. */
	readonly shortPageRate?: number;
	readonly emptyPageRate?: number;
	/**
	 * Throttle buckets of EC2 per (account, region, action). `false` switches all buckets off, those of the other services
	 * with limits of their own too.
	 */
	readonly throttle?: { readonly burst: number; readonly perSecond: number } | false;
	readonly faults?: readonly FaultRule[];
	/** JSON lines of every call. */
	readonly callLogFile?: string;
	/** Calls kept in memory. */
	readonly callLogLimit?: number;
	/** Clock of signatures and sessions, in milliseconds. Not the world's time. */
	readonly clock?: () => number;
	readonly externalId?: string;
	/** What the role may do in every account; the default is what the collections of devices and users and discovery need. */
	readonly rolePolicy?: PolicyDocument;
	/** Who may assume it, in every account; the default is our principals with the external id. */
	readonly trustPolicy?: PolicyDocument;
	/** What EC2 answers in a region the account has not enabled. Default `AuthFailure`, as AWS nearly always. */
	readonly regionRefusal?: 'AuthFailure' | 'OptInRequired';
	/** Whether `InvalidInstanceID.NotFound` names every id that is not there, or only the first. Default true. */
	readonly namesAllMissing?: boolean;
	/** The end of sessions, whatever they were told: to see expiry in the middle of a run. */
	readonly sessionLifetimeSeconds?: number;
	/** DescribeNetworkInterfaces without pages is refused from this many instances in a scope on. */
	readonly unpaginatedLimit?: number;
	/** So many questions after a credential report hear that it is in the making. */
	readonly credentialReportAsks?: number;
}

/** What has no default of its own. */
type OptionalName = 'callLogFile' | 'sessionLifetimeSeconds' | 'externalId' | 'rolePolicy' | 'trustPolicy';

export type ResolvedOptions = Required<Omit<SimulatorOptions, keyof WorldSettings | OptionalName>> &
	Pick<SimulatorOptions, OptionalName>;

const OPTION_DEFAULTS: ResolvedOptions = {
	port: 0,
	latencyBaseMs: 0,
	latencyItemMs: 0,
	gzip: true,
	pageCap: 0,
	shortPageRate: 0,
	emptyPageRate: 0,
	throttle: { burst: 100, perSecond: 20 },
	faults: [],
	callLogLimit: 100_000,
	clock: Date.now,
	unpaginatedLimit: 1000,
	credentialReportAsks: 1,
	regionRefusal: 'AuthFailure',
	namesAllMissing: true,
};

function dropUndefined<Value extends object>(value: Value): Partial<Value> {
	return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<Value>; // Entries lose their types.
}

/** Fills in the scenario's and the simulator's defaults. The scenario is `small` unless said otherwise. */
export function resolveOptions(options: SimulatorOptions): { settings: WorldSettings; resolved: ResolvedOptions } {
	const given = dropUndefined(options);
	const scenario = given.scenario ?? 'small';
	const base = SCENARIO_DEFAULTS[scenario];
	const partition = given.partition ?? 'aws';
	const accounts = given.accounts ?? base.accounts;
	const { delegatedAdministrator } = given;
	if (delegatedAdministrator !== undefined && !(delegatedAdministrator > 0 && delegatedAdministrator < accounts)) {
		throw new RangeError(`delegatedAdministrator: expected the index of a member, 1 to ${accounts - 1}`);
	}
	return {
		settings: {
			scenario,
			seed: given.seed ?? 1,
			partition,
			accounts,
			instances: given.instances ?? base.instances,
			regions: Math.min(given.regions ?? base.regions, factsOfPartition(partition).regions.length),
			churn: given.churn ?? base.churn,
			startAt: given.startAt ?? base.startAt,
			bigScopeInstances: given.bigScopeInstances ?? base.bigScopeInstances,
			terminatedShare: given.terminatedShare ?? base.terminatedShare,
			managedShare: given.managedShare ?? base.managedShare,
			roleName: given.roleName ?? base.roleName,
			rolePath: given.rolePath ?? base.rolePath,
			iamUsersPerAccount: given.iamUsersPerAccount ?? base.iamUsersPerAccount,
			identityCenterUsers: given.identityCenterUsers ?? base.identityCenterUsers,
			identityCenterGroups: given.identityCenterGroups ?? base.identityCenterGroups,
			identityStoreRegion: given.identityStoreRegion ?? base.identityStoreRegion,
			delegatedAdministrator,
		},
		resolved: { ...OPTION_DEFAULTS, ...given },
	};
}
