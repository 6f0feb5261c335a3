import type { Outcome, OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type {
	ConvertedRecord,
	EnrichmentResult,
	ReadContext,
	RecordDetail,
	RecordEnrichment,
	ScopeFacts,
} from '#sources/kit/collection.ts';
import type { PolicyBlock } from '#store/policy-blocks.ts';
import type { EnrichmentReport, ScopeCounts, UnitTask } from '../task.ts';

/** Another run holds the scope: what this one reads of it is not written. */
export const leaseLostCode = 'COLLECT:0001';

/** One converted page, with the enrichments that were read for its scope. */
export interface PageOfRecords {
	/** Counts from 0 within one try of the scope. */
	readonly page: number;
	/**
	 * Token of the page that follows; null where AWS said that nothing does: only then may the scope close as complete.
	 */
	readonly nextToken: string | null;
	readonly records: readonly ConvertedRecord[];
	/** When AWS listed them. */
	readonly observedAt: Date;
	/** Enrichments that succeeded, by action. */
	readonly enriched: ReadonlyMap<string, EnrichmentResult>;
	readonly enrichments: readonly EnrichmentReport[];
	/** Set where the scope is read by known ids: those that AWS named as missing in this page. */
	readonly namedMissing?: readonly string[];
	/** Single records are read further after the last page: the scope stays this run's. */
	readonly goesOn: boolean;
}

/** What one record's own read gave. */
export interface ReadDetail {
	readonly record: ConvertedRecord;
	readonly detail: RecordDetail;
}

/** Records that are asked for by their ids. */
export interface FanOutBasis {
	/** Native ids of the live records. */
	readonly known: readonly string[];
	/** When the scope was last read completely. */
	readonly since: Date;
}

/** Where the records of one scope go. Methods are called one after the other. */
export interface ScopeSink {
	readonly facts: ScopeFacts;
	/** Whether the enrichment is due in a run that makes the due ones. */
	isDue(action: string, cadenceMs: number): boolean;
	/** How the enrichment last ended; undefined where it was never tried. */
	outcomeOf(action: string): Outcome | undefined;
	/** What a reading by known ids starts from; undefined where the scope is due to be listed, or is not big enough. */
	fanOutBasis(minimumRecords: number): FanOutBasis | undefined;
	/** Attributes as they are stored for the live records, by native id. */
	lastKnown: ReadContext['lastKnown'];
	/** Durable when it resolves. The last page closes the scope as complete in the same transaction. */
	writePage(page: PageOfRecords): Promise<void>;
	/**
	 * Listed records whose own read is due: new, changed, never read, or read longer ago than the cadence. Undefined where
	 * a policy denied it less than a day ago: then nobody is asked.
	 */
	dueDetails(enrichment: RecordEnrichment): readonly ConvertedRecord[] | undefined;
	/** Durable when it resolves. Only after a last page that goes on. */
	writeDetails(enrichment: RecordEnrichment, details: readonly ReadDetail[]): Promise<void>;
	/** Ends a scope that went on after its last page; its outcome stays `complete`. */
	finish(enrichments: readonly EnrichmentReport[]): Promise<void>;
	/** The listing starts again at page one: what was seen so far proves nothing any more. */
	restart(): Promise<void>;
	/** Ends the scope without removing anything: every outcome but `complete`. */
	close(report: OutcomeReport, enrichments: readonly EnrichmentReport[]): Promise<void>;
	counts(): ScopeCounts;
}

/** Regions of an account that may be read now, and those another run holds. */
export interface OpenedAccount {
	readonly scopes: readonly ScopeSink[];
	readonly busyRegions: readonly string[];
}

/** Where a run puts what it collects. */
export interface RunSink {
	openAccount(task: UnitTask, regions: readonly string[]): Promise<OpenedAccount>;
	/** The account failed before its regions were known. */
	failAccount(task: UnitTask, report: OutcomeReport): Promise<void>;
	/** These regions are not asked, for the reason that the report gives: their records are unconfirmed. */
	endRegions(task: UnitTask, regions: readonly string[], report: OutcomeReport): Promise<void>;
	/** All enabled regions are read: others that are known from before can not be asked any more. */
	skipOtherRegions(task: UnitTask, enabled: readonly string[], report: OutcomeReport): Promise<void>;
	/** Calls that a policy of the AWS Organization denied in the last day: they are not repeated yet. */
	recallBlocks(task: UnitTask): Promise<readonly PolicyBlock[]>;
	rememberBlock(task: UnitTask, block: PolicyBlock): Promise<void>;
	forgetBlock(task: UnitTask, block: Pick<PolicyBlock, 'region' | 'action'>): Promise<void>;
	/** Regions of the account that were read completely, and were not found to be disabled since. */
	listReadRegions(task: UnitTask): Promise<readonly string[]>;
	/** Everything handed over is durable, and nothing is held any more. */
	drain(): Promise<void>;
}
