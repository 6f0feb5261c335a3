import type { UserAttributes } from '@rollcall/model/asset/user.ts';
import { faultOf } from '#aws/fault.ts';
import { getUser } from '#aws/operations/iam.ts';
import type { ConvertedRecord, ReadContext, RecordDetail } from '#sources/kit/collection.ts';
import { normalizeEmail } from '#sources/kit/email.ts';
import { present } from '#sources/kit/present.ts';
import { type Fields, isFields, type Notes, readObject, readText } from '#sources/kit/read-fields.ts';
import { findTag, readTags, type TagMap } from '#sources/kit/tags.ts';
import { readUserId } from './convert.ts';

/** Tags that may hold an e-mail address, the first that does wins. */
const emailTags = ['email', 'Email', 'mail'];

/** What only GetUser and GetAccountAuthorizationDetails tell of a user. */
export function readDetails(user: Fields): Pick<UserAttributes, 'tags' | 'permissions_boundary' | 'tag_email'> {
	const notes: Notes = [];
	const tags = readTags(user, 'Tags', notes);
	return present({
		tags: Object.keys(tags).length === 0 ? undefined : { ...tags },
		permissions_boundary: readText(readObject(user, 'PermissionsBoundary', notes), 'PermissionsBoundaryArn', notes),
		tag_email: findEmail(tags),
	});
}

function findEmail(tags: TagMap): string | undefined {
	for (const key of emailTags) {
		const email = normalizeEmail(findTag(tags, key) ?? '');
		if (email !== undefined) return email;
	}
	return undefined;
}

/**
 * Tags and permissions boundary of one listed user. It is asked for by name, and names change hands: only an answer
 * about the very user that was listed counts.
 */
export async function readUserDetail(context: ReadContext, record: ConvertedRecord): Promise<RecordDetail> {
	const names = record.attributes['usernames'];
	const userName: unknown = Array.isArray(names) ? names[0] : undefined;
	if (typeof userName !== 'string') return unconfirmed('the user has no name to ask for its tags by');
	try {
		const { document } = await context.call(getUser, { userName });
		const user = isFields(document) ? document : {};
		if (readUserId(user) === record.nativeId) return { attributes: readDetails(user) };
		return unconfirmed('the user was made again under the same name; its tags are those of another');
	} catch (error) {
		if (faultOf(error)?.kind !== 'not_found') throw error;
		return unconfirmed('the user was listed, but was gone when its tags were asked for');
	}
}

function unconfirmed(note: string): RecordDetail {
	return { unknown: 'unconfirmed', note };
}
