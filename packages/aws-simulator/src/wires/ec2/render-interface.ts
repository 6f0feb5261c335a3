import type { InterfaceFacts, PrivateAddress, PublicAssociation } from '../../world/instance-facts.ts';
import { escapeXml } from '../query-protocol.ts';
import { formatTime, lineAt, renderGroups, renderList, renderTags } from './fragments.ts';
import type { Shuffler } from './shuffle.ts';

function renderAssociation(association: PublicAssociation | undefined, depth: number, withIds: boolean): string {
	if (association === undefined) {
		return '';
	}
	const field = lineAt(depth + 1);
	const ids =
		withIds && association.allocationId !== undefined
			? `${field}<allocationId>${association.allocationId}</allocationId>${field}<associationId>${association.associationId}</associationId>`
			: '';
	return `${lineAt(depth)}<association>${ids}${field}<publicIp>${association.publicIp}</publicIp>${field}<publicDnsName>${association.publicDnsName}</publicDnsName>${field}<ipOwnerId>${association.ipOwnerId}</ipOwnerId>${lineAt(depth)}</association>`;
}

function renderAddresses(
	addresses: readonly PrivateAddress[],
	depth: number,
	withIds: boolean,
	shuffler: Shuffler,
): string {
	const item = lineAt(depth + 1);
	const field = lineAt(depth + 2);
	const parts = addresses.map(
		(entry) =>
			`${item}<item>${field}<privateIpAddress>${entry.address}</privateIpAddress>${field}<privateDnsName>${entry.dnsName}</privateDnsName>${field}<primary>${entry.primary}</primary>${renderAssociation(entry.association, depth + 2, withIds)}${item}</item>`,
	);
	return renderList('privateIpAddressesSet', depth, parts, shuffler);
}

function renderIpv6(addresses: readonly string[], depth: number, shuffler: Shuffler): string {
	const item = lineAt(depth + 1);
	const field = lineAt(depth + 2);
	const parts = addresses.map(
		(address) =>
			`${item}<item>${field}<ipv6Address>${address}</ipv6Address>${field}<isPrimaryIpv6>false</isPrimaryIpv6>${item}</item>`,
	);
	return renderList('ipv6AddressesSet', depth, parts, shuffler);
}

/** An interface inside an instance. */
export function renderInstanceInterface(
	facts: InterfaceFacts,
	accountId: string,
	depth: number,
	shuffler: Shuffler,
): string {
	const item = lineAt(depth);
	const field = lineAt(depth + 1);
	const inner = lineAt(depth + 2);
	const primary = facts.addresses.find((address) => address.primary);
	return `${item}<item>${field}<networkInterfaceId>${facts.interfaceId}</networkInterfaceId>${field}<subnetId>${facts.subnetId}</subnetId>${field}<vpcId>${facts.vpcId}</vpcId>${facts.description === '' ? `${field}<description/>` : `${field}<description>${escapeXml(facts.description)}</description>`}${field}<ownerId>${accountId}</ownerId>${field}<status>in-use</status>${field}<macAddress>${facts.macAddress}</macAddress>${field}<privateIpAddress>${primary?.address}</privateIpAddress>${field}<privateDnsName>${primary?.dnsName}</privateDnsName>${field}<sourceDestCheck>true</sourceDestCheck>${renderGroups(facts.groups, depth + 1, shuffler)}${field}<attachment>${inner}<attachmentId>${facts.attachmentId}</attachmentId>${inner}<deviceIndex>${facts.deviceIndex}</deviceIndex>${inner}<status>attached</status>${inner}<attachTime>${formatTime(facts.attachedAt)}</attachTime>${inner}<deleteOnTermination>${facts.deviceIndex === 0}</deleteOnTermination>${inner}<networkCardIndex>0</networkCardIndex>${field}</attachment>${renderAssociation(primary?.association, depth + 1, false)}${renderAddresses(facts.addresses, depth + 1, false, shuffler)}${renderIpv6(facts.ipv6, depth + 1, shuffler)}${field}<interfaceType>${facts.interfaceType}</interfaceType>${item}</item>`;
}

/** An interface as DescribeNetworkInterfaces tells it: with its tags, requester and allocation ids. */
export function renderNetworkInterface(
	facts: InterfaceFacts,
	accountId: string,
	instanceId: string | undefined,
	extra: string,
	shuffler: Shuffler,
): string {
	const depth = 2;
	const item = lineAt(depth);
	const field = lineAt(depth + 1);
	const inner = lineAt(depth + 2);
	const primary = facts.addresses.find((address) => address.primary);
	const attachment =
		facts.attachmentId === undefined
			? ''
			: `${field}<attachment>${inner}<attachmentId>${facts.attachmentId}</attachmentId>${instanceId === undefined ? '' : `${inner}<instanceId>${instanceId}</instanceId>`}${inner}<instanceOwnerId>${accountId}</instanceOwnerId>${inner}<deviceIndex>${facts.deviceIndex}</deviceIndex>${inner}<status>attached</status>${inner}<attachTime>${formatTime(facts.attachedAt)}</attachTime>${inner}<deleteOnTermination>${facts.deviceIndex === 0}</deleteOnTermination>${inner}<networkCardIndex>0</networkCardIndex>${field}</attachment>`;
	const requester = facts.requesterId === undefined ? '' : `${field}<requesterId>${facts.requesterId}</requesterId>`;
	return `${item}<item>${field}<networkInterfaceId>${facts.interfaceId}</networkInterfaceId>${field}<subnetId>${facts.subnetId}</subnetId>${field}<vpcId>${facts.vpcId}</vpcId>${field}<availabilityZone>${facts.zone}</availabilityZone>${facts.description === '' ? `${field}<description/>` : `${field}<description>${escapeXml(facts.description)}</description>`}${field}<ownerId>${accountId}</ownerId>${requester}${field}<requesterManaged>${facts.requesterManaged}</requesterManaged>${field}<status>${facts.attachmentId === undefined ? 'available' : 'in-use'}</status>${field}<macAddress>${facts.macAddress}</macAddress>${field}<privateIpAddress>${primary?.address}</privateIpAddress>${field}<privateDnsName>${primary?.dnsName}</privateDnsName>${field}<sourceDestCheck>true</sourceDestCheck>${renderGroups(facts.groups, depth + 1, shuffler)}${attachment}${renderAssociation(primary?.association, depth + 1, true)}${renderTags(facts.tags, depth + 1, shuffler)}${renderAddresses(facts.addresses, depth + 1, true, shuffler)}${renderIpv6(facts.ipv6, depth + 1, shuffler)}${field}<interfaceType>${facts.interfaceType}</interfaceType>${extra}${item}</item>`;
}
