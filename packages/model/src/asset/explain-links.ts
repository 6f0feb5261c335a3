import { compareCodePoints } from '../history/text.ts';
import type { LinkReason } from './correlation.ts';
import { type CorrelationUnit, compareUnits, groupByIdentifier } from './correlation-units.ts';

/**
 * Why each unit of one asset is in it: the shortest ways, by shared identifiers, from its oldest live unit, which needs no
 * reason. Live units always have such a way; a retired one by what it held last, or none.
 *
 * @param countingOf the record of a unit that counts
 */
export function explainLinks(
	units: readonly CorrelationUnit[],
	isAmbiguous: (identifier: string) => boolean,
	countingOf: (unit: CorrelationUnit) => string,
): ReadonlyMap<CorrelationUnit, LinkReason | null> {
	const sorted = units.toSorted(compareUnits);
	const [start] = sorted;
	if (start === undefined) return new Map();
	const reasons = new Map<CorrelationUnit, LinkReason | null>([[start, null]]);
	const holders = groupByIdentifier(sorted);
	// A Map goes on to what is added while it is gone through.
	for (const [unit] of reasons) {
		for (const value of unit.identifiers) {
			for (const other of isAmbiguous(value) ? [] : (holders.get(value) ?? [])) {
				if (reasons.has(other)) continue;
				reasons.set(other, { by: 'email', value, with: holderOf(unit, value, countingOf(unit)) });
			}
			// Whoever holds it has its reason now.
			holders.delete(value);
		}
	}
	for (const unit of sorted) if (!reasons.has(unit)) reasons.set(unit, { by: 'retired' });
	return reasons;
}

/** The record of a unit that holds the identifier: the one that counts, if it does. */
function holderOf(unit: CorrelationUnit, identifier: string, counting: string): string {
	const holders = unit.records.filter(
		({ isLive, identifiers }) => isLive === unit.isLive && identifiers.includes(identifier),
	);
	const ids = holders.map(({ recordId }) => recordId).sort(compareCodePoints);
	return ids.find((id) => id === counting) ?? ids[0] ?? counting;
}
