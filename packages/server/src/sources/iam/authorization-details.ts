import type { UserAttributes } from '@rollcall/model/asset/user.ts';
import { getAccountAuthorizationDetails } from '#aws/operations/iam.ts';
import type { EnrichmentResult, ReadContext } from '#sources/kit/collection.ts';
import { toSortedSet } from '#sources/kit/ordered.ts';
import { type Fields, isFields, mendText, type Notes } from '#sources/kit/read-fields.ts';
import { readListing } from '#sources/kit/read-pages.ts';
import { readUserId } from './convert.ts';
import { readDetails } from './details.ts';

const pageSize = 1000;

/** Groups of all users, and what GetUser would have to be asked for one by one. Users it does not name are unknown. */
export async function readAuthorizationDetails(context: ReadContext): Promise<EnrichmentResult> {
	const attributes = new Map<string, UserAttributes>();
	const listing = readListing(context, getAccountAuthorizationDetails, { maxResults: pageSize });
	for await (const page of listing) {
		for (const { document } of page.items) {
			const user = isFields(document) ? document : {};
			const userId = readUserId(user);
			const groups = readGroups(user);
			if (userId !== undefined && groups !== 'unreadable') {
				attributes.set(userId, { ...readDetails(user), ...(groups === undefined ? {} : { groups }) });
			}
		}
	}
	return { attributes, observations: [], missing: 'unconfirmed' };
}

/** Groups by name: names are unique in an account, and AWS gives no ids here. */
function readGroups(user: Fields): UserAttributes['groups'] | 'unreadable' {
	const value = user['GroupList'] ?? [];
	if (!Array.isArray(value)) return 'unreadable';
	// Array.isArray gives any[]; nothing of an element is believed.
	const elements: readonly unknown[] = value;
	const notes: Notes = [];
	const names = elements.flatMap((name) =>
		typeof name === 'string' && name !== '' ? mendText(name, 'a group', notes) : [],
	);
	if (names.length !== elements.length) return 'unreadable';
	return toSortedSet(names)?.map((name) => ({ id: name, name }));
}
