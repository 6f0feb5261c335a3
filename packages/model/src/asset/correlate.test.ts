import { expect, test } from 'vitest';
import { assetIdRange } from './asset-claims.ts';
import { correlate } from './correlate.ts';
import type { CorrelationRecord } from './correlation.ts';
import { freshRecord, ownId, written } from './testing/correlation-records.ts';

const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
const email = 'ada@x.io';

/** The record of a user of the same name, observed on some day. */
function user(name: string, day: number, given: Partial<CorrelationRecord> = {}): CorrelationRecord {
	return freshRecord(name, { recordId: name, firstObservedAt: at(day), identifiers: [email], ...given });
}

/** Of a scope that cannot be read any more: no primary for long. */
const unread = { scopeCompleteAt: null, incompleteRuns: 3 };

const center = { kind: 'identity_center.users', store: 'd-1' };

/** Each record with its asset, as letters: `a:A b:A*` stands for two records of the asset of a's own id, b its primary. */
function outline(records: readonly CorrelationRecord[]): string {
	const names = new Map(records.map(({ ownAssetId, recordId }) => [ownAssetId, recordId[0]?.toUpperCase()]));
	return correlate(records)
		.records.map(
			({ recordId, assetId, isPrimary }) => `${recordId}:${names.get(assetId) ?? assetId}${isPrimary ? '*' : ''}`,
		)
		.join(' ');
}

/** `records` as they stand after correlation, then changed. */
function later(
	records: readonly CorrelationRecord[],
	changes: Readonly<Record<string, Partial<CorrelationRecord>>>,
): CorrelationRecord[] {
	return written(records, correlate(records)).map((record) => ({ ...record, ...changes[record.recordId] }));
}

test('an IAM user whose name is an e-mail address is the Identity Center user who has it', () => {
	const records = [user('a', 1), user('b', 2, center), user('c', 3, { identifiers: ['c@x.io'] })];
	const { records: results, moves } = correlate(records);
	expect(outline(records)).toBe('a:A* b:A c:C*');
	expect(results.map(({ reason }) => reason)).toEqual([null, { by: 'email', value: email, with: 'a' }, null]);
	expect(moves).toEqual([{ type: 'AssetMerge', from: ownId('b'), to: ownId('a'), recordIds: ['b'] }]);
});

test('addresses join in chains, each link with its own reason', () => {
	const records = [
		user('a', 1, { identifiers: ['1@x.io'] }),
		user('b', 2, { identifiers: ['1@x.io', '2@x.io'] }),
		user('c', 3, { identifiers: ['2@x.io'] }),
	];
	expect(correlate(records).records.map(({ reason }) => reason)).toEqual([
		null,
		{ by: 'email', value: '1@x.io', with: 'a' },
		{ by: 'email', value: '2@x.io', with: 'b' },
	]);
});

test('an address of two users of one store makes nobody one, and that is said', () => {
	const records = [user('a', 1, center), user('b', 2, center), user('c', 3)];
	expect(outline(records)).toBe('a:A* b:B* c:C*');
	expect(correlate(records).ambiguous).toEqual([
		{ value: email, why: 'shared_within_store', recordIds: ['a', 'b', 'c'] },
	]);
});

test('three users of one kind may share an address, four may not', () => {
	const three = [user('a', 1), user('b', 2), user('c', 3), user('d', 4, center)];
	expect(outline(three)).toBe('a:A* b:A c:A d:A');
	const four = [...three, user('e', 5)];
	expect(outline(four)).toBe('a:A* b:B* c:C* d:D* e:E*');
	expect(correlate(four).ambiguous).toEqual([
		{ value: email, why: 'too_many_of_a_kind', recordIds: ['a', 'b', 'c', 'd', 'e'] },
	]);
});

test('what is ambiguous elsewhere joins nobody here', () => {
	const known = new Map([[email, 'too_many_of_a_kind']] as const);
	const { moves, ambiguous } = correlate([user('a', 1), user('b', 2)], known);
	expect(moves).toEqual([]);
	expect(ambiguous).toEqual([{ value: email, why: 'too_many_of_a_kind', recordIds: ['a', 'b'] }]);
});

