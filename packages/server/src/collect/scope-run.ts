import { RollcallError } from '@rollcall/model/errors/rollcall-error.ts';
import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { Caller } from '#aws/call.ts';
import { faultOf, outcomeOf } from '#aws/fault.ts';
import type { AwsSession } from '#aws/session.ts';
import type { Clock } from '#platform/clock.ts';
import type {
	Collection,
	EnrichmentResult,
	ReadContext,
	ScopeEnrichment,
	SourcePage,
} from '#sources/kit/collection.ts';
import { createProgressDeadline, type ProgressDeadline } from './deadline.ts';
import { type ListingAttempt, withRestarts } from './listing.ts';
import { type CallTally, createReadContext } from './read-context.ts';
import { leaseLostCode, type ScopeSink } from './sinks/sink.ts';
import { type EnrichChoice, type EnrichmentReport, ownCauses, type ScopeReport } from './task.ts';

/** A scope that shows no progress for this long is given up (`rules.md`, Credentials, Deadlines). */
const idleMs = 5 * 60_000;
/** An enrichment is given up before the scope that waits for it would be. */
const enrichmentIdleMs = 4 * 60_000;

export interface ScopeRunOptions {
	readonly collection: Collection<unknown>;
	readonly sink: ScopeSink;
	readonly session: AwsSession;
	readonly caller: Caller;
	readonly clock: Clock;
	readonly enrich: EnrichChoice;
	readonly signal: AbortSignal;
	/** Called after each page, with the number of assets in it. */
	readonly onPage: (assets: number) => void;
}

interface Enriched {
	readonly results: ReadonlyMap<string, EnrichmentResult>;
	readonly reports: readonly EnrichmentReport[];
}

/**
 * Reads one scope to an outcome. Never throws for anything AWS or the network does; a fault of ours (the store cannot
 * be written) ends as `failed` too, so that every scope has an outcome.
 */
export async function runScope(options: ScopeRunOptions): Promise<ScopeReport> {
	const { sink, clock, signal } = options;
	const deadline = createProgressDeadline(clock, idleMs, signal);
	const tally: CallTally = { calls: 0 };
	let enrichments: readonly EnrichmentReport[] = [];
	const report = (outcome: OutcomeReport, isStored: boolean): ScopeReport => ({
		...outcome,
		accountId: sink.facts.accountId,
		region: sink.facts.region,
		enrichments,
		counts: sink.counts(),
		minimumCalls: tally.calls,
		notes: [],
		isStored,
	});
	try {
		const enriching = readEnrichments(options, deadline, tally);
		const listingTally: CallTally = { calls: 0 };
		try {
			await withRestarts(
				async (attempt) => {
					listingTally.calls = 0;
					const context = contextOf(options, deadline, listingTally);
					await readListing(options, context, attempt, deadline, enriching);
				},
				() => sink.restart(),
			);
		} finally {
			tally.calls += listingTally.calls;
			enrichments = (await enriching).reports;
		}
		return report({ outcome: 'complete' }, true);
	} catch (error) {
		const outcome = reportOf(error, deadline, signal);
		// A scope that another run took over is that run's to close.
		const isLost = outcome.cause === ownCauses.leaseLost;
		return report(outcome, isLost || (await tryClose(sink, outcome, enrichments)));
	} finally {
		deadline.stop();
	}
}

/** Reads the primary listing once, page by page, each made durable before the next is asked for. */
async function readListing(
	options: ScopeRunOptions,
	context: ReadContext,
	attempt: ListingAttempt,
	deadline: ProgressDeadline,
	enriching: Promise<Enriched>,
): Promise<void> {
	const { collection, sink } = options;
	let index = 0;
	let ended = false;
	// Before the first page is asked for: pages that wait for it would be held in memory, one for each scope.
	const enriched = await enriching;
	const pages = collection.read(context) as AsyncGenerator<SourcePage<unknown>, void, void>;
	// Taken apart, so that the documents are free (2 MB a page) while their records wait to be written.
	for await (const { items, nextToken } of pages) {
		const observedAt = new Date(options.clock.now());
		const records = items.map((item) => collection.convert(item, sink.facts));
		const { length } = records;
		// Waiting for whoever takes the records is no silence of AWS.
		deadline.pause();
		await sink.writePage({
			page: index,
			nextToken,
			records,
			observedAt,
			enriched: enriched.results,
			enrichments: enriched.reports,
		});
		ended = nextToken === null;
		index += 1;
		attempt.progressed();
		deadline.touch();
		options.onPage(length);
	}
	if (!ended) throw new Error(`the listing of ${collection.kind} stopped before its last page`);
}

