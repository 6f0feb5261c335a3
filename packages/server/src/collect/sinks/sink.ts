import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { ConvertedRecord, EnrichmentResult, ScopeFacts } from '#sources/kit/collection.ts';
import type { EnrichmentReport, ScopeCounts, UnitTask } from '../task.ts';

/** One converted page, with the enrichments that were read for its scope. */
export interface PageOfRecords {
	/** Counts from 0 within one try of the scope. */
	readonly page: number;
	/** Token that asked for it; null for the first. */
	readonly token: string | null;
	readonly records: readonly ConvertedRecord[];
	/** Whether AWS said that nothing follows: only then may the scope close as complete. */
	readonly last: boolean;
	/** Enrichments that succeeded, by action. */
	readonly enriched: ReadonlyMap<string, EnrichmentResult>;
	readonly enrichments: readonly EnrichmentReport[];
}

/** Where the records of one scope go. Methods are called one after the other. */
export interface ScopeSink {
	readonly facts: ScopeFacts;
	/** Whether the enrichment is due in a run that makes the due ones. */
	isDue(action: string, cadenceMs: number): boolean;
	/** Durable when it resolves. With `last` the scope is closed as complete in the same transaction. */
	writePage(page: PageOfRecords): Promise<void>;
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
	/** These regions are not to be read (not enabled): outside coverage, their records unconfirmed. */
	skipRegions(task: UnitTask, regions: readonly string[], report: OutcomeReport): Promise<void>;
	/** All regions of the account that AWS enables, so that others known from before can be said to be skipped. */
	drain(): Promise<void>;
}
