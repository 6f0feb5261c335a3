import type { Clock } from '#platform/clock.ts';
import type { Collection, ConvertedRecord, RecordEnrichment } from '#sources/kit/collection.ts';
import { wasRead } from '#store/asset-standing.ts';
import type { DetailState } from '#store/record-details.ts';
import { isOlderThan } from '../cadence.ts';
import type { Part } from '../part-hash.ts';
import type { EnrichChoice } from '../task.ts';
import type { Known } from './plan-page.ts';

/** Remembers which of the records a scope lists are to be read by themselves. */
export interface DueDetails {
	/** Takes note of a listed record. */
	listed(record: ConvertedRecord, before: Known | undefined, isChanged: boolean, readParts: ReadonlySet<number>): void;
	of(enrichment: RecordEnrichment): readonly ConvertedRecord[];
	/** Whether an own read was answered so lately that it needs no new mark. */
	isFresh(enrichment: RecordEnrichment, recordId: string): boolean;
}

export interface DueDetailsOptions {
	readonly collection: Collection<unknown>;
	readonly parts: readonly Part[];
	readonly enrich: EnrichChoice;
	/** When records' own reads were last answered. */
	readonly states: readonly DetailState[];
	readonly clock: Clock;
}

export function createDueDetails(options: DueDetailsOptions): DueDetails {
	const { collection, parts, enrich, clock } = options;
	const wanted =
		enrich === 'none' ? [] : collection.enrichments.filter((each) => each.per === 'record').filter((each) => each.isOn);
	const due = new Map(wanted.map((enrichment) => [enrichment.action, new Map<string, ConvertedRecord>()]));
	const states = new Map(options.states.map((state) => [`${state.recordId} ${state.action}`, state.confirmedAt]));

	const isDue = (enrichment: RecordEnrichment, part: number, before: Known | undefined): boolean => {
		const { action, cadenceMs, attributes } = enrichment;
		if (enrich === 'all' || !before || !wasRead(before.hash, part)) return true;
		if (before.masked.some((name) => attributes.includes(name))) return true;
		const name = `${before.id} ${action}`;
		const confirmedAt = states.get(name);
		return !confirmedAt || isOlderThan(name, confirmedAt, cadenceMs, clock.now());
	};
	return {
		listed: (record, before, isChanged, readParts) => {
			const { nativeId } = record;
			if (nativeId === undefined) return;
			for (const enrichment of wanted) {
				const part = parts.findIndex(({ feeder }) => feeder === enrichment.action);
				if (readParts.has(part)) continue;
				if (isChanged || isDue(enrichment, part, before)) due.get(enrichment.action)?.set(nativeId, record);
			}
		},
		isFresh: ({ action, cadenceMs }, recordId) => {
			const confirmedAt = states.get(`${recordId} ${action}`);
			return confirmedAt !== undefined && clock.now() - confirmedAt.getTime() < cadenceMs / 2;
		},
		of: ({ action }) => [...(due.get(action)?.values() ?? [])],
	};
}