test('a user read through two integrations counts once, and is a duplicate of itself', () => {
	const again = { ...user('a', 2), recordId: 'a2', isPrimary: false };
	const records = [user('a', 1), again, user('b', 3), user('c', 4)];
	expect(outline(records)).toBe('a:A* a2:A b:A c:A');
	const { records: results, ambiguous } = correlate(records);
	expect(ambiguous).toEqual([]);
	expect(results.map(({ duplicateOf }) => duplicateOf)).toEqual([null, 'a', null, null]);
	expect(results[1]?.reason).toEqual({ by: 'native_id', with: 'a' });
});

test('in an asset with another primary, the older record of a native id stays the one that counts', () => {
	const again = { ...user('b', 3, { attributeCount: 9 }), recordId: 'b2', isPrimary: false };
	const records = later([user('a', 1), user('b', 2)], {});
	expect(correlate([...records, again]).records.map(({ duplicateOf }) => duplicateOf)).toEqual([null, null, 'b']);
});

test('a merge keeps the asset observed first, and its primary', () => {
	const first = [
		user('a', 1, { ...unread, identifiers: ['1@x.io'] }),
		user('c', 4, { identifiers: ['1@x.io', '2@x.io'] }),
	];
	expect(outline(first)).toBe('a:A c:A*');
	const records = [...later(first, {}), user('b', 2, { identifiers: ['2@x.io'] })];
	expect(outline(records)).toBe('a:A b:A c:A*');
});

test('of assets observed at the same moment, the smaller id is kept', () => {
	expect(outline([user('b', 1), user('a', 1)])).toBe('a:A* b:A');
});

test('a split leaves the id with the primary, and the other goes back to its own', () => {
	const records = later([user('a', 1), user('b', 2)], { b: { identifiers: [] } });
	expect(outline(records)).toBe('a:A* b:B*');
	expect(correlate(records).moves).toEqual([
		{ type: 'AssetSplit', from: ownId('a'), to: ownId('b'), recordIds: ['b'] },
	]);
});

/** The asset began with `a`, but `b` is its primary. */
const led = [user('a', 1, unread), user('b', 2)];

test('who leaves an asset that keeps its own id gets a spare one, and takes that along', () => {
	const parted = later(led, { a: { identifiers: ['1@x.io'] } });
	const [a, b] = correlate(parted).records;
	expect(b?.assetId).toBe(ownId('a'));
	expect(a?.assetId).not.toBe(ownId('a'));
	const { first, last } = assetIdRange(ownId('a'));
	expect(a !== undefined && first <= a.assetId && a.assetId <= last).toBe(true);
	expect(correlate(later(parted, {})).moves).toEqual([]);

	// The spare one stays behind in the same way, so the next is taken.
	const more = [...later(parted, {}), user('c', 3, { identifiers: ['1@x.io'] })];
	const partedAgain = later(more, { a: { identifiers: [] } });
	const ids = correlate(partedAgain).records.map(({ assetId }) => assetId);
	expect(ids.slice(1)).toEqual([ownId('a'), a?.assetId]);
	expect(new Set(ids).size).toBe(3);
});

test('who comes back to a free own id takes it, not a spare one', () => {
	const parted = later(led, { a: { identifiers: ['1@x.io'] } });
	const together = later(parted, { a: { identifiers: [email] } });
	expect(new Set(correlate(together).records.map(({ assetId }) => assetId)).size).toBe(1);
	const apart = later(together, { a: { identifiers: [] } });
	expect(correlate(apart).records[0]?.assetId).toBe(ownId('a'));
});

test('who leaves an asset that merges at the same time has split from it, not merged', () => {
	const before = [user('b', 2), user('c', 3), user('d', 4)];
	const records = [
		...later(before, { c: { identifiers: ['1@x.io'] }, d: { identifiers: ['2@x.io'] } }),
		user('a', 1, { identifiers: [email] }),
	];
	expect(outline(records)).toBe('a:A* b:A c:C* d:D*');
	expect(correlate(records).moves.map(({ type, from, recordIds }) => [type, from, recordIds])).toEqual([
		['AssetMerge', ownId('b'), ['b']],
		['AssetSplit', ownId('b'), ['c']],
		['AssetSplit', ownId('b'), ['d']],
	]);
});

