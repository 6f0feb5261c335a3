import type { UserAttributes } from '@rollcall/model/asset/user.ts';
import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import type { AwsDocument } from '#aws/document.ts';
import type { ConvertedRecord, ScopeFacts } from '#sources/kit/collection.ts';
import { normalizeEmail } from '#sources/kit/email.ts';
import { present } from '#sources/kit/present.ts';
import { type Fields, isFields, type Notes, readMoment, readText, settleNotes } from '#sources/kit/read-fields.ts';
import { nameUnknown } from '#sources/kit/unknown.ts';

/** Attributes that every user of IAM has: one that AWS did not give is unknown, never absent. */
const alwaysThere = ['usernames', 'path', 'arn', 'created_at'] as const;

/**
 * A user of IAM as ListUsers gives it. Pure, and never throws: what is odd is left out with a note, and a user without
 * a usable UserId becomes a record without native id.
 */
export function convertUser(item: AwsDocument, scope: ScopeFacts): ConvertedRecord {
	const notes: Notes = [];
	const user = isFields(item.document) ? item.document : {};
	const userId = readUserId(user);
	if (userId === undefined) notes.push('the item has no usable UserId');
	const userName = readText(user, 'UserName', notes);
	const email = userName === undefined ? undefined : normalizeEmail(userName);
	const attributes: UserAttributes = present({
		user_id: userId,
		usernames: userName === undefined ? undefined : [userName],
		emails: email === undefined ? undefined : [email],
		account_id: scope.accountId,
		path: readText(user, 'Path', notes),
		arn: readText(user, 'Arn', notes),
		created_at: readMoment(user, 'CreateDate', notes),
		password_last_used_at: readMoment(user, 'PasswordLastUsed', notes),
	});
	const { arn, created_at: createdAt } = attributes;
	return {
		nativeId: userId,
		attributes,
		unknown: { ...nameUnknown(attributes, alwaysThere), enabled: 'not_supported' },
		...(arn === undefined || createdAt === undefined ? {} : { aliases: [userAlias(arn, createdAt)] }),
		presence: 'present',
		rawJson: toStorableJson(item.rawJson),
		notes: settleNotes(notes),
	};
}

/** Longer than any id of AWS, short enough for every index. */
const idPattern = /^\w{1,128}$/;

/** The id that stays with one user for ever, as `AIDA…`; undefined where it is not usable. */
export function readUserId(user: Fields): string | undefined {
	const id = user['UserId'];
	return typeof id === 'string' && idPattern.test(id) ? id : undefined;
}

/**
 * How the credential report knows a user. The ARN alone would not do: a user deleted and made again with the same name
 * is another user, and has the ARN of the first.
 *
 * @param createdAt ISO text in UTC; it counts to the second, as the report has no finer
 */
export function userAlias(arn: string, createdAt: string): string {
	return `${arn} ${createdAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}
