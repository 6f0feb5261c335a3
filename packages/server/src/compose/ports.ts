import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { RecordState } from '@rollcall/model/asset/record-state.ts';
import type { UnknownMask } from '@rollcall/model/asset/unknown.ts';
import type { ExecutionResult, ExecutionState } from '@rollcall/model/run/execution.ts';
import type { Outcome, OutcomeCause } from '@rollcall/model/run/outcome.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import type { Config } from './environment.ts';

/**
 * What the commands need of the rest of the program; `compose.ts` satisfies it. Times are ISO 8601 in UTC. A function
 * that takes an organization takes its slug.
 */
export interface Composition {
	/** The collections there are, in the order people see them. Touches no network and no database. */
	listSources(): readonly SourceDescription[];
	/** Runs one execution to its end. Faults of single scopes are in the summary; what throws ended the whole run. */
	runCollect(config: Config, request: CollectRequest, hooks: CollectHooks): Promise<ExecutionSummary>;
	/**
	 * Opens the inventory for reading and for confirming removals; a missing or older schema is brought up first.
	 *
	 * @throws RollcallError when the organization does not exist, or the database cannot be used.
	 */
	openInventory(config: Config, organization: string): Promise<Inventory>;
	/** Brings the schema up to this program's. */
	runMigrations(config: Config): Promise<MigrationReport>;
	/** The checks of `rollcall doctor`, in the order they are shown; none throws. */
	listDoctorChecks(config: Config): readonly DoctorCheck[];
}

export interface SourceDescription {
	/** As `ec2.devices`. */
	readonly kind: string;
	/** IAM actions it may use. */
	readonly permissions: readonly string[];
}

export type CollectAccess =
	/** Keys from the standard AWS chain of whoever runs the command. */
	| { readonly schema: 'access_key' }
	| {
			readonly schema: 'assume_role';
			readonly roleArn: string;
			/** Null: the organization's own (only where a database is used). */
			readonly externalId: string | null;
			readonly organizationDiscovery: boolean;
	  };

export interface CollectRequest {
	readonly source: string;
	/** Slug of the organization; without meaning when nothing is stored. */
	readonly organization: string;
	/** Name for the access configuration (`--config`); null keeps the one it has. */
	readonly configuration: string | null;
	readonly access: CollectAccess;
	/** Null: every enabled one. */
	readonly regions: readonly string[] | null;
	/** Null: every one. */
	readonly accounts: readonly string[] | null;
	readonly enrich: 'due' | 'all' | 'none';
	/** `inventory` stores; `lines` hands NDJSON to `onLines` and opens no database. */
	readonly destination: 'inventory' | 'lines';
	/** Whether lines carry the source's own document. */
	readonly raw: boolean;
}

/** Counts that keep changing while a run goes on. */
export interface LiveProgress {
	readonly accounts: number;
	readonly accountsDone: number;
	readonly scopes: number;
	readonly scopesDone: number;
	readonly assets: number;
	readonly troubled: number;
	readonly calls: number;
	readonly throttles: number;
}

export interface CollectHooks {
	/** Called once, with counts that are then changed in place. */
	readonly onStart: (live: LiveProgress) => void;
	/** First stage of stopping: scopes under way end, no other is opened. */
	readonly stopping: AbortSignal;
	/** Second stage: calls under way are broken off. */
	readonly aborting: AbortSignal;
	/** Whole lines as UTF-8; resolves when they are taken. Present when the destination is `lines`. */
	readonly onLines?: (lines: Uint8Array) => Promise<void>;
}

export interface Inventory {
	/** A page, and the count and coverage of the whole list. */
	listDevices(query: DeviceQuery): Promise<DevicePage>;
	/** A page alone, for the further ones of a list: counting a million devices takes a second. */
	sliceDevices(query: DeviceQuery): Promise<DeviceSlice>;
	/** By asset id, ARN or instance id; several where an instance id is not unique, none where nothing has it. */
	findDevices(id: string): Promise<readonly DeviceDetail[]>;
	listAccounts(): Promise<readonly AccountRow[]>;
	/** Latest first. */
	listExecutions(limit: number): Promise<readonly ExecutionRow[]>;
	/** By id or by an unambiguous beginning of it. */
	readExecution(id: string): Promise<ExecutionDetail | null>;
	listHeldRemovals(): Promise<readonly HeldRemoval[]>;
	/** Retires held records as absent; answers with how many. Ids that are not held are counted as nothing. */
	confirmRemovals(which: RemovalChoice): Promise<number>;
	close(): Promise<void>;
}

export const deviceSorts = ['name', 'account', 'instance'] as const;
export type DeviceSort = (typeof deviceSorts)[number];

