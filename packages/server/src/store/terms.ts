import { hash } from 'node:crypto';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';

/**
 * What is asked for by equality stands in one GIN index: a row's `terms` has a digest of `field=value` for each of these
 * fields, folded, and of names and values of its tags. One index instead of one for each column, and several rules meet in it. Columns that
 * order lists or are asked for by ranges (instance ids, addresses) have indexes of their own.
 */
const termedFields: Readonly<Record<AssetType, readonly string[]>> = {
	device: [
		'account_id',
		'region',
		'state',
		'os_platform',
		'os',
		'model',
		'vpc_id',
		'subnet_id',
		'image_id',
		'key_name',
		'owner',
		'environment',
		'autoscaling_group',
		'eks_cluster',
		'security_groups.id',
		'security_groups.name',
		'hostnames',
		'fqdns',
		'mac_addresses',
	],
	user: [
		'account_id',
		'identity_store_id',
		'user_id',
		'arn',
		'usernames',
		'display_name',
		'emails',
		'tag_email',
		'groups.id',
		'groups.name',
		'user_type',
		'title',
	],
};

const termed: Readonly<Record<AssetType, ReadonlySet<string>>> = {
	device: new Set(termedFields.device),
	user: new Set(termedFields.user),
};

/** Whether a field of a type of asset can be asked for by its term. */
export function isTermed(type: AssetType, field: string): boolean {
	return termed[type].has(field);
}

export function listTermedFields(type: AssetType): readonly string[] {
	return termedFields[type];
}

/** The term of a field and one of its values. */
export function termOf(field: string, foldedValue: string): string {
	return digest(`${field}=${foldedValue}`);
}

export function tagNameTerm(foldedName: string): string {
	return digest(`tags?${foldedName}`);
}

/** Says of a row that its record does not tell an attribute, or that the part that feeds it was never read. */
export function untoldTerm(attribute: string): string {
	return digest(`unknown?${attribute}`);
}

/** Says of a user that it has a value of an attribute. */
export function presentTerm(attribute: string): string {
	return digest(`present?${attribute}`);
}

/** The length tells where the name ends, whatever characters it has. */
export function tagTerm(foldedName: string, foldedValue: string): string {
	return digest(`tags${foldedName.length}=${foldedName}=${foldedValue}`);
}

/** Most terms of an inventory are those of many assets; a table of them costs a tenth of making them anew. */
const known = new Map<string, string>();
const mostKnown = 50_000;

/** 64 bits of SHA-256, as a bigint of SQL: nobody can make two terms alike, and a term is 8 bytes, whatever it stands for. */
function digest(term: string): string {
	const found = known.get(term);
	if (found !== undefined) return found;
	const made = hash('sha256', term, 'buffer').readBigInt64BE().toString();
	if (known.size >= mostKnown) known.clear();
	known.set(term, made);
	return made;
}
