import { type AwsFaultKind, faultOf, outcomeOf } from '#aws/fault.ts';
import { listGroupMemberships, listGroups } from '#aws/operations/identity-store.ts';
import type { EnrichmentResult, ReadContext } from '#sources/kit/collection.ts';
import { mapInPool } from '#sources/kit/in-pool.ts';
import { toSortedById } from '#sources/kit/ordered.ts';
import { type Fields, isFields, type Notes, readObject, readText } from '#sources/kit/read-fields.ts';
import { readListing } from '#sources/kit/read-pages.ts';
import { readUserId } from './convert.ts';
import { type Group, type GroupReading, mergeGroups } from './merge-groups.ts';

const pageSize = 100;
/** Groups whose members are read at once; the limiter keeps all of them at 10 calls a second. */
const groupsAtOnce = 8;
/** Times that one group's listing may begin, where AWS refuses its page tokens. */
const maxStarts = 3;

/** Faults that are one group's own. Any other, as a refusal of the action or of the credentials, would meet them all. */
const ownToGroup: ReadonlySet<AwsFaultKind> = new Set<AwsFaultKind>([
	'throttled',
	'server',
	'connection',
	'timeout',
	'truncated',
	'bad_token',
	'not_found',
	'validation',
	'unknown',
]);

/**
 * The groups of all users: every group's members are read, and turned round. A group whose members could not be read
 * keeps those it was known to have, and the result says so.
 */
export async function readMemberships(context: ReadContext): Promise<EnrichmentResult> {
	const { groups, unreadable } = await readGroups(context);
	const readings = await mapInPool(groups, groupsAtOnce, (group) => readGroup(context, group));
	const isWhole = unreadable === 0 && readings.every((reading) => 'members' in reading);
	const known = isWhole ? new Map<string, Fields>() : await context.lastKnown(['groups']);
	return mergeGroups({ storeId: context.scope.region, readings, unreadable, known });
}

interface ListedGroups {
	readonly groups: readonly Group[];
	/** Entries of the list without a usable id. */
	readonly unreadable: number;
}

async function readGroups(context: ReadContext): Promise<ListedGroups> {
	const notes: Notes = [];
	const found: Group[] = [];
	let unreadable = 0;
	const input = { identityStoreId: context.scope.region, maxResults: pageSize };
	for await (const page of readListing(context, listGroups, input)) {
		for (const { document } of page.items) {
			const group = isFields(document) ? document : {};
			const id = readText(group, 'GroupId', notes);
			const name = readText(group, 'DisplayName', notes);
			if (id === undefined) unreadable += 1;
			else found.push(name === undefined ? { id } : { id, name });
		}
	}
	return { groups: toSortedById(found, (group) => group.name) ?? [], unreadable };
}

async function readGroup(context: ReadContext, group: Group): Promise<GroupReading> {
	for (let starts = 1; ; starts += 1) {
		try {
			const members = await readMembers(context, group.id);
			if (members !== undefined) return { ...group, members };
			const message = 'AWS named a member of the group that cannot be read.';
			return { ...group, unread: { outcome: 'failed', cause: { code: 'UnreadableMember', message } } };
		} catch (error) {
			const fault = faultOf(error);
			if (fault === undefined || !ownToGroup.has(fault.kind)) throw error;
			// Gone since the groups were listed: its members left with it. Only AWS's own word for it counts.
			if (fault.kind === 'not_found' && fault.missing === 'GROUP') return { ...group, members: [] };
			if (fault.kind !== 'bad_token' || starts >= maxStarts) return { ...group, unread: outcomeOf(fault) };
		}
	}
}

/** UserIds of a group's members; undefined where one of them cannot be told. */
async function readMembers(context: ReadContext, groupId: string): Promise<readonly string[] | undefined> {
	const members: string[] = [];
	const input = { identityStoreId: context.scope.region, groupId, maxResults: pageSize };
	for await (const page of readListing(context, listGroupMemberships, input)) {
		for (const { document } of page.items) {
			const membership = isFields(document) ? document : {};
			const userId = readUserId(readObject(membership, 'MemberId', []));
			const owner = membership['GroupId'] ?? groupId;
			if (userId === undefined || owner !== groupId) return undefined;
			members.push(userId);
		}
	}
	return members;
}
