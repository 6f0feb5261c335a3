import type { DeviceAttributes } from '@rollcall/model/asset/device.ts';
import { addIpv4, addIpv6 } from '#sources/kit/addresses.ts';
import { toSortedById, toSortedSet } from '#sources/kit/ordered.ts';
import { type Fields, type Notes, readMoment, readObject, readObjects, readText } from '#sources/kit/read-fields.ts';

type SecurityGroup = NonNullable<DeviceAttributes['security_groups']>[number];

/** What an instance and all its interfaces say about the network; sets sorted, empty ones undefined. */
export interface Network {
	readonly hostnames: string[] | undefined;
	readonly fqdns: string[] | undefined;
	readonly internalIps: string[] | undefined;
	readonly externalIps: string[] | undefined;
	readonly ipv6: string[] | undefined;
	readonly macAddresses: string[] | undefined;
	readonly securityGroups: SecurityGroup[] | undefined;
	readonly subnetId: string | undefined;
	/** When the primary interface was attached: the first launch of the instance. */
	readonly firstLaunchedAt: string | undefined;
}

interface Gathered {
	readonly names: string[];
	readonly internal: string[];
	readonly external: string[];
	readonly ipv6: string[];
	readonly macs: string[];
	readonly groups: SecurityGroup[];
}

/** Reads the network of an instance as DescribeInstances gives it. */
export function readNetwork(instance: Fields, notes: Notes): Network {
	const found: Gathered = { names: [], internal: [], external: [], ipv6: [], macs: [], groups: [] };
	addName(found, instance, 'PrivateDnsName', notes);
	addName(found, instance, 'PublicDnsName', notes);
	addIpv4(found.internal, instance['PrivateIpAddress'], notes);
	addIpv4(found.external, instance['PublicIpAddress'], notes);
	addIpv6(found.ipv6, instance['Ipv6Address'], notes);
	addGroups(found, instance, 'SecurityGroups', notes);
	const interfaces = readObjects(instance, 'NetworkInterfaces', notes);
	for (const one of interfaces) addInterface(found, one, notes);
	for (const one of readObjects(instance, 'SecondaryInterfaces', notes)) addInterface(found, one, notes);
	const first = findPrimary(interfaces, notes);
	const fqdns = toSortedSet(found.names);
	return {
		hostnames: fqdns && toSortedSet(fqdns.map(firstLabel).filter((label) => label !== '')),
		fqdns,
		internalIps: toSortedSet(found.internal),
		externalIps: toSortedSet(found.external),
		ipv6: toSortedSet(found.ipv6),
		macAddresses: toSortedSet(found.macs),
		securityGroups: toSortedById(found.groups, (group) => group.name),
		subnetId: readText(instance, 'SubnetId', notes) ?? first.subnetId,
		firstLaunchedAt: first.attachedAt,
	};
}

function addInterface(found: Gathered, one: Fields, notes: Notes): void {
	const mac = readText(one, 'MacAddress', notes);
	if (mac !== undefined) found.macs.push(mac.toLowerCase());
	addName(found, one, 'PrivateDnsName', notes);
	addIpv4(found.internal, one['PrivateIpAddress'], notes);
	addAssociation(found, one, notes);
	for (const address of readObjects(one, 'PrivateIpAddresses', notes)) {
		addName(found, address, 'PrivateDnsName', notes);
		addIpv4(found.internal, address['PrivateIpAddress'], notes);
		addAssociation(found, address, notes);
	}
	for (const address of readObjects(one, 'Ipv6Addresses', notes)) addIpv6(found.ipv6, address['Ipv6Address'], notes);
	addGroups(found, one, 'Groups', notes);
}

/** A carrier's address is how a Wavelength instance is reached from outside; a customer-owned one is on premises. */
function addAssociation(found: Gathered, holder: Fields, notes: Notes): void {
	if (holder['Association'] === undefined) return;
	const association = readObject(holder, 'Association', notes);
	addName(found, association, 'PublicDnsName', notes);
	addIpv4(found.external, association['PublicIp'], notes);
	addIpv4(found.external, association['CarrierIp'], notes);
	addIpv4(found.internal, association['CustomerOwnedIp'], notes);
}

function addName(found: Gathered, holder: Fields, name: string, notes: Notes): void {
	const text = readText(holder, name, notes);
	if (text !== undefined) found.names.push(text);
}

function addGroups(found: Gathered, holder: Fields, list: string, notes: Notes): void {
	for (const group of readObjects(holder, list, notes)) {
		const id = readText(group, 'GroupId', notes);
		const name = readText(group, 'GroupName', notes);
		if (id !== undefined) found.groups.push(name === undefined ? { id } : { id, name });
	}
}

function firstLabel(fqdn: string): string {
	const dot = fqdn.indexOf('.');
	return dot < 0 ? fqdn : fqdn.slice(0, dot);
}

interface PrimaryInterface {
	readonly attachedAt: string | undefined;
	readonly subnetId: string | undefined;
}

/**
 * The interface at device index 0 of network card 0. AWS gives exactly one; should a document hold several, the least
 * moment and the least subnet are taken, so that the order of arrival never shows.
 */
function findPrimary(interfaces: readonly Fields[], notes: Notes): PrimaryInterface {
	let attachedAt: string | undefined;
	let subnetId: string | undefined;
	for (const one of interfaces) {
		const attachment = readObject(one, 'Attachment', notes);
		if (attachment['DeviceIndex'] !== 0 || (attachment['NetworkCardIndex'] ?? 0) !== 0) continue;
		attachedAt = least(attachedAt, readMoment(attachment, 'AttachTime', notes));
		subnetId = least(subnetId, readText(one, 'SubnetId', notes));
	}
	return { attachedAt, subnetId };
}

function least(left: string | undefined, right: string | undefined): string | undefined {
	if (left === undefined || right === undefined) return left ?? right;
	return left < right ? left : right;
}
