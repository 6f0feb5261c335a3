import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { EnrichmentResult, ScopeFacts, ScopeObservation } from '#sources/kit/collection.ts';
import { toSortedById } from '#sources/kit/ordered.ts';
import { type Fields, type Notes, readFlag, readObject, readText } from '#sources/kit/read-fields.ts';
import { readTags } from '#sources/kit/tags.ts';
import { instanceArn } from './convert.ts';

type Interface = NonNullable<DeviceAttributes['network_interfaces']>[number];

/**
 * Interfaces of a scope as DescribeNetworkInterfaces gives them: those of this account's instances as attributes by
 * native id, unattached ones as observations. Those of other services (load balancers, NAT gateways) are neither.
 */
export function convertInterfaces(documents: Iterable<Fields>, scope: ScopeFacts): EnrichmentResult {
	const notes: Notes = [];
	const byInstance = new Map<string, Interface[]>();
	const observations: ScopeObservation[] = [];
	for (const document of documents) {
		const id = readText(document, 'NetworkInterfaceId', notes);
		if (id === undefined) continue;
		const attachment = readObject(document, 'Attachment', notes);
		const instanceId = readText(attachment, 'InstanceId', notes);
		const ownerId = readText(attachment, 'InstanceOwnerId', notes) ?? scope.accountId;
		if (instanceId === undefined) {
			if (isUnattached(document, attachment)) observations.push(observeInterface(document, id, scope, notes));
		} else if (ownerId === scope.accountId) {
			const nativeId = instanceArn(scope, instanceId);
			const list = byInstance.get(nativeId);
			const one = describeInterface(document, id, notes);
			if (list) list.push(one);
			else byInstance.set(nativeId, [one]);
		}
	}
	const attributes = new Map<string, { readonly network_interfaces: readonly Interface[] }>();
	for (const [nativeId, interfaces] of byInstance) {
		const sorted = toSortedById(interfaces, (one) => JSON.stringify(one));
		if (sorted) attributes.set(nativeId, { network_interfaces: sorted });
	}
	return { attributes, observations };
}

function isUnattached(document: Fields, attachment: Fields): boolean {
	return document['Status'] === 'available' || attachment['AttachmentId'] === undefined;
}

function describeInterface(document: Fields, id: string, notes: Notes): Interface {
	const one: Interface = { id };
	const type = readText(document, 'InterfaceType', notes);
	const requesterManaged = readFlag(document, 'RequesterManaged', notes);
	const tags = readTags(document, 'TagSet', notes);
	if (type !== undefined) one.type = type;
	if (requesterManaged !== undefined) one.requester_managed = requesterManaged;
	if (Object.keys(tags).length > 0) one.tags = tags;
	return one;
}

function observeInterface(document: Fields, id: string, scope: ScopeFacts, notes: Notes): ScopeObservation {
	const described = describeInterface(document, id, notes);
	const facts = {
		mac_address: readText(document, 'MacAddress', notes)?.toLowerCase(),
		internal_ip: readText(document, 'PrivateIpAddress', notes),
		vpc_id: readText(document, 'VpcId', notes),
		subnet_id: readText(document, 'SubnetId', notes),
		status: readText(document, 'Status', notes),
		description: readText(document, 'Description', notes),
	};
	const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
	return {
		kind: 'interface',
		nativeId: `arn:${scope.partition}:ec2:${scope.region}:${scope.accountId}:network-interface/${id}`,
		document: { ...described, ...known },
	};
}