/** Makes the enrichments this run wants; each ends with an outcome of its own and none fails the scope. */
async function readEnrichments(
	options: ScopeRunOptions,
	deadline: ProgressDeadline,
	tally: CallTally,
): Promise<Enriched> {
	const { collection, sink, enrich } = options;
	const wanted = collection.enrichments
		.filter((enrichment) => enrichment.per === 'scope')
		.filter(
			(enrichment) =>
				enrichment.isOn &&
				(enrich === 'all' || (enrich === 'due' && sink.isDue(enrichment.action, enrichment.cadenceMs))),
		);
	const results = new Map<string, EnrichmentResult>();
	const reports = await Promise.all(
		wanted.map(async (enrichment): Promise<EnrichmentReport> => {
			const own = createProgressDeadline(options.clock, enrichmentIdleMs, deadline.signal);
			const progressed = (): void => {
				own.touch();
				// The listing waits for its enrichments: as long as they get on, so does the scope.
				deadline.touch();
			};
			try {
				results.set(enrichment.action, await readEnrichment(options, enrichment, { ...own, touch: progressed }, tally));
				return { action: enrichment.action, outcome: 'complete' };
			} catch (error) {
				return { action: enrichment.action, ...reportOf(error, own, options.signal) };
			} finally {
				own.stop();
				deadline.touch();
			}
		}),
	);
	return { results, reports };
}

async function readEnrichment(
	options: ScopeRunOptions,
	enrichment: ScopeEnrichment,
	deadline: ProgressDeadline,
	tally: CallTally,
): Promise<EnrichmentResult> {
	const own: CallTally = { calls: 0 };
	const result = await withRestarts(
		(attempt) => {
			own.calls = 0;
			const context = contextOf(options, deadline, own);
			return enrichment.read({
				...context,
				call: async (operation, input) => {
					const output = await context.call(operation, input);
					attempt.progressed();
					deadline.touch();
					return output;
				},
			});
		},
		async () => undefined,
	);
	tally.calls += own.calls;
	return result;
}

function contextOf(options: ScopeRunOptions, deadline: ProgressDeadline, tally: CallTally): ReadContext {
	return createReadContext({
		collection: options.collection,
		scope: options.sink.facts,
		session: options.session,
		caller: options.caller,
		signal: deadline.signal,
		tally,
		lastKnown: async () => new Map(),
	});
}

/** What an error means for the scope it ended. */
function reportOf(error: unknown, deadline: ProgressDeadline, signal: AbortSignal): OutcomeReport {
	if (deadline.expired()) return { outcome: 'failed', cause: ownCauses.noProgress };
	if (error instanceof RollcallError && error.code === leaseLostCode)
		return { outcome: 'failed', cause: ownCauses.leaseLost };
	if (signal.aborted) return { outcome: 'cancelled', cause: ownCauses.cancelled };
	return outcomeOfError(error);
}

/** The outcome of a fault of AWS, or `failed` with the text of anything else. */
export function outcomeOfError(error: unknown): OutcomeReport {
	const fault = faultOf(error);
	if (fault) return outcomeOf(fault);
	const message = error instanceof Error ? error.message : String(error);
	return { outcome: 'failed', cause: { code: 'Internal', message } };
}

/** Whether the outcome could be written. The scope has it in any case; what is not written here the coordinator writes. */
async function tryClose(
	sink: ScopeSink,
	outcome: OutcomeReport,
	enrichments: readonly EnrichmentReport[],
): Promise<boolean> {
	return await sink.close(outcome, enrichments).then(
		() => true,
		() => false,
	);
}
