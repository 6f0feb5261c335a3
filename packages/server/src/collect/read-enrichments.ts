import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import type { EnrichmentResult, ScopeEnrichment } from '#sources/kit/collection.ts';
import { createProgressDeadline, type ProgressDeadline } from './deadline.ts';
import { withRestarts } from './listing.ts';
import type { CallTally } from './read-context.ts';
import { contextOf, reportOf, type ScopeRunOptions } from './scope-reading.ts';
import type { EnrichmentReport } from './task.ts';

/** An enrichment is given up before the scope that waits for it would be. */
export const enrichmentIdleMs = 4 * 60_000;

/** What the enrichments of a scope read before its records are written. */
export interface Enriched {
	/** Those that succeeded, by action; one that stands in for others is there under their actions too. */
	readonly results: ReadonlyMap<string, EnrichmentResult>;
	readonly reports: readonly EnrichmentReport[];
}

/** Makes the enrichments this run wants; each ends with an outcome of its own and none fails the scope. */
export async function readEnrichments(
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
		wanted.map(async (enrichment): Promise<readonly EnrichmentReport[]> => {
			const own = createProgressDeadline(options.clock, enrichmentIdleMs, deadline.signal);
			const progressed = (): void => {
				own.touch();
				// The listing waits for its enrichments: as long as they get on, so does the scope.
				deadline.touch();
			};
			try {
				const result = await readEnrichment(options, enrichment, { ...own, touch: progressed }, tally);
				const outcome: OutcomeReport = result.shortfall ?? { outcome: 'complete' };
				const actions = [enrichment.action, ...(enrichment.standsInFor ?? [])];
				for (const action of actions) results.set(action, result);
				return actions.map((action) => ({ action, ...outcome, asOf: result.asOf }));
			} catch (error) {
				return [{ action: enrichment.action, ...reportOf(error, own, options.signal) }];
			} finally {
				own.stop();
				deadline.touch();
			}
		}),
	);
	return { results, reports: [...reports.flat(), ...leftOut(options)] };
}

/** Enrichments that were made before and that nobody asks for any more: what they read reads as not permitted. */
function leftOut({ collection, sink }: ScopeRunOptions): readonly EnrichmentReport[] {
	return collection.enrichments
		.filter(({ isOn, action }) => !isOn && (sink.outcomeOf(action) ?? 'skipped') !== 'skipped')
		.map(({ action }) => ({ action, outcome: 'skipped' }));
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
