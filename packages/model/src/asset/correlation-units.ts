import { compareCodePoints } from '../history/text.ts';
import { compareAge } from './choose-primary.ts';
import type { CorrelationRecord } from './correlation.ts';

/** All records of one native id: one thing, whatever integrations read it, so they never part. */
export interface CorrelationUnit {
	readonly ownAssetId: string;
	/** Oldest first. */
	readonly records: readonly CorrelationRecord[];
	/** Its oldest live record, or its oldest where none is live. */
	readonly oldest: CorrelationRecord;
	readonly isLive: boolean;
	/** Those of its live records; of a retired unit, those it had last. Each once, in code-point order. */
	readonly identifiers: readonly string[];
}

export function groupUnits(records: readonly CorrelationRecord[]): readonly CorrelationUnit[] {
	return [...Map.groupBy(records, ({ ownAssetId }) => ownAssetId)].map(([ownAssetId, ofUnit]) =>
		toUnit(ownAssetId, ofUnit),
	);
}

function toUnit(ownAssetId: string, given: readonly CorrelationRecord[]): CorrelationUnit {
	const [only] = given;
	if (only !== undefined && given.length === 1 && only.identifiers.length < 2) {
		return { ownAssetId, records: given, oldest: only, isLive: only.isLive, identifiers: only.identifiers };
	}
	const records = given.toSorted(compareAge);
	const live = records.filter(({ isLive }) => isLive);
	const telling = live.length > 0 ? live : records;
	const [oldest] = telling;
	if (oldest === undefined) throw new Error(`no record of ${ownAssetId}`);
	const identifiers = [...new Set(telling.flatMap((record) => record.identifiers))];
	if (identifiers.length > 1) identifiers.sort(compareCodePoints);
	return { ownAssetId, records, oldest, isLive: live.length > 0, identifiers };
}

/** Units by each identifier that they hold, in the order given. */
export function groupByIdentifier(units: readonly CorrelationUnit[]): Map<string, CorrelationUnit[]> {
	const holders = new Map<string, CorrelationUnit[]>();
	for (const unit of units) {
		for (const identifier of unit.identifiers) {
			const others = holders.get(identifier);
			if (others) others.push(unit);
			else holders.set(identifier, [unit]);
		}
	}
	return holders;
}

/** Live ones first, then older ones. */
export function compareUnits(left: CorrelationUnit, right: CorrelationUnit): number {
	return (
		Number(right.isLive) - Number(left.isLive) ||
		compareCodePoints(left.oldest.firstObservedAt, right.oldest.firstObservedAt) ||
		compareCodePoints(left.ownAssetId, right.ownAssetId)
	);
}

/** Sets of live units that links make one, each set oldest first. Union-find with halved paths. */
export function uniteUnits(
	units: readonly CorrelationUnit[],
	links: readonly (readonly CorrelationUnit[])[],
): readonly (readonly CorrelationUnit[])[] {
	const parents = new Map<CorrelationUnit, CorrelationUnit>();
	const rootOf = (unit: CorrelationUnit): CorrelationUnit => {
		let root = unit;
		for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) {
			const above = parents.get(parent);
			if (above !== undefined) parents.set(root, above);
			root = parent;
		}
		return root;
	};
	for (const [first, ...others] of links) {
		if (first === undefined) continue;
		for (const other of others) {
			const [upper, lower] = [rootOf(first), rootOf(other)];
			if (upper !== lower) parents.set(lower, upper);
		}
	}
	const live = units.filter(({ isLive }) => isLive);
	return [...Map.groupBy(live, rootOf).values()].map((group) => group.sort(compareUnits));
}