test('a retired record joins nobody, but stays in the asset it is in, no longer as its primary', () => {
	expect(outline([user('a', 1, { isLive: false }), user('b', 2)])).toBe('a:A* b:B*');
	const records = later([user('a', 1), user('b', 2)], { a: { isLive: false } });
	expect(outline(records)).toBe('a:A b:A*');
	expect(correlate(records).records.map(({ reason }) => reason)).toEqual([
		{ by: 'email', value: email, with: 'b' },
		null,
	]);
});

test('what joined a retired record may go, then its reason is that it was there', () => {
	const records = later([user('a', 1), user('b', 2)], { a: { isLive: false }, b: { identifiers: [] } });
	expect(outline(records)).toBe('a:A b:A*');
	expect(correlate(records).records[0]?.reason).toEqual({ by: 'retired' });
});

test('a retired record goes with its asset where that merges', () => {
	const retired = later([user('b', 2, { attributeCount: 1 }), user('c', 3)], { c: { isLive: false } });
	const records = [...retired, user('a', 1)];
	expect(outline(records)).toBe('a:A* b:A c:A');
});

test('an asset of retired records alone is left as it is, and who returns takes part again', () => {
	const retired = later([user('a', 1), user('b', 2)], { a: { isLive: false }, b: { isLive: false } });
	expect(outline(retired)).toBe('a:A* b:A');
	const returned = later(retired, { b: { isLive: true, identifiers: [] } });
	expect(outline(returned)).toBe('a:A b:A*');
});

test('retired records of one native id come together, and what they leave to others lives on', () => {
	const shared = { ...user('b', 3, { isLive: false }), recordId: 'b2', assetId: ownId('c'), isPrimary: false };
	const records = [user('b', 2, { isLive: false }), shared, user('c', 4, { isLive: false, identifiers: [] })];
	expect(outline(records)).toBe('b:B* b2:B c:C*');
	expect(correlate(records).moves.map(({ type }) => type)).toEqual(['AssetSplit']);
	expect(correlate(records.slice(0, 2)).moves.map(({ type }) => type)).toEqual(['AssetMerge']);
});

test('an id that nothing stands in any more leads where the record goes that it stayed with, alone or not', () => {
	const merged = [user('a', 1), user('b', 2)];
	expect(correlate(merged).aliases).toEqual([{ assetId: ownId('b'), recordId: 'b' }]);
	expect(correlate(later(merged, {})).aliases).toEqual([]);

	// Left by the record that it is made of, it stays with the other, and so it goes up with that one.
	const parted = later(later(led, { a: { identifiers: ['1@x.io'] } }), { b: { identifiers: [email, '2@x.io'] } });
	const { aliases, moves } = correlate([...parted, user('c', 1, { identifiers: ['2@x.io'], recordId: '0' })]);
	expect(aliases).toEqual([{ assetId: ownId('a'), recordId: 'b' }]);
	expect(moves).toEqual([{ type: 'AssetMerge', from: ownId('a'), to: ownId('c'), recordIds: ['b'] }]);
});

test('an asset of retired records that go to several is merged into one of them alone: that of its primary', () => {
	const retired = { isLive: false, identifiers: [] };
	const [first, second] = [user('a', 1, retired), user('b', 2, retired)];
	const shared = { assetId: ownId('c'), firstObservedAt: at(3) };
	const again = [
		{ ...first, ...shared, recordId: 'a2', isPrimary: false },
		{ ...second, ...shared, recordId: 'b2' },
	];
	const { moves, aliases } = correlate([first, second, ...again]);
	expect(moves.map(({ type, from, to }) => [type, from, to])).toEqual([
		['AssetSplit', ownId('c'), ownId('a')],
		['AssetMerge', ownId('c'), ownId('b')],
	]);
	expect(aliases).toEqual([{ assetId: ownId('c'), recordId: 'b2' }]);
});
