import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correlate } from './correlate.ts';
import type { Correlation, CorrelationRecord } from './correlation.ts';
import { freshRecord, neighbourhood, written } from './testing/correlation-records.ts';

/** Users of three accounts and two identity stores; few addresses, so that they meet, and too many of them. */
const stores = ['111', '222', '333', '444', 'd-1', 'd-2'];
const users = stores.flatMap((store) => [`${store}a`, `${store}b`]);
const identifiers = fc.subarray(['a@x.io', 'b@x.io', 'c@x.io', 'd@x.io', 'e@x.io'], { maxLength: 2 });
const day = fc.integer({ min: 1, max: 4 }).map((number) => `2026-01-0${number}T00:00:00.000Z`);

/** What happens to one record: a user as one of two integrations reads it. */
const happening = fc.record({
	user: fc.constantFrom(...users),
	integration: fc.constantFrom('1', '1', '2'),
	isLive: fc.constantFrom(true, true, true, false),
	identifiers,
	firstObservedAt: day,
	scopeCompleteAt: fc.oneof(day, fc.constant(null)),
	incompleteRuns: fc.integer({ min: 0, max: 4 }),
	attributeCount: fc.integer({ min: 1, max: 3 }),
});
type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;

/** Rounds of happenings; correlation follows each. */
const life = fc.array(fc.array(happening, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });

interface Change {
	readonly before: CorrelationRecord | undefined;
	readonly after: CorrelationRecord;
}

function happen(records: readonly CorrelationRecord[], { user, integration, ...facts }: Happening): Change {
	const recordId = `${user}/${integration}`;
	const before = records.find((record) => record.recordId === recordId);
	if (before) return { before, after: { ...before, ...facts, firstObservedAt: before.firstObservedAt } };
	const store = user.slice(0, -1);
	const kind = store.startsWith('d-') ? 'identity_center.users' : 'iam.users';
	return { before, after: freshRecord(user, { recordId, store, kind, ...facts }) };
}

interface Round {
	readonly records: readonly CorrelationRecord[];
	readonly changes: readonly Change[];
	readonly full: Correlation;
}

/** Every round of a life, each from what was written after the one before. */
function live(rounds: readonly (readonly Happening[])[]): readonly Round[] {
	let records: readonly CorrelationRecord[] = [];
	return rounds.map((happenings) => {
		const changes = happenings.map((one) => {
			const change = happen(records, one);
			records = [...records.filter(({ recordId }) => recordId !== change.after.recordId), change.after];
			return change;
		});
		const round = { records, changes, full: correlate(records) };
		records = written(records, round.full);
		return round;
	});
}

function forEachRound(judge: (round: Round) => void, numRuns = 300): void {
	fc.assert(
		fc.property(life, (rounds) => live(rounds).forEach(judge)),
		{ numRuns },
	);
}

const isLive = ({ isLive: live }: CorrelationRecord) => live;

/** Records of each asset as written. */
function assetsOf({ records, full }: Round): ReadonlyMap<string, CorrelationRecord[]> {
	return Map.groupBy(written(records, full), ({ assetId }) => assetId);
}

test('the order of the records does not show', () => {
	fc.assert(
		fc.property(life, fc.infiniteStream(fc.nat()), (rounds, keys) => {
			for (const { records, full } of live(rounds)) {
				const shuffled = records
					.map((record) => ({ record, key: keys.next().value ?? 0 }))
					.sort((left, right) => left.key - right.key)
					.map(({ record: { identifiers: values, ...record } }) => ({ ...record, identifiers: values.toReversed() }));
				expect(correlate(shuffled)).toEqual(full);
			}
		}),
	);
});

