import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import { type AwsFaultKind, faultOf } from '#aws/fault.ts';
import type { ReadContext, SourcePage } from '#sources/kit/collection.ts';
import { createProgressDeadline, type ProgressDeadline } from './deadline.ts';
import { type ListingAttempt, listInstead, withRestarts } from './listing.ts';
import type { CallTally } from './read-context.ts';
import { readDetails, wantedDetails } from './read-details.ts';
import { type Enriched, readEnrichments } from './read-enrichments.ts';
import { contextOf, reportOf, type ScopeRunOptions } from './scope-reading.ts';
import type { FanOutBasis, ScopeSink } from './sinks/sink.ts';
import { type EnrichmentReport, ownCauses, type ScopeReport } from './task.ts';

/** A scope that shows no progress for this long is given up (`rules.md`, Credentials, Deadlines). */
const idleMs = 5 * 60_000;

/**
 * Reads one scope to an outcome. Never throws for anything AWS or the network does; a fault of ours (the store cannot
 * be written) ends as `failed` too, so that every scope has an outcome. The outcome is the listing's: what is read of
 * single records after it has outcomes of its own.
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
					await readListing(options, { attempt, deadline, enriching, tally: listingTally });
				},
				() => sink.restart(),
			);
		} finally {
			tally.calls += listingTally.calls;
			enrichments = (await enriching).reports;
		}
		const made = new Set((await enriching).results.keys());
		const wanted = wantedDetails(options, made);
		if (wanted.length > 0) {
			const unread = wanted.map(({ action }) => ({ action, outcome: 'failed', cause: ownCauses.workerDied }) as const);
			options.onListed({ ...report({ outcome: 'complete' }, true), enrichments: [...enrichments, ...unread] });
			const details = await readDetails(options, made, deadline, tally);
			enrichments = [...enrichments, ...details];
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

interface Listing {
	readonly attempt: ListingAttempt;
	readonly deadline: ProgressDeadline;
	readonly enriching: Promise<Enriched>;
	readonly tally: CallTally;
}

/** A page as either way of reading gives it. */
interface ListedPage {
	readonly items: readonly unknown[];
	readonly nextToken: string | null;
	readonly namedMissing?: readonly string[];
}

/** Reads the primary listing once, page by page, each made durable before the next is asked for. */
async function readListing(options: ScopeRunOptions, listing: Listing): Promise<void> {
	const { collection, sink } = options;
	const { attempt, deadline, tally } = listing;
	const context = contextOf(options, deadline, tally);
	let index = 0;
	let ended = false;
	// Before the first page is asked for: pages that wait for it would be held in memory, one for each scope.
	const enriched = await listing.enriching;
	const goesOn = wantedDetails(options, new Set(enriched.results.keys())).length > 0;
	// Taken apart, so that the documents are free (2 MB a page) while their records wait to be written.
	for await (const { items, nextToken, namedMissing } of readPages(options, context, attempt)) {
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
			goesOn,
			...(namedMissing ? { namedMissing } : {}),
		});
		ended = nextToken === null;
		index += 1;
		attempt.progressed();
		deadline.touch();
		options.onPage(length);
	}
	if (!ended) throw new Error(`the listing of ${collection.kind} stopped before its last page`);
}

/** The listing from page one, or, of a scope known to be big, its known ids; a second try always lists. */
async function* readPages(
	options: ScopeRunOptions,
	context: ReadContext,
	attempt: ListingAttempt,
): AsyncGenerator<ListedPage, void, void> {
	const { collection, sink } = options;
	const { fanOut } = collection;
	const basis = fanOut && attempt.attempt === 0 ? sink.fanOutBasis(fanOut.minimumRecords) : undefined;
	if (!fanOut || !basis) {
		yield* collection.read(context) as AsyncGenerator<SourcePage<unknown>, void, void>;
		return;
	}
	yield* readKnown(fanOut, context, basis);
}

/** Faults that the listing may not meet where the questions for known ids did. */
const listable: ReadonlySet<AwsFaultKind> = new Set<AwsFaultKind>([
	'server',
	'timeout',
	'truncated',
	'validation',
	'unknown',
]);

/** The end of a fan-out is the proof that every known id was answered for: an empty last page closes the scope. */
async function* readKnown(
	fanOut: NonNullable<ScopeRunOptions['collection']['fanOut']>,
	context: ReadContext,
	basis: FanOutBasis,
): AsyncGenerator<ListedPage, void, void> {
	const pages = fanOut.read(context, basis.known, basis.since);
	try {
		for await (const { items, missing } of pages) yield { items, nextToken: 'fan-out', namedMissing: missing };
	} catch (error) {
		// A question for a thousand ids has no page size that could be halved; the listing has.
		const kind = faultOf(error)?.kind;
		if (kind !== undefined && listable.has(kind)) throw listInstead(describeError(error));
		throw error;
	}
	yield { items: [], nextToken: null, namedMissing: [] };
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
