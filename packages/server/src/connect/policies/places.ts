import { keyNeedOf } from '#aws/keyed-services.ts';
import { partitionOfRegion } from '#aws/partitions.ts';
import type { AccessPlan } from './access-plan.ts';
import type { Integration } from './integrations.ts';
import type { Grant } from './needs.ts';
import { policyFault } from './policy-fault.ts';
import { type BucketPlace, parseBucket, parseKey, parsePrincipal } from './policy-values.ts';
import type { OwnPrincipals, PolicyRequest } from './request.ts';

/**
 * The bucket that the grants of a document act on. What is given is checked, whichever document is asked for, so that
 * one command line serves all formats.
 */
export function placeOf(
	request: PolicyRequest,
	grants: readonly Grant[],
	table: readonly Integration[],
): BucketPlace | null {
	const { s3Bucket, s3Prefix } = request;
	const syncs = table.filter((each) => each.folder !== null).map((each) => each.kind);
	const isChosen = request.integrations.some((kind) => syncs.includes(kind));
	for (const [field, value] of [
		['s3_bucket', s3Bucket],
		['s3_prefix', s3Prefix],
	] as const) {
		if (value === null || isChosen) continue;
		throw policyFault(
			field,
			'nothing that was chosen writes to a bucket',
			`leave it out, or add ${syncs.join(' or ')}`,
		);
	}
	const place = s3Bucket === null ? null : parseBucket(s3Bucket, s3Prefix ?? '');
	if (!grants.some((grant) => grant.folder !== null)) return null;
	if (place !== null) return place;
	throw policyFault(
		's3_bucket',
		`${request.integrations.filter((kind) => syncs.includes(kind)).join(', ')} writes to a bucket, and none is given`,
		'give the name of the bucket, so that the role may write to no other',
	);
}

/** ARNs of the keys, each once. Refuses keys where no data that was chosen can lie under one. */
export function keysOf(request: PolicyRequest, table: readonly Integration[]): readonly string[] {
	const { kmsKeys, integrations } = request;
	const keyed = table.filter((each) => keyNeedOf(each.permissions) !== undefined).map((each) => each.kind);
	if (kmsKeys.length > 0 && !integrations.some((kind) => keyed.includes(kind))) {
		throw policyFault(
			'kms_key',
			'nothing that was chosen has data under a key of yours',
			`leave it out, or add one of: ${keyed.join(', ')}`,
		);
	}
	return [...new Set(kmsKeys.map((arn) => parseKey(arn).arn))];
}

/**
 * The partition of the account that is connected: neither a role nor a key crosses it, so it is that of our principals
 * and of the keys; where neither is known, that of the region we start from.
 */
export function partitionOf(
	principals: readonly string[],
	keys: readonly string[],
	own: OwnPrincipals,
	entryRegion: string,
): AccessPlan['partition'] {
	const [key] = keys.map(parseKey);
	const [principal] = principals.map((arn) => parsePrincipal(arn));
	const [configured] = Object.values(own.arns).map((arn) => parsePrincipal(arn));
	const partition = (principal ?? key ?? configured)?.partition ?? partitionOfRegion(entryRegion);
	const foreign = keys.map(parseKey).find((each) => each.partition !== partition);
	if (foreign === undefined) return partition;
	throw policyFault(
		'kms_key',
		`${foreign.arn} lies in another partition than ${principal === undefined ? key?.arn : principal.arn}`,
		'give keys and principals of the partition of the account that is connected',
	);
}
