import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import type { QueryField } from '@rollcall/model/query/fields.ts';
import type { Query } from '@rollcall/model/query/query.ts';
import type { AccessTestResult } from '@rollcall/model/run/access-test.ts';
import type { ExecutionSummary } from '@rollcall/model/run/summary.ts';
import type { LiveAccessTest } from '#connect/access-test/board.ts';
import type { PolicyAnswer } from '#connect/policies/build-policy.ts';
import type { PolicyRequest } from '#connect/policies/request.ts';
import type { AccountRow } from '#store/account-list.ts';
import type { Coverage } from '#store/asset-listing.ts';
import type { DeviceDetail, DevicePage, DeviceQuery, DeviceSlice } from '#store/devices.ts';
import type { ExecutionDetail, ExecutionRow } from '#store/executions.ts';
import type { AssetThen } from '#store/query/asset-as-of.ts';
import type { NamedAsset } from '#store/query/asset-names.ts';
import type { AssetCounts } from '#store/query/count-assets.ts';
import type { FacetCounts, FacetOptions } from '#store/query/count-facets.ts';
import type { ExportOptions } from '#store/query/export-assets.ts';
import type { FoundPage } from '#store/query/query-assets.ts';
import type { EventOptions, EventPage, HistogramBucket, HistogramOptions } from '#store/query/query-events.ts';
import type { TimelineOptions } from '#store/query/read-timeline.ts';
import type { SuggestedValue, SuggestOptions } from '#store/query/suggest-values.ts';
import type { HeldRemoval, RemovalChoice } from '#store/removals.ts';
import type { UserDetail, UserPage, UserQuery, UserSlice } from '#store/users.ts';
import type { CorrelationInventory } from './correlation.ts';
import type { Config } from './environment.ts';
import type { LabelInventory } from './labels.ts';
import type { QueryInventory } from './queries.ts';

export type { LiveAccessTest, LiveAccount } from '#connect/access-test/board.ts';
export type { PolicyAnswer } from '#connect/policies/build-policy.ts';
export type { PolicyFault } from '#connect/policies/policy-fault.ts';
export type { PolicyRequest } from '#connect/policies/request.ts';
export type { AccountRow } from '#store/account-list.ts';
export type { AssetDetail, AssetSource } from '#store/asset-detail.ts';
export type { AssetPage, AssetRow, AssetSlice, Coverage } from '#store/asset-listing.ts';
export type { RecordStanding } from '#store/asset-standing.ts';
export type { DeviceDetail, DevicePage, DeviceQuery, DeviceRow, DeviceSlice } from '#store/devices.ts';
export type { ExecutionDetail, ExecutionRow } from '#store/executions.ts';
export type { FreeAddress, UncoveredAccount } from '#store/finding-counts.ts';
export type { Label, LabelInput, LabelRow } from '#store/labels.ts';
export type { AssetThen, SourceThen } from '#store/query/asset-as-of.ts';
export type { NamedAsset } from '#store/query/asset-names.ts';
export type { AssetCount, AssetCounts } from '#store/query/count-assets.ts';
export type { Facet, FacetCounts, FacetOptions } from '#store/query/count-facets.ts';
export type { FoundPage } from '#store/query/query-assets.ts';
export type { EventPage, FoundEvent, HistogramBucket, HistogramOptions } from '#store/query/query-events.ts';
export type { FoundAsset } from '#store/query/read-assets.ts';
export type { CountedFinding } from '#store/query-counts.ts';
export type { Found, QueryReport } from '#store/query-reports.ts';
export type { QueryCount, TrendDay } from '#store/query-trends.ts';
export type { QueryUse } from '#store/query-uses.ts';
export type { HeldRemoval, RemovalChoice } from '#store/removals.ts';
export type { SavedQuery, SavedQueryRow } from '#store/saved-queries.ts';
export type { UserDetail, UserPage, UserQuery, UserRow, UserSlice } from '#store/users.ts';
export type { CorrelationProgress } from './correlation.ts';
export type { AssetChoice } from './labels.ts';
export type { QueryInventory } from './queries.ts';

/**
 * What the commands need of the rest of the program; `compose.ts` satisfies it. Times are ISO 8601 in UTC. A function
 * that takes an organization takes its slug.
 */
export interface Composition {
	/** The collections there are, in the order people see them. Touches no network and no database. */
	listSources(): readonly SourceDescription[];
	/** Every integration there is: the sources and the inventory syncs. Touches no network and no database. */
	listIntegrations(): readonly IntegrationDescription[];
	/** Names of regions as far as they are known: of the role's partition, or of all. Touches no network and no database. */
	listRegions(roleArn: string | null): readonly string[];
	/**
	 * A document for whoever opens an AWS account to Rollcall. The database is opened only where the organization's own
	 * external id is needed.
	 *
	 * @throws RollcallError `POLICY:0001` with a `PolicyFault` where the request cannot be met.
	 */
	buildPolicy(config: Config, organization: string, request: PolicyRequest): Promise<PolicyDocument>;
	/** Runs one execution to its end. Faults of single scopes are in the summary; what throws ended the whole run. */
	runCollect(config: Config, request: CollectRequest, hooks: CollectHooks): Promise<ExecutionSummary>;
	/**
	 * Tests an access and answers with what may be done where; stores nothing. Whatever AWS answers is in the result; what
	 * throws is a wrong request, or a fault of ours.
	 */
	testAccess(config: Config, request: AccessTestRequest, hooks: AccessTestHooks): Promise<AccessTestResult>;
	/**
	 * Opens the inventory for reading, and for what people change in it; a missing or older schema is brought up first.
	 *
	 * @throws RollcallError when the organization does not exist, or the database cannot be used.
	 */
	openInventory(config: Config, organization: string): Promise<Inventory>;
	/** Brings the schema up to this program's. */
	runMigrations(config: Config): Promise<MigrationReport>;
	/** The checks of `rollcall doctor`, in the order they are shown; none throws. */
	listDoctorChecks(config: Config): readonly DoctorCheck[];
}

