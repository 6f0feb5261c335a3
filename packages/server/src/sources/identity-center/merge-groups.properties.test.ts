import type { OutcomeReport } from '@rollcall/model/run/outcome.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFields } from '#sources/kit/read-fields.ts';
import { type GroupReading, mergeGroups } from './merge-groups.ts';

const storeId = 'd-0123456789';
const userId = fc.constantFrom('u1', 'u2', 'u3', 'u4');
const groupId = fc.constantFrom('g1', 'g2', 'g3', 'g4', 'ü', '🚀');
const unread = fc.constantFrom<OutcomeReport>(
	...(['failed', 'throttled_out'] as const).map((outcome) => ({ outcome, cause: { code: 'C', message: outcome } })),
);
const reading: fc.Arbitrary<GroupReading> = fc
	.tuple(groupId, fc.option(fc.string(), { nil: undefined }), fc.oneof(fc.array(userId), unread))
	.map(([id, name, found]) => {
		const group = name === undefined ? { id } : { id, name };
		return Array.isArray(found) ? { ...group, members: found } : { ...group, unread: found };
	});
const readings = fc.uniqueArray(reading, { selector: ({ id }) => id });
const known = fc
	.dictionary(
		userId.map((id) => `${storeId}/${id}`),
		fc.record({
			groups: fc.oneof(fc.uniqueArray(fc.record({ id: groupId }), { selector: ({ id }) => id }), fc.jsonValue()),
		}),
	)
	.map((records) => new Map(Object.entries(records)));

test('the order in which answers arrive never shows', () => {
	fc.assert(
		fc.property(readings, known, fc.nat(1), (all, stored, unreadable) => {
			const shuffled = all
				.toReversed()
				.map((each) => ('members' in each ? { ...each, members: each.members.toReversed() } : each));
			const one = mergeGroups({ storeId, readings: all, unreadable, known: stored });
			const other = mergeGroups({
				storeId,
				readings: shuffled,
				unreadable,
				known: new Map([...stored].toReversed()),
			});
			expect(Object.fromEntries(other.attributes)).toEqual(Object.fromEntries(one.attributes));
			expect(other.shortfall).toEqual(one.shortfall);
		}),
	);
});

/** Pairs of user and group, as the attributes hold them. */
function pairsOf(attributes: ReadonlyMap<string, unknown>): string[] {
	return [...attributes].flatMap(([nativeId, value]) => {
		const groups: unknown = isFields(value) ? value['groups'] : [];
		return Array.isArray(groups)
			? groups.flatMap((group: unknown) =>
					isFields(group) && typeof group['id'] === 'string' ? `${nativeId} ${group['id']}` : [],
				)
			: [];
	});
}

test('a user has a group exactly if it was read so, or was known so of a group that could not be read', () => {
	fc.assert(
		fc.property(readings, known, (all, stored) => {
			const { attributes, shortfall } = mergeGroups({ storeId, readings: all, unreadable: 0, known: stored });
			const read = all.flatMap((each) =>
				'members' in each ? each.members.map((id) => `${storeId}/${id} ${each.id}`) : [],
			);
			const lost = new Set(all.filter((each) => 'unread' in each).map(({ id }) => id));
			const kept = pairsOf(stored).filter((pair) => lost.has(pair.split(' ')[1] ?? ''));
			expect(new Set(pairsOf(attributes))).toEqual(new Set([...read, ...kept]));
			expect(shortfall !== undefined).toBe(lost.size > 0);
		}),
	);
});
