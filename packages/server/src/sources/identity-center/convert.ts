import type { UserAttributes } from '@rollcall/model/asset/user.ts';
import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import { compareCodePoints } from '@rollcall/model/history/text.ts';
import type { AwsDocument } from '#aws/document.ts';
import type { ConvertedRecord, ScopeFacts } from '#sources/kit/collection.ts';
import { normalizeEmail } from '#sources/kit/email.ts';
import { present } from '#sources/kit/present.ts';
import {
	type Fields,
	isFields,
	type Notes,
	readFlag,
	readMoment,
	readObject,
	readObjects,
	readText,
	settleNotes,
} from '#sources/kit/read-fields.ts';
import { nameUnknown } from '#sources/kit/unknown.ts';
import { allowUser } from './allow-list.ts';

/** Attributes that every user of Identity Center has: one that AWS did not give is unknown, never absent. */
const alwaysThere = ['usernames', 'enabled'] as const;

/**
 * A user of Identity Center as ListUsers gives it. Pure, and never throws: what is odd is left out with a note, and a
 * user without a usable UserId becomes a record without native id.
 */
export function convertUser(item: AwsDocument, scope: ScopeFacts): ConvertedRecord {
	const notes: Notes = [];
	const user = isFields(item.document) ? item.document : {};
	const name = readObject(user, 'Name', notes);
	const userName = readText(user, 'UserName', notes);
	const userId = readUserId(user);
	if (userId === undefined) notes.push('the item has no usable UserId');
	const storeId = readText(user, 'IdentityStoreId', notes) ?? scope.region;
	if (storeId !== scope.region) notes.push('the user names another identity store as its own');
	const attributes: UserAttributes = present({
		user_id: userId,
		usernames: userName === undefined ? undefined : [userName],
		display_name: readText(user, 'DisplayName', notes),
		given_name: readText(name, 'GivenName', notes),
		family_name: readText(name, 'FamilyName', notes),
		emails: readEmails(user, notes),
		enabled: readStatus(user, notes),
		identity_store_id: scope.region,
		account_id: scope.accountId,
		created_at: readMoment(user, 'CreatedAt', notes),
		updated_at: readMoment(user, 'UpdatedAt', notes),
		title: readText(user, 'Title', notes),
		user_type: readText(user, 'UserType', notes),
		locale: readText(user, 'Locale', notes),
		external_ids: readExternalIds(user, notes),
	});
	return {
		nativeId: userId === undefined ? undefined : userNativeId(scope.region, userId),
		attributes,
		unknown: nameUnknown(attributes, alwaysThere),
		presence: 'present',
		rawJson: toStorableJson(JSON.stringify(allowUser(user))),
		notes: settleNotes(notes),
	};
}

/** The identity of the record of a user. */
export function userNativeId(storeId: string, userId: string): string {
	return `${storeId}/${userId}`;
}

/** A UUID, with ten hexadecimal digits before it in newer stores; longer than any, short enough for every index. */
const idPattern = /^[\w-]{1,128}$/;

/** The UserId of a user or of a member; undefined where it is not usable. */
export function readUserId(fields: Fields): string | undefined {
	const id = fields['UserId'];
	return typeof id === 'string' && idPattern.test(id) ? id : undefined;
}

/** Addresses in lower case, the primary one first, the others in code-point order. */
function readEmails(user: Fields, notes: Notes): string[] | undefined {
	const primary = new Set<string>();
	const all = new Set<string>();
	for (const element of readObjects(user, 'Emails', notes)) {
		const text = readText(element, 'Value', notes);
		if (text === undefined) continue;
		const email = normalizeEmail(text);
		if (email === undefined) {
			notes.push('an e-mail address is malformed and was left out');
			continue;
		}
		all.add(email);
		if (readFlag(element, 'Primary', notes)) primary.add(email);
	}
	const rank = (email: string): number => (primary.has(email) ? 0 : 1);
	const sorted = [...all].sort((left, right) => rank(left) - rank(right) || compareCodePoints(left, right));
	return sorted.length === 0 ? undefined : sorted;
}

function readStatus(user: Fields, notes: Notes): boolean | undefined {
	const status = readText(user, 'UserStatus', notes);
	if (status === undefined) return undefined;
	if (status === 'ENABLED' || status === 'DISABLED') return status === 'ENABLED';
	notes.push('UserStatus holds a word we do not know');
	return undefined;
}

function readExternalIds(user: Fields, notes: Notes): UserAttributes['external_ids'] {
	const found = new Map<string, { issuer: string; id: string }>();
	for (const element of readObjects(user, 'ExternalIds', notes)) {
		const issuer = readText(element, 'Issuer', notes);
		const id = readText(element, 'Id', notes);
		if (issuer !== undefined && id !== undefined) found.set(JSON.stringify([issuer, id]), { issuer, id });
	}
	if (found.size === 0) return undefined;
	return [...found.values()].sort(
		(left, right) => compareCodePoints(left.issuer, right.issuer) || compareCodePoints(left.id, right.id),
	);
}