export interface PolicyDocument extends PolicyAnswer {
	/** The organization that was named did not exist and was made for this; never so of the one there is from the start. */
	readonly madeOrganization: boolean;
}

export interface SourceDescription {
	/** As `ec2.devices`. */
	readonly kind: string;
	/** IAM actions it may use. */
	readonly permissions: readonly string[];
	/** What more may be asked for. */
	readonly extras: readonly { readonly name: string; readonly permissions: readonly string[] }[];
}

export interface IntegrationDescription {
	/** As `ec2.devices`, `s3.users`. */
	readonly kind: string;
	/** Names of what may be asked for in addition. */
	readonly extras: readonly string[];
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

export interface IdentityCenterPlace {
	/** Null: it is found through an extra. */
	readonly identityStoreId: string | null;
	readonly region: string;
}

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
	/** Never read; empty: none of them. */
	readonly excludedAccounts: readonly string[];
	/** Only accounts in these organizational units, by id or path; null: every one. */
	readonly ous: readonly string[] | null;
	/** No account in these organizational units. */
	readonly excludedOus: readonly string[];
	/** Names of the extras that are asked for. */
	readonly extras: readonly string[];
	/** Where the users of Identity Center are; null for every other source. */
	readonly identityCenter: IdentityCenterPlace | null;
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

export interface AccessTestRequest {
	/** As `ec2.devices`. */
	readonly kinds: readonly string[];
	/** Slug of the organization, whose external id is sent where none is given. One that does not exist is refused. */
	readonly organization: string;
	readonly access: CollectAccess;
	/** Null: every enabled one. */
	readonly regions: readonly string[] | null;
	/** Null: every one. */
	readonly accounts: readonly string[] | null;
	/** Names of the extras that are asked for. */
	readonly extras: readonly string[];
	readonly identityStoreId: string | null;
	readonly identityStoreRegion: string | null;
	/** Whether roles are proven to refuse a wrong external id. */
	readonly proof: boolean;
	/** How long refusals are asked again, as the role may be new; 0: not at all. */
	readonly patienceSeconds: number;
	/** An earlier result: only what failed in it is asked again. */
	readonly earlier: AccessTestResult | null;
}

export interface AccessTestHooks extends Pick<CollectHooks, 'stopping' | 'aborting'> {
	/** Called once, with a board that is then changed in place. */
	readonly onStart: (live: LiveAccessTest) => void;
}

/** A question about the assets of one type. */
export interface AssetQuestion {
	readonly type: AssetType;
	readonly query: Query;
	/** Null: now. */
	readonly asOf: Date | null;
}

export interface EventQuestion {
	readonly query: Query;
}

/** What belongs to the answer as a whole. */
export interface Answer {
	readonly counts: AssetCounts;
	readonly coverage: Coverage;
	/** What a person should know of how the query was read. */
	readonly notices: readonly string[];
}

export interface ExportRequest extends ExportOptions {
	/** Called first, where the counts are wanted. */
	readonly answered?: (about: Answer) => Promise<void>;
	/** Called with each page; the next one is read when it is taken. */
	readonly page: (page: FoundPage) => Promise<void>;
}

/** Throw `QUERY:0001` for a query that does not fit, `STORE:0010` for a moment whose past is not kept. */
export interface Questions {
	/** How many match, and what that depends on. */
	answerQuery(question: AssetQuestion): Promise<Answer>;
	/** Throws `QUERY:0010` for a field that nothing is counted by. */
	countFacets(question: AssetQuestion, options: FacetOptions): Promise<FacetCounts & Omit<Answer, 'counts'>>;
	/** All that match from one snapshot, page by page. */
	exportAssets(question: AssetQuestion, request: ExportRequest): Promise<void>;
	suggestValues(field: QueryField, options: SuggestOptions): Promise<readonly SuggestedValue[]>;
	/** Newest first. */
	queryEvents(question: EventQuestion, options: EventOptions): Promise<EventPage>;
	countEvents(question: EventQuestion, options: HistogramOptions): Promise<readonly HistogramBucket[]>;
	/** By asset id, also one from before a merge, or what `findDevices` and `findUsers` take. */
	findAssets(id: string): Promise<readonly NamedAsset[]>;
	/** Latest first. */
	readTimeline(assetId: string, options: TimelineOptions): Promise<EventPage>;
	/** As it was; several where it was not merged yet, none where it was not seen yet. */
	readAssetAsOf(asset: NamedAsset, at: Date): Promise<readonly AssetThen[]>;
}

export interface Inventory extends Questions, CorrelationInventory, LabelInventory, QueryInventory {
	/** A page, and the count and coverage of the whole list. */
	listDevices(query: DeviceQuery): Promise<DevicePage>;
	/** A page alone, for the further ones of a list: counting a million devices takes a second. */
	sliceDevices(query: DeviceQuery): Promise<DeviceSlice>;
	/** By asset id, ARN or instance id; several where an instance id is not unique, none where nothing has it. */
	findDevices(id: string): Promise<readonly DeviceDetail[]>;
	/** A page, and the count and coverage of the whole list. */
	listUsers(query: UserQuery): Promise<UserPage>;
	/** A page alone. */
	sliceUsers(query: UserQuery): Promise<UserSlice>;
	/** By asset id, native id, ARN, user id, user name or e-mail address; all that have it. */
	findUsers(id: string): Promise<readonly UserDetail[]>;
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