/** Every given filter must hold; of a list, any one. */
export interface DeviceFilter {
	readonly accounts?: readonly string[];
	readonly regions?: readonly string[];
	/** States of the instance, as `running`. */
	readonly states?: readonly string[];
	readonly osPlatforms?: readonly string[];
	/** Case-insensitive, with `*`. */
	readonly name?: string;
	/** Case-insensitive, exact. */
	readonly owner?: string;
	/** Address, or CIDR, of any internal or external IPv4 address. */
	readonly ip?: string;
	readonly public?: boolean;
	readonly models?: readonly string[];
	readonly vpcs?: readonly string[];
	readonly images?: readonly string[];
	readonly tags?: readonly { readonly name: string; readonly value?: string }[];
	/** Absent: live ones, that is active and unconfirmed. */
	readonly recordState?: 'active' | 'unconfirmed' | 'retired';
}

export interface DeviceQuery {
	readonly filter: DeviceFilter;
	readonly sort: DeviceSort;
	readonly limit: number;
	/** From `nextCursor` of the page before, with the same filter and sort. */
	readonly cursor: string | null;
}

export interface DeviceSlice {
	readonly devices: readonly DeviceRow[];
	readonly nextCursor: string | null;
}

export interface DevicePage extends DeviceSlice {
	/** All that match, not only this page. */
	readonly total: number;
	readonly coverage: Coverage;
}

/** Of the scopes that should have been read, how many are complete. */
export interface Coverage {
	readonly scopes: number;
	readonly scopesComplete: number;
	/** Of the complete scopes, the oldest confirmation; null where none is. */
	readonly oldestConfirmedAt: string | null;
}

export interface RecordStanding {
	readonly state: RecordState;
	/** Why it is retired or unconfirmed; null where it is active. */
	readonly reason: string | null;
	readonly since: string | null;
}

export interface DeviceRow {
	readonly id: string;
	readonly nativeId: string;
	readonly standing: RecordStanding;
	readonly firstObservedAt: string;
	readonly lastConfirmedAt: string | null;
	readonly lastChangedAt: string;
	readonly attributes: DeviceAttributes;
	readonly unknown: UnknownMask;
}

export interface DeviceDetail extends DeviceRow {
	readonly sources: readonly DeviceSource[];
	/** Latest first. */
	readonly events: readonly DeviceEvent[];
}

/** A source record of the device. */
export interface DeviceSource {
	readonly kind: string;
	readonly configuration: string | null;
	readonly nativeId: string;
	readonly accountId: string;
	readonly region: string;
	readonly standing: RecordStanding;
	readonly firstObservedAt: string;
	readonly lastConfirmedAt: string | null;
	readonly lastChangedAt: string;
	readonly enrichments: readonly {
		readonly action: string;
		readonly outcome: Outcome;
		readonly confirmedAt: string | null;
		readonly cause: OutcomeCause | null;
	}[];
}

export interface DeviceEvent {
	readonly at: string;
	readonly type: string;
	readonly executionId: string | null;
	readonly attribute: string | null;
	readonly value: unknown;
}

export interface AccountRow {
	readonly accountId: string;
	readonly name: string | null;
	readonly email: string | null;
	/** AWS's own state, as ACTIVE; null where no discovery told it. */
	readonly state: string | null;
	readonly ouPath: string | null;
	readonly firstSeenAt: string | null;
	readonly lastSeenAt: string | null;
	/** Set when the account closed or left. */
	readonly retiredReason: string | null;
	/** The worst of its scopes; null where it was never read. */
	readonly outcome: Outcome | null;
	readonly cause: OutcomeCause | null;
	readonly scopes: number;
	readonly scopesComplete: number;
	readonly oldestConfirmedAt: string | null;
	readonly devices: number;
}

export interface ExecutionRow {
	readonly id: string;
	readonly kind: string;
	readonly configuration: string | null;
	readonly state: ExecutionState;
	readonly result: ExecutionResult | null;
	readonly message: string | null;
	readonly createdAt: string;
	readonly startedAt: string | null;
	readonly finishedAt: string | null;
	readonly counts: ExecutionSummary['counts'] | null;
}

export interface ExecutionDetail extends ExecutionRow {
	/** Null until it is over. */
	readonly summary: ExecutionSummary | null;
}

export interface HeldRemoval {
	readonly recordId: string;
	readonly name: string | null;
	readonly nativeId: string;
	readonly accountId: string;
	readonly region: string;
	readonly executionId: string;
	readonly heldSince: string | null;
}

export type RemovalChoice =
	| { readonly all: true }
	| { readonly executionId: string }
	| { readonly recordIds: readonly string[] };

export interface MigrationReport {
	/** Where: `embedded PostgreSQL in <directory>` or the host and database of the URL, never with a password. */
	readonly database: string;
	/** Names of the migrations that were applied now. */
	readonly applied: readonly string[];
	/** The last migration the schema has. */
	readonly schema: string;
}

export interface DoctorCheck {
	/** As `database`. */
	readonly name: string;
	run(): Promise<DoctorFinding>;
}

export interface DoctorFinding {
	readonly status: 'ok' | 'warn' | 'fail';
	/** What was found. */
	readonly detail: string;
	/** What to do; present unless all is well. */
	readonly fix?: string;
}
