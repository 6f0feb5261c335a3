import { compareCodePoints } from '../history/text.ts';
import { choosePrimary, compareAge } from './choose-primary.ts';
import type { CorrelationRecord } from './correlation.ts';
import type { CorrelationUnit } from './correlation-units.ts';

/** Live units that are one asset, oldest first. */
export type UnitGroup = readonly CorrelationUnit[];

/** A record that stands in an asset. */
interface Holder {
	readonly record: CorrelationRecord;
	readonly unit: CorrelationUnit;
	/** Undefined for a unit without a live record. */
	readonly group: UnitGroup | undefined;
}

/** An asset as it is before correlation. */
interface PresentAsset {
	readonly assetId: string;
	/** The earliest of all its records. */
	readonly firstObservedAt: string;
	/** With whom its id stays, alone or for another: one of a live unit, if any has a record in it. */
	readonly keeper: Holder;
}

export interface AssetClaims {
	/** The asset of a unit from now on. */
	readonly assetIdOf: (unit: CorrelationUnit) => string;
	/** Every asset that there is before, with the record that its id stays with, and the unit of that. */
	readonly presentAssets: readonly PresentAsset[];
}

/**
 * Gives every unit its asset. The id of an asset stays with its primary, if that is live, else with the best of its live
 * records, and where none is live with its primary. A group that keeps several ids takes that of the asset observed first;
 * one that keeps none takes the own id of its oldest unit (`freeAssetId`). A unit without a live record follows the asset
 * it is in, wherever that goes.
 */
export function claimAssets(units: readonly CorrelationUnit[], groups: readonly UnitGroup[]): AssetClaims {
	const groupOf = new Map<CorrelationUnit, UnitGroup>();
	for (const group of groups) for (const unit of group) groupOf.set(unit, group);
	const assets = readAssets(units, groupOf);
	const kept = new Map<UnitGroup, PresentAsset>();
	for (const asset of assets.values()) {
		const { group } = asset.keeper;
		if (group === undefined) continue;
		const other = kept.get(group);
		if (other === undefined || compareAssets(asset, other) < 0) kept.set(group, asset);
	}
	const idOf = new Map(groups.map((group) => [group, kept.get(group)?.assetId ?? freeAssetId(group, assets)]));
	const idOfGroup = (group: UnitGroup | undefined): string | undefined => group && idOf.get(group);
	const assetIdOf = (unit: CorrelationUnit): string => {
		const own = idOfGroup(groupOf.get(unit));
		if (own !== undefined) return own;
		const present = oldestAssetOf(unit, assets);
		return idOfGroup(assets.get(present)?.keeper.group) ?? present;
	};
	return { assetIdOf, presentAssets: [...assets.values()] };
}

function readAssets(
	units: readonly CorrelationUnit[],
	groupOf: ReadonlyMap<CorrelationUnit, UnitGroup>,
): ReadonlyMap<string, PresentAsset> {
	const holders = new Map<string, Holder[]>();
	for (const unit of units) {
		const group = groupOf.get(unit);
		for (const record of unit.records) {
			const holder = { record, unit, group };
			const others = holders.get(record.assetId);
			if (others) others.push(holder);
			else holders.set(record.assetId, [holder]);
		}
	}
	return new Map([...holders].map(([assetId, ofAsset]) => [assetId, toAsset(assetId, ofAsset)]));
}

function toAsset(assetId: string, holders: readonly Holder[]): PresentAsset {
	const [firstObservedAt = ''] = holders.map(({ record }) => record.firstObservedAt).sort(compareCodePoints);
	const ofLive = holders.filter(({ group }) => group !== undefined);
	return { assetId, firstObservedAt, keeper: findKeeper(ofLive.length > 0 ? ofLive : holders) };
}

/**
 * @param holders those of live units, whose retired records have a say only where no live one has; of an asset of retired
 * units alone, all
 */
function findKeeper(holders: readonly Holder[]): Holder {
	const [first, ...others] = holders;
	if (first === undefined) throw new Error('an asset has records');
	if (others.length === 0) return first;
	const records = holders.map(({ record }) => record);
	const isRetired = holders.every(({ group }) => group === undefined);
	const primary = records.filter(({ isPrimary, isLive }) => isPrimary && (isLive || isRetired)).sort(compareAge)[0];
	const keeping = primary ?? choosePrimary(records, undefined);
	return holders.find(({ record }) => record === keeping) ?? first;
}

function compareAssets(left: PresentAsset, right: PresentAsset): number {
	return (
		compareCodePoints(left.firstObservedAt, right.firstObservedAt) || compareCodePoints(left.assetId, right.assetId)
	);
}

/** The asset of a unit without a live record; records of one native id can be in several before they are correlated. */
function oldestAssetOf({ records, ownAssetId }: CorrelationUnit, assets: ReadonlyMap<string, PresentAsset>): string {
	const [first, ...others] = records.flatMap(({ assetId }) => assets.get(assetId) ?? []);
	if (first === undefined) return ownAssetId;
	return others.reduce((oldest, asset) => (compareAssets(asset, oldest) < 0 ? asset : oldest), first).assetId;
}

/**
 * The id of a group that keeps none: the own id of its oldest unit that nothing stands in. Where another keeps even that,
 * because the group left an asset that began with it, one of the spare ids of its oldest unit.
 */
function freeAssetId(group: UnitGroup, taken: ReadonlyMap<string, unknown>): string {
	const free = group.find(({ ownAssetId }) => !taken.has(ownAssetId));
	if (free !== undefined) return free.ownAssetId;
	const ownAssetId = group[0]?.ownAssetId ?? '';
	for (let number = 1; number < spareIds; number += 1) {
		const spare = spareAssetId(ownAssetId, number);
		if (!taken.has(spare)) return spare;
	}
	throw new Error(`every spare id of ${ownAssetId} is the id of an asset that it left`);
}

const spareDigits = 3;
const spareIds = 16 ** spareDigits;

/** Spare ids of a thing differ from its own id in the last digits alone, so that one range finds them all. */
function spareAssetId(ownAssetId: string, number: number): string {
	const start = ownAssetId.length - spareDigits;
	const own = Number.parseInt(ownAssetId.slice(start), 16);
	return ownAssetId.slice(0, start) + (own ^ number).toString(16).padStart(spareDigits, '0');
}

/** The ids that a thing may ever have that keeps no other: its own and the spare ones, as a range of UUIDs, both ends in. */
export function assetIdRange(ownAssetId: string): { readonly first: string; readonly last: string } {
	const stem = ownAssetId.slice(0, ownAssetId.length - spareDigits);
	return { first: stem + '0'.repeat(spareDigits), last: stem + 'f'.repeat(spareDigits) };
}
