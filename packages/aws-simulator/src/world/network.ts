import { hashText, mix, toHex8, toHexByte, toResourceId } from './hash.ts';
import type { Group, InterfaceFacts, PrivateAddress, PublicAssociation } from './instance-facts.ts';
import { encodeId, permute30 } from './permutation.ts';
import type { Scope, Vpc } from './scopes.ts';
import type { Tag } from './tags.ts';
import type { Workload } from './workloads.ts';
import type { World } from './world.ts';

const PUBLIC_BLOCKS = [3, 13, 15, 18, 34, 35, 44, 50, 52, 54, 63, 99, 100, 107, 108, 157, 174, 184];

/** An address nobody else in the world has, as long as a scope has fewer than 2^30 / scopes numbers. */
export function publicIpAt(world: World, scope: Scope, number: number): string {
	const scopes = world.settings.accounts * world.settings.regions + 64;
	const stride = Math.max(1, Math.floor(0x40000000 / scopes));
	const ordinal = scope.account.index * world.settings.regions + scope.regionIndex;
	const value = permute30(world.key, (ordinal * stride + number) & 0x3fffffff);
	const first = value >>> 24;
	// 64 values for the first octet: the known blocks first, then others that are public as well.
	const block = PUBLIC_BLOCKS[first] ?? 64 + first;
	return `${block}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

export function privateIpAt(slot: number, number: number): string {
	const value = ((slot & 0x1fffff) * 8 + number + 4096) & 0xffffff;
	return `10.${value >>> 16}.${(value >>> 8) & 255}.${value & 255}`;
}

export function interfaceIdAt(world: World, scope: Scope, place: number): string {
	return encodeId('eni', interfaceKey(world), place >>> 0, scope.number);
}

export function interfaceKey(world: World): number {
	return hashText(world.key, 'eni');
}

export function privateDnsOf(scope: Scope, address: string): string {
	return `ip-${address.replaceAll('.', '-')}.${scope.dnsSuffix}`;
}

export function publicDnsOf(scope: Scope, address: string): string {
	return `ec2-${address.replaceAll('.', '-')}.${scope.publicDnsSuffix}`;
}

export function macAt(hash: number): string {
	const low = mix(hash, 0x6d6163);
	return `0${'26ae'[hash & 3]}:${toHexByte(hash >>> 8)}:${toHexByte(low >>> 24)}:${toHexByte(low >>> 16)}:${toHexByte(low >>> 8)}:${toHexByte(low)}`;
}

/** What decides an instance's interfaces, drawn without making them. */
export interface NetworkPlan {
	readonly vpc: Vpc;
	readonly subnetIndex: number;
	readonly interfaces: number;
	readonly secondaryAddresses: number;
	/** `elastic`: the address stays while it is stopped. */
	readonly publicAddress: 'none' | 'auto' | 'elastic';
	readonly ipv6: boolean;
}

export function planNetwork(scope: Scope, workload: Workload, hash: number): NetworkPlan {
	const vpc = scope.vpcs[mix(workload.hash, 31) % 5 === 0 ? 1 : 0] ?? emptyVpc();
	return {
		vpc,
		subnetIndex: mix(hash, 32) % vpc.subnets.length,
		interfaces: countInterfaces(workload, hash),
		secondaryAddresses: countSecondaryAddresses(workload, hash),
		publicAddress: choosePublicAddress(workload, mix(hash, 30) % 100),
		ipv6: mix(hash, 35) % 8 === 0,
	};
}

function countInterfaces(workload: Workload, hash: number): number {
	if (workload.kind === 'appliance') {
		return 3;
	}
	return mix(hash, 33) % 25 === 0 ? 2 : 1;
}

function countSecondaryAddresses(workload: Workload, hash: number): number {
	if (workload.kind === 'eks') {
		return 1 + (mix(hash, 36) & 1);
	}
	return mix(hash, 34) % 20 === 0 ? 1 : 0;
}

function choosePublicAddress(workload: Workload, percent: number): NetworkPlan['publicAddress'] {
	if (workload.kind === 'bastion' || workload.kind === 'appliance' || percent < 6) {
		return 'elastic';
	}
	return percent < 22 && !workload.disposable ? 'auto' : 'none';
}

function emptyVpc(): Vpc {
	throw new Error('a scope has two networks');
}

export function pickGroups(vpc: Vpc, hash: number): Group[] {
	const first = mix(hash, 40) % vpc.groups.length;
	const second = mix(hash, 41) % vpc.groups.length;
	return vpc.groups.filter((_, index) => index === first || index === second);
}

export function associate(world: World, scope: Scope, slot: number, elastic: boolean): PublicAssociation {
	const publicIp = publicIpAt(world, scope, (slot & 0xffffff) * 2);
	const base = { publicIp, publicDnsName: publicDnsOf(scope, publicIp) };
	if (!elastic) {
		return { ...base, ipOwnerId: 'amazon' };
	}
	const hash = mix(scope.hash, slot);
	return {
		...base,
		ipOwnerId: scope.account.accountId,
		allocationId: toResourceId('eipalloc', mix(hash, 50)),
		associationId: toResourceId('eipassoc', mix(hash, 51)),
	};
}

const NO_TAGS: readonly Tag[] = [];

/** The interfaces of one instance that has a network. */
export function makeInterfaces(
	world: World,
	scope: Scope,
	seat: { readonly slot: number; readonly hash: number; readonly attachedAt: number },
	plan: NetworkPlan,
	association: PublicAssociation | undefined,
): InterfaceFacts[] {
	const { slot, hash, attachedAt } = seat;
	const interfaces: InterfaceFacts[] = [];
	for (let index = 0; index < plan.interfaces; index++) {
		const own = mix(hash, 60 + index);
		const subnet = plan.vpc.subnets[plan.subnetIndex];
		const addresses: PrivateAddress[] = [];
		const count = index === 0 ? 1 + plan.secondaryAddresses : 1;
		for (let number = 0; number < count; number++) {
			const address = privateIpAt(slot, index === 0 ? number : 4 + index);
			const primary = number === 0;
			const withPublic = index === 0 && primary && association !== undefined;
			addresses.push({
				address,
				dnsName: privateDnsOf(scope, address),
				primary,
				...(withPublic ? { association } : {}),
			});
		}
		interfaces.push({
			interfaceId: interfaceIdAt(world, scope, slot * 8 + index),
			attachmentId: toResourceId('eni-attach', mix(own, 1)),
			attachedAt,
			deviceIndex: index,
			description: index === 0 ? '' : `secondary ${index}`,
			macAddress: macAt(own),
			subnetId: subnet?.subnetId ?? '',
			vpcId: plan.vpc.vpcId,
			zone: subnet?.zone ?? '',
			groups: pickGroups(plan.vpc, own),
			addresses,
			ipv6:
				plan.ipv6 && index === 0
					? [
							`2a05:d014:${toHexByte(own)}:${toHex8(own).slice(0, 4)}:${toHex8(mix(own, 2)).slice(0, 4)}:${toHex8(mix(own, 2)).slice(4)}:${toHex8(mix(own, 3)).slice(0, 4)}:1${toHexByte(own)}`,
						]
					: [],
			prefixes: [],
			interfaceType: 'interface',
			requesterManaged: false,
			requesterId: undefined,
			tags:
				index === 0 && mix(own, 4) % 5 !== 0
					? NO_TAGS
					: [{ key: 'purpose', value: index === 0 ? 'primary' : 'réseau interne' }],
		});
	}
	return interfaces;
}
