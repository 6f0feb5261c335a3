import { compareCodePoints } from '../history/text.ts';

/** What decides which record of an asset stands for it. */
export interface PrimaryFacts {
	readonly recordId: string;
	/** Active or unconfirmed. */
	readonly isLive: boolean;
	/** When its scope was last complete, ISO 8601; null: never. */
	readonly scopeCompleteAt: string | null;
	/** Runs of its scope since then that were not complete. */
	readonly incompleteRuns: number;
	/** How many attributes have a value. */
	readonly attributeCount: number;
	/** ISO 8601. */
	readonly firstObservedAt: string;
}

/** After so many incomplete runs of its scope a primary record makes way for a better one. */
export const patienceRuns = 3;

/**
 * The primary of several records of one thing, be they duplicates or correlated (`rules.md`, Record states): the record
 * of the freshest complete scope, then the most complete, then the oldest. The one that is primary now stays it until its
 * scope was incomplete for three runs. A retired record is primary only where none is live, and then until one is.
 *
 * @param records at least one, in any order
 * @param currentId the record that is primary now; one that is not among them does not count
 */
export function choosePrimary<Facts extends PrimaryFacts>(
	records: readonly Facts[],
	currentId: string | undefined,
): Facts {
	const live = records.filter(({ isLive }) => isLive);
	const candidates = live.length > 0 ? live : records;
	const current = candidates.find(({ recordId }) => recordId === currentId);
	if (current !== undefined && (live.length === 0 || current.incompleteRuns < patienceRuns)) return current;
	return candidates.reduce((best, record) => (comparePreference(record, best) < 0 ? record : best));
}

function comparePreference(left: PrimaryFacts, right: PrimaryFacts): number {
	return (
		compareCodePoints(right.scopeCompleteAt ?? '', left.scopeCompleteAt ?? '') ||
		right.attributeCount - left.attributeCount ||
		compareAge(left, right)
	);
}

/** Older records first; of the same moment, in the order of their ids. */
export function compareAge(
	left: Pick<PrimaryFacts, 'firstObservedAt' | 'recordId'>,
	right: Pick<PrimaryFacts, 'firstObservedAt' | 'recordId'>,
): number {
	return (
		compareCodePoints(left.firstObservedAt, right.firstObservedAt) || compareCodePoints(left.recordId, right.recordId)
	);
}
