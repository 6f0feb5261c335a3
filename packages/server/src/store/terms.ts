import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { indexableId } from './indexable.ts';

/**
 * What is asked for by equality stands in one GIN index: a row's `terms` has `field=value` for each of these fields, folded,
 * and names and values of its tags. One index instead of one for each column, and several rules meet in it. Columns that
 * tell nearly every asset from every other (addresses, instance ids) have indexes of their own, or none.
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

/** A value longer than an index takes is known by its digest, so that equal terms are equal values. */
export function termOf(field: string, foldedValue: string): string {
	return `${field}=${indexableId(foldedValue)}`;
}

export function tagNameTerm(foldedName: string): string {
	return `tags?${indexableId(foldedName)}`;
}

/** The length tells where the name ends, whatever characters it has. */
export function tagTerm(foldedName: string, foldedValue: string): string {
	return `tags${foldedName.length}=${indexableId(`${foldedName}=${foldedValue}`)}`;
}
