import { compareCodePoints } from '@rollcall/model/history/text.ts';
import { type OutcomeReport, worstOutcome } from '@rollcall/model/run/outcome.ts';
import type { EnrichmentResult } from '#sources/kit/collection.ts';
import { type Fields, isFields } from '#sources/kit/read-fields.ts';
import { userNativeId } from './convert.ts';

export interface Group {
	readonly id: string;
	readonly name?: string;
}

/** A group with the UserIds of its members, or why they are not known. */
export type GroupReading = Group & ({ readonly members: readonly string[] } | { readonly unread: OutcomeReport });

type UnreadGroup = Extract<GroupReading, { readonly unread: OutcomeReport }>;

export interface MergeRequest {
	readonly storeId: string;
	/** One a group, in any order. */
	readonly readings: readonly GroupReading[];
	/** Groups that were listed without a usable id: any known group that is not in the readings may be one of them. */
	readonly unreadable: number;
	/** What is stored of the users, by native id: their `groups`. */
	readonly known: ReadonlyMap<string, Fields>;
}

/** Groups by user, in the order of their ids: the same whatever the order of the readings and of their members. */
export function mergeGroups(request: MergeRequest): EnrichmentResult {
	const { storeId, unreadable, known } = request;
	const readings = request.readings.toSorted((left, right) => compareCodePoints(left.id, right.id));
	const byUser = new Map<string, Map<string, Group>>();
	const add = (nativeId: string, { id, name }: Group): void => {
		const groups = byUser.get(nativeId);
		const group = name === undefined ? { id } : { id, name };
		if (groups) groups.set(id, group);
		else byUser.set(nativeId, new Map([[id, group]]));
	};
	const readingsById = new Map(readings.map((reading) => [reading.id, reading]));
	for (const reading of readings) {
		if ('members' in reading) for (const userId of reading.members) add(userNativeId(storeId, userId), reading);
	}
	for (const [nativeId, attributes] of known) {
		for (const group of readKnown(attributes)) {
			const reading = readingsById.get(group.id);
			if (reading === undefined ? unreadable > 0 : 'unread' in reading) add(nativeId, reading ?? group);
		}
	}
	const attributes = new Map<string, { readonly groups: readonly Group[] }>();
	for (const [nativeId, groups] of byUser) {
		const sorted = [...groups.values()].sort((left, right) => compareCodePoints(left.id, right.id));
		attributes.set(nativeId, { groups: sorted });
	}
	const unread = readings.filter((reading) => 'unread' in reading);
	const shortfall = describeShortfall(unread, unreadable);
	return { attributes, observations: [], ...(shortfall === undefined ? {} : { shortfall }) };
}

function readKnown(attributes: Fields): readonly Group[] {
	const groups = attributes['groups'];
	if (!Array.isArray(groups)) return [];
	// Array.isArray gives any[]; nothing of an element is believed before it is looked at.
	const elements: readonly unknown[] = groups;
	return elements.filter(isFields).flatMap(({ id, name }) => {
		if (typeof id !== 'string') return [];
		return [typeof name === 'string' ? { id, name } : { id }];
	});
}

const namesShown = 3;
const nameLength = 60;

/** One report for all groups that could not be read: the worst outcome, the cause of the first that has it. */
function describeShortfall(unread: readonly UnreadGroup[], unreadable: number): OutcomeReport | undefined {
	const outcome = worstOutcome(unread.map((group) => group.unread.outcome));
	if (outcome === undefined) {
		if (unreadable === 0) return undefined;
		const message = `AWS listed ${countGroups(unreadable)} without an id: what was known of them was kept.`;
		return { outcome: 'failed', cause: { code: 'UnreadableGroup', message, action: 'identitystore:ListGroups' } };
	}
	const cause = unread.find((group) => group.unread.outcome === outcome)?.unread.cause;
	const names = unread.slice(0, namesShown).map(({ id, name }) => [...(name ?? id)].slice(0, nameLength).join(''));
	const others = unread.length > namesShown ? ` and ${unread.length - namesShown} more` : '';
	const lost = unreadable === 0 ? '' : ` AWS listed ${countGroups(unreadable)} more without an id.`;
	const message =
		`The members of ${countGroups(unread.length)} could not be read (${names.join(', ')}${others}): ` +
		`those they were known to have were kept.${lost} ${cause?.message ?? ''}`.trimEnd();
	return {
		outcome,
		cause: { code: cause?.code ?? 'UnreadGroup', message, action: 'identitystore:ListGroupMemberships' },
	};
}

function countGroups(count: number): string {
	return count === 1 ? 'one group' : `${count} groups`;
}
