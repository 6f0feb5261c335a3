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

/** Depth of an interface inside an instance; its line breaks stand in the texts, as they cost time apart. */
const INSTANCE_DEPTH = 6;

/** An interface inside an instance. */
export function renderInstanceInterface(facts: InterfaceFacts, accountId: string, shuffler: Shuffler): string {
	const primary = facts.addresses.find((address) => address.primary);
	return `\n                        <item>\n                            <networkInterfaceId>${facts.interfaceId}</networkInterfaceId>\n                            <subnetId>${facts.subnetId}</subnetId>\n                            <vpcId>${facts.vpcId}</vpcId>${facts.description === '' ? '\n                            <description/>' : `\n                            <description>${escapeXml(facts.description)}</description>`}\n                            <ownerId>${accountId}</ownerId>\n                            <status>in-use</status>\n                            <macAddress>${facts.macAddress}</macAddress>\n                            <privateIpAddress>${primary?.address}</privateIpAddress>\n                            <privateDnsName>${primary?.dnsName}</privateDnsName>\n                            <sourceDestCheck>true</sourceDestCheck>${renderGroups(facts.groups, INSTANCE_DEPTH + 1, shuffler)}\n                            <attachment>\n                                <attachmentId>${facts.attachmentId}</attachmentId>\n                                <deviceIndex>${facts.deviceIndex}</deviceIndex>\n                                <status>attached</status>\n                                <attachTime>${formatTime(facts.attachedAt)}</attachTime>\n                                <deleteOnTermination>${facts.deviceIndex === 0}</deleteOnTermination>\n                                <networkCardIndex>0</networkCardIndex>\n                            </attachment>${renderAssociation(primary?.association, INSTANCE_DEPTH + 1, false)}${renderAddresses(facts.addresses, INSTANCE_DEPTH + 1, false, shuffler)}${renderIpv6(facts.ipv6, INSTANCE_DEPTH + 1, shuffler)}\n                            <interfaceType>${facts.interfaceType}</interfaceType>\n                        </item>`;
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
