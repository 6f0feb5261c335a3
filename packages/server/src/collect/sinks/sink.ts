import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { ConvertedRecord, EnrichmentResult, ScopeFacts } from '#sources/kit/collection.ts';
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
}

/** Where the records of one scope go. Methods are called one after the other. */
export interface ScopeSink {
	readonly facts: ScopeFacts;
	/** Whether the enrichment is due in a run that makes the due ones. */
	isDue(action: string, cadenceMs: number): boolean;
	/** Durable when it resolves. The last page closes the scope as complete in the same transaction. */
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
	/** These regions were asked for, but are not enabled: outside coverage, their records unconfirmed. */
	skipRegions(task: UnitTask, regions: readonly string[], report: OutcomeReport): Promise<void>;
	/** All enabled regions are read: others that are known from before can not be asked any more. */
	skipOtherRegions(task: UnitTask, enabled: readonly string[], report: OutcomeReport): Promise<void>;
	/** Everything handed over is durable, and nothing is held any more. */
	drain(): Promise<void>;
}