test('correlating the neighbourhood of what changed is correlating everything', () => {
	forEachRound(({ records, changes, full }) => {
		const knownAmbiguous = new Map(full.ambiguous.map(({ value, why }) => [value, why]));
		const touched = new Set(
			changes.flatMap(({ before, after }) => [...(before?.identifiers ?? []), ...after.identifiers]),
		);
		const changed = new Set(changes.map(({ after }) => after.recordId));
		const begun = records.filter(
			(record) =>
				changed.has(record.recordId) || (record.isLive && record.identifiers.some((value) => touched.has(value))),
		);
		const part = correlate(neighbourhood(records, begun, knownAmbiguous), knownAmbiguous);
		expect(written(records, part)).toEqual(written(records, full));
		expect(part.moves).toEqual(full.moves);
		expect(part.aliases).toEqual(full.aliases);
		const given = new Set(part.records.map(({ recordId }) => recordId));
		expect(part.records).toEqual(full.records.filter(({ recordId }) => given.has(recordId)));
	});
});

test('correlating again changes nothing', () => {
	forEachRound(({ records, full }) => {
		const again = correlate(written(records, full));
		expect(again.records).toEqual(full.records);
		expect(again.moves).toEqual([]);
		expect(again.aliases).toEqual([]);
	});
});

/** Whether an address makes its holders one, counted anew: users of one store, and of one kind. */
function counts(records: readonly CorrelationRecord[], value: string): boolean {
	const holders = records.filter((record) => record.isLive && record.identifiers.includes(value));
	const most = (keyOf: (record: CorrelationRecord) => string): number => {
		const groups = [...Map.groupBy(holders, keyOf).values()];
		return Math.max(0, ...groups.map((group) => new Set(group.map(({ ownAssetId }) => ownAssetId)).size));
	};
	return most(({ store }) => store) <= 1 && most(({ kind }) => kind) <= 3;
}

test('live records are one asset exactly if addresses that count, or the native id, connect them', () => {
	forEachRound((round) => {
		const { records } = round;
		const counting = (value: string) => counts(records, value);
		const connected = (one: CorrelationRecord, other: CorrelationRecord): boolean =>
			one.ownAssetId === other.ownAssetId ||
			(one.isLive &&
				other.isLive &&
				one.identifiers.some((value) => other.identifiers.includes(value) && counting(value)));
		const results = new Map(written(records, round.full).map(({ recordId, assetId }) => [recordId, assetId]));
		for (const record of records.filter(isLive)) {
			const reached = new Set([record]);
			for (const one of reached) for (const other of records) if (connected(one, other)) reached.add(other);
			for (const other of records.filter(isLive)) {
				expect(results.get(other.recordId) === results.get(record.recordId)).toBe(reached.has(other));
			}
		}
	}, 100);
});

test('every asset has one primary, a live one if any is; every native id one live record that is no duplicate', () => {
	forEachRound((round) => {
		for (const ofAsset of assetsOf(round).values()) {
			const primaries = ofAsset.filter(({ isPrimary }) => isPrimary);
			expect(primaries).toHaveLength(1);
			expect(primaries.some(isLive)).toBe(ofAsset.some(isLive));
			expect(primaries.map(({ duplicateOf }) => duplicateOf)).toEqual([null]);
			for (const ofUnit of Map.groupBy(ofAsset, ({ ownAssetId }) => ownAssetId).values()) {
				const living = ofUnit.filter(isLive);
				const counting = living.filter(({ duplicateOf }) => duplicateOf === null);
				expect(counting).toHaveLength(living.length > 0 ? 1 : 0);
				for (const { duplicateOf, recordId } of living.filter((record) => record !== counting[0])) {
					expect([recordId, duplicateOf]).toEqual([recordId, counting[0]?.recordId]);
				}
			}
		}
	});
});

