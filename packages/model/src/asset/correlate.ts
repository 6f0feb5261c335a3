import { compareCodePoints } from '../history/text.ts';
import { claimAssets } from './asset-claims.ts';
import { choosePrimary, compareAge } from './choose-primary.ts';
import type {
	Ambiguity,
	AssetMove,
	CorrelatedRecord,
	Correlation,
	CorrelationRecord,
	LinkReason,
} from './correlation.ts';
import { type CorrelationUnit, groupUnits, uniteUnits } from './correlation-units.ts';
import { explainLinks } from './explain-links.ts';
import { judgeIdentifiers } from './judge-identifiers.ts';

/**
 * Which records are one asset, under which id, and which of them stands for it (`inventory.md`, Identity and correlation).
 * Records of one native id always are; live ones besides by every e-mail address that is not ambiguous. A retired record
 * correlates by nothing any more, and stays in the asset it is in: where that merges, it goes along; where that splits, it
 * stays with the id.
 *
 * The result is the same for any order of the records, and correlating its result again changes nothing. Given only some
 * records, it is right for those if with each of them are given
 * - all records of the asset it stands in, and all of its native id;
 * - if it is live, all live records that hold one of its identifiers, but for those that `knownAmbiguous` names;
 * - all records that stand in an asset of its `assetIdRange`.
 * After a change it is enough to begin with the changed records and with the live holders of identifiers that those had
 * before or have now.
 *
 * @param knownAmbiguous identifiers that are ambiguous by records that need not be given
 */
export function correlate(
	records: readonly CorrelationRecord[],
	knownAmbiguous: ReadonlyMap<string, Ambiguity> = new Map(),
): Correlation {
	const units = groupUnits(records);
	const { links, ambiguous } = judgeIdentifiers(units, knownAmbiguous);
	const claims = claimAssets(units, uniteUnits(units, links));
	const isAmbiguous = (identifier: string): boolean => ambiguous.has(identifier);
	const assets = Map.groupBy(units, claims.assetIdOf);
	const correlated = [...assets].flatMap(([assetId, ofAsset]) => describeAsset(assetId, ofAsset, isAmbiguous));
	const gone = claims.presentAssets.filter(({ assetId }) => !assets.has(assetId));
	return {
		records: correlated.sort((left, right) => compareCodePoints(left.recordId, right.recordId)),
		moves: listMoves(assets, new Map(gone.map(({ assetId, keeper }) => [assetId, claims.assetIdOf(keeper.unit)]))),
		aliases: gone
			.map(({ assetId, keeper }) => ({ assetId, recordId: keeper.record.recordId }))
			.sort((left, right) => compareCodePoints(left.assetId, right.assetId)),
		ambiguous: [...ambiguous.values()].sort((left, right) => compareCodePoints(left.value, right.value)),
	};
}

function describeAsset(
	assetId: string,
	units: readonly CorrelationUnit[],
	isAmbiguous: (identifier: string) => boolean,
): CorrelatedRecord[] {
	const records = units.flatMap((unit) => unit.records);
	const [only] = records;
	// Nearly every asset is one record.
	if (only !== undefined && records.length === 1) {
		return [{ recordId: only.recordId, assetId, isPrimary: true, duplicateOf: null, reason: null }];
	}
	const presentId = oldestId(records.filter((record) => record.isPrimary && record.assetId === assetId));
	const primary = choosePrimary(records, presentId);
	const countingOf = (unit: CorrelationUnit): string => findCounting(unit, primary);
	const reasons = explainLinks(units, isAmbiguous, countingOf);
	return units.flatMap((unit) => describeUnit(assetId, unit, countingOf(unit), primary, reasons.get(unit) ?? null));
}

function describeUnit(
	assetId: string,
	unit: CorrelationUnit,
	counting: string,
	primary: CorrelationRecord,
	reason: LinkReason | null,
): CorrelatedRecord[] {
	return unit.records.map(({ recordId, isLive }) => ({
		recordId,
		assetId,
		isPrimary: recordId === primary.recordId,
		duplicateOf: isLive && recordId !== counting ? counting : null,
		reason: recordId === counting ? reason : { by: 'native_id', with: counting },
	}));
}

/** The record of a unit that is no duplicate: the primary of the asset, else the one chosen like it among the unit's. */
function findCounting(unit: CorrelationUnit, primary: CorrelationRecord): string {
	if (unit.records.includes(primary)) return primary.recordId;
	const present = oldestId(unit.records.filter(({ isLive, duplicateOf }) => isLive && duplicateOf === null));
	return choosePrimary(unit.records, present).recordId;
}

function oldestId(records: readonly CorrelationRecord[]): string | undefined {
	return records.length > 1 ? records.toSorted(compareAge)[0]?.recordId : records[0]?.recordId;
}

/** @param successors where each asset that there is no more leads now */
function listMoves(
	units: ReadonlyMap<string, readonly CorrelationUnit[]>,
	successors: ReadonlyMap<string, string>,
): readonly AssetMove[] {
	const moves = new Map<string, { from: string; to: string; recordIds: string[] }>();
	for (const [to, ofAsset] of units) {
		for (const { recordId, assetId: from } of ofAsset.flatMap(({ records }) => records)) {
			if (from === to) continue;
			const move = moves.get(`${from} ${to}`);
			if (move) move.recordIds.push(recordId);
			else moves.set(`${from} ${to}`, { from, to, recordIds: [recordId] });
		}
	}
	const typeOf = (from: string, to: string): AssetMove['type'] =>
		successors.get(from) === to ? 'AssetMerge' : 'AssetSplit';
	return [...moves]
		.sort(([left], [right]) => compareCodePoints(left, right))
		.map(([, { from, to, recordIds }]) => ({
			type: typeOf(from, to),
			from,
			to,
			recordIds: recordIds.sort(compareCodePoints),
		}));
}
