import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { EnrichmentResult, ScopeFacts, ScopeObservation } from '#sources/kit/collection.ts';
import { compareOptional } from '#sources/kit/ordered.ts';
import { type Fields, type Notes, readText } from '#sources/kit/read-fields.ts';
import { readTags } from '#sources/kit/tags.ts';
import { instanceArn } from './convert.ts';

type ElasticIp = NonNullable<DeviceAttributes['elastic_ips']>[number];

/**
 * Elastic IPs of a scope as DescribeAddresses gives them: those of instances as attributes by native id, those that are
 * associated with nothing as observations. Those of other things, as NAT gateways, are neither.
 */
export function convertAddresses(documents: Iterable<Fields>, scope: ScopeFacts): EnrichmentResult {
	const notes: Notes = [];
	const byInstance = new Map<string, ElasticIp[]>();
	const observations: ScopeObservation[] = [];
	for (const document of documents) {
		const address = readText(document, 'PublicIp', notes) ?? readText(document, 'CarrierIp', notes);
		const allocationId = readText(document, 'AllocationId', notes);
		const instanceId = readText(document, 'InstanceId', notes);
		if (instanceId !== undefined && address !== undefined) {
			const elasticIp = allocationId === undefined ? { address } : { address, allocation_id: allocationId };
			append(byInstance, instanceArn(scope, instanceId), elasticIp);
		} else if (isFree(document)) {
			const observation = observeAddress(document, { address, allocationId, scope }, notes);
			if (observation) observations.push(observation);
		}
	}
	const attributes = new Map<string, { readonly elastic_ips: readonly ElasticIp[] }>();
	for (const [nativeId, elasticIps] of byInstance) {
		elasticIps.sort(
			(left, right) =>
				compareOptional(left.address, right.address) || compareOptional(left.allocation_id, right.allocation_id),
		);
		attributes.set(nativeId, { elastic_ips: elasticIps });
	}
	return { attributes, observations };
}

function isFree(document: Fields): boolean {
	return !document['AssociationId'] && !document['NetworkInterfaceId'] && !document['InstanceId'];
}

interface FreeAddress {
	readonly address: string | undefined;
	readonly allocationId: string | undefined;
	readonly scope: ScopeFacts;
}

function observeAddress(document: Fields, free: FreeAddress, notes: Notes): ScopeObservation | undefined {
	const { address, allocationId, scope } = free;
	const id = allocationId ?? address;
	if (id === undefined) return undefined;
	return {
		kind: 'address',
		nativeId: `arn:${scope.partition}:ec2:${scope.region}:${scope.accountId}:elastic-ip/${id}`,
		document: {
			...(address === undefined ? {} : { address }),
			...(allocationId === undefined ? {} : { allocation_id: allocationId }),
			tags: readTags(document, 'Tags', notes),
		},
	};
}

/** Adds to the list of a key. */
function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
	const list = lists.get(key);
	if (list) list.push(value);
	else lists.set(key, [value]);
}