test('an id stays with its live primary, or goes up with it in an asset that was observed earlier', () => {
	forEachRound(({ records, full }) => {
		const results = new Map(written(records, full).map((record) => [record.recordId, record]));
		const present = Map.groupBy(records, ({ assetId }) => assetId);
		const age = (assetId: string) =>
			[
				...(present.get(assetId)?.map(({ firstObservedAt }) => firstObservedAt) ?? []).sort().slice(0, 1),
				assetId,
			].join();
		for (const [assetId, ofAsset] of present) {
			const primaries = ofAsset.filter(({ isPrimary, isLive: live }) => isPrimary && live);
			const [primary] = primaries;
			// A record that is not correlated yet comes into the asset of its own id as a primary beside another.
			if (primary === undefined || primaries.length > 1) continue;
			const now = results.get(primary.recordId)?.assetId ?? '';
			if (now !== assetId) expect(age(now) < age(assetId)).toBe(true);
			const others = records.filter((record) => !record.isLive && record.assetId === assetId);
			const retired = others.filter(({ ownAssetId }) =>
				records.every((record) => record.ownAssetId !== ownAssetId || (!record.isLive && record.assetId === assetId)),
			);
			expect(retired.map(({ recordId }) => results.get(recordId)?.assetId)).toEqual(retired.map(() => now));
		}
	});
});

test('a thing stays in its asset unless that merged, or others of it have the primary', () => {
	forEachRound(({ records, full }) => {
		const results = new Map(written(records, full).map((record) => [record.recordId, record.assetId]));
		const moved = new Map(full.moves.flatMap((move) => move.recordIds.map((recordId) => [recordId, move] as const)));
		expect(moved.size).toBe(full.moves.reduce((sum, { recordIds }) => sum + recordIds.length, 0));
		for (const { recordId, assetId } of records) {
			const move = moved.get(recordId);
			expect([move?.from ?? assetId, move?.to ?? assetId]).toEqual([assetId, results.get(recordId)]);
			const livesOn = [...results.values()].includes(assetId);
			if (move?.type === 'AssetMerge') expect(livesOn).toBe(false);
			if (livesOn && move !== undefined) expect(move.type).toBe('AssetSplit');
		}
	});
});

test('every id that an asset ever had is in use or leads to one asset: that into which it merged, if it merged last', () => {
	fc.assert(
		fc.property(life, (rounds) => {
			const ever = new Set<string>();
			const leading = new Map<string, string>();
			for (const round of live(rounds)) {
				const { records, full } = round;
				const inUse = assetsOf(round);
				const results = new Map(full.records.map(({ recordId, assetId }) => [recordId, assetId]));
				for (const { assetId, recordId } of full.aliases) leading.set(assetId, recordId);
				for (const assetId of inUse.keys()) leading.delete(assetId);
				for (const assetId of [...records.map((record) => record.assetId), ...inUse.keys()]) ever.add(assetId);
				for (const assetId of ever) expect(inUse.has(assetId)).not.toBe(leading.has(assetId));
				const merges = full.moves.filter(({ type }) => type === 'AssetMerge');
				expect(merges.map(({ from, to }) => [from, to]).sort()).toEqual(
					full.aliases.map(({ assetId, recordId }) => [assetId, results.get(recordId)]).sort(),
				);
			}
		}),
	);
});

test('the reasons of an asset lead to one record, each by what both records hold', () => {
	forEachRound((round) => {
		const results = new Map(round.full.records.map((result) => [result.recordId, result]));
		const given = new Map(round.records.map((record) => [record.recordId, record]));
		for (const [assetId, ofAsset] of assetsOf(round)) {
			expect(ofAsset.filter(({ recordId }) => results.get(recordId)?.reason === null)).toHaveLength(1);
			for (const { recordId } of ofAsset) {
				const seen = new Set<string>();
				let result = results.get(recordId);
				while (result !== undefined && result.reason !== null && result.reason.by !== 'retired') {
					const other = results.get(result.reason.with);
					expect(other?.assetId).toBe(assetId);
					expect(seen.has(result.recordId)).toBe(false);
					seen.add(result.recordId);
					if (result.reason.by === 'email') {
						expect(given.get(result.reason.with)?.identifiers).toContain(result.reason.value);
						expect(counts(round.records, result.reason.value)).toBe(true);
					}
					result = other;
				}
				expect(result).toBeDefined();
				if (result?.reason?.by === 'retired') expect(given.get(result.recordId)?.isLive).toBe(false);
			}
		}
	});
});
