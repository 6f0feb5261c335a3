import { describeError } from '@rollcall/model/errors/rollcall-error.ts';
import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import { type AwsFault, type AwsFaultKind, faultOf } from '#aws/fault.ts';
import type { ConvertedRecord, RecordDetail, RecordEnrichment } from '#sources/kit/collection.ts';
import { createProgressDeadline, type ProgressDeadline } from './deadline.ts';
import type { CallTally } from './read-context.ts';
import { enrichmentIdleMs } from './read-enrichments.ts';
import { contextOf, reportOf, type ScopeRunOptions } from './scope-reading.ts';
import type { ReadDetail } from './sinks/sink.ts';
import { type EnrichmentReport, ownCauses } from './task.ts';

/** Records are written in groups of this size, or after this long. */
const groupSize = 100;
const groupMs = 5_000;
/** So many records in a row that could not be read are no trouble of theirs. */
const maxFailuresInARow = 10;

/** So many refusals in a row are no matter of single records: each is a line in the customer's trail. */
const maxRefusalsInARow = 2;

/** Faults that would meet every other record too: they end the enrichment, not one record's read. */
const endsAll: ReadonlySet<AwsFaultKind> = new Set<AwsFaultKind>([
	'blocked_by_policy',
	'session_policy',
	'role',
	'credentials',
	'region_not_enabled',
	'expired',
	'clock',
	'throttled',
	'cancelled',
]);

/** The reads of single records that a run wants, without those whose attributes a read of the whole scope brought. */
export function wantedDetails(
	{ collection, enrich }: Pick<ScopeRunOptions, 'collection' | 'enrich'>,
	made: ReadonlySet<string>,
): readonly RecordEnrichment[] {
	if (enrich === 'none') return [];
	return collection.enrichments
		.filter((enrichment) => enrichment.per === 'record')
		.filter(({ isOn, action }) => isOn && !made.has(action));
}

/**
 * Reads single records after they were published, and ends the scope. Each enrichment ends with an outcome of its own:
 * a record that could not be read carries the reason itself; what ends the enrichment is told of the scope. Never throws:
 * the scope was read completely, whatever happens here.
 */
export async function readDetails(
	options: ScopeRunOptions,
	made: ReadonlySet<string>,
	deadline: ProgressDeadline,
	tally: CallTally,
): Promise<readonly EnrichmentReport[]> {
	const reports: EnrichmentReport[] = [];
	for (const enrichment of wantedDetails(options, made)) {
		const records = options.sink.dueDetails(enrichment);
		if (!records) continue;
		const own = createProgressDeadline(options.clock, enrichmentIdleMs, deadline.signal);
		const progressed = (): void => {
			own.touch();
			deadline.touch();
		};
		try {
			const ending = await readRecords(options, enrichment, records, { ...own, touch: progressed }, tally);
			const { action } = enrichment;
			// Nothing due and complete before: nothing is to be written.
			const isNews = records.length > 0 || options.sink.outcomeOf(action) !== 'complete';
			if (isNews) reports.push({ action, ...(ending ?? { outcome: 'complete' }) });
		} catch (error) {
			reports.push({ action: enrichment.action, ...reportOf(error, own, options.signal) });
		} finally {
			own.stop();
		}
	}
	// A lease that cannot be ended runs out by itself.
	await options.sink.finish(reports).catch(() => undefined);
	return reports;
}

/** Reads records, a few at once. Answers with what ended it before its time. */
async function readRecords(
	options: ScopeRunOptions,
	enrichment: RecordEnrichment,
	records: readonly ConvertedRecord[],
	deadline: ProgressDeadline,
	tally: CallTally,
): Promise<OutcomeReport | undefined> {
	const context = contextOf(options, deadline, tally);
	const writer = createGroupWriter(options, enrichment);
	const queue = records.values();
	let ending: OutcomeReport | undefined;
	let failuresInARow = 0;
	// Kept back until it shows whether they are matters of single records: what meets them all is the scope's to tell.
	const refused: ReadDetail[] = [];
	// The one record that is refused day after day is soon the only one that is due: no matter of all the others.
	const wasComplete = options.sink.outcomeOf(enrichment.action) === 'complete';
	const enoughRefused = wasComplete ? maxRefusalsInARow : Math.min(maxRefusalsInARow, records.length);
	const endsBy = (fault: AwsFault | undefined): boolean =>
		!fault ||
		endsAll.has(fault.kind) ||
		refused.length >= enoughRefused ||
		failuresInARow >= maxFailuresInARow ||
		deadline.expired();
	const readOne = async (record: ConvertedRecord): Promise<void> => {
		let detail: RecordDetail;
		try {
			detail = await enrichment.read(context, record);
			failuresInARow = 0;
		} catch (error) {
			const fault = faultOf(error);
			const isRefused = fault?.kind === 'not_allowed';
			detail = { unknown: isRefused ? 'not_permitted' : 'unconfirmed', note: describeError(error) };
			failuresInARow += 1;
			if (isRefused) refused.push({ record, detail });
			if (endsBy(fault)) ending ??= reportOf(error, deadline, options.signal);
			if (isRefused || ending) return;
		}
		deadline.touch();
		for (const each of [...refused.splice(0), { record, detail }]) await writer.add(each);
	};
	const readNext = async (record: ConvertedRecord): Promise<void> => {
		if (options.stopping.aborted) ending ??= { outcome: 'cancelled', cause: ownCauses.cancelled };
		else await readOne(record);
	};
	const work = async (): Promise<void> => {
		for (const record of queue) {
			if (ending) return;
			await readNext(record).catch((error: unknown) => {
				// What cannot be written ends the others too.
				ending ??= reportOf(error, deadline, options.signal);
				throw error;
			});
		}
	};
	try {
		// Alone: a refusal that would meet them all is two lines in the customer's CloudTrail, not one for each at once.
		for (let alone = 0; alone < maxRefusalsInARow && !ending; alone += 1) {
			const first = queue.next();
			if (first.done) break;
			await readNext(first.value);
			if (refused.length === 0) break;
		}
		await Promise.all(Array.from({ length: Math.min(enrichment.atOnce, records.length) }, work));
		if (!ending) for (const each of refused) await writer.add(each);
	} finally {
		await writer.flush();
	}
	return ending;
}

/** Writes details in groups, one group after the other: each write is a transaction. */
function createGroupWriter({ sink, clock }: ScopeRunOptions, enrichment: RecordEnrichment) {
	let group: ReadDetail[] = [];
	let startedAtMs = clock.monotonicMs();
	let last: Promise<void> = Promise.resolve();
	const flush = (): Promise<void> => {
		const ready = group;
		group = [];
		startedAtMs = clock.monotonicMs();
		if (ready.length > 0) last = last.then(() => sink.writeDetails(enrichment, ready));
		return last;
	};
	return {
		flush,
		add: async (detail: ReadDetail): Promise<void> => {
			group.push(detail);
			if (group.length >= groupSize || clock.monotonicMs() - startedAtMs >= groupMs) await flush();
		},
	};
}
