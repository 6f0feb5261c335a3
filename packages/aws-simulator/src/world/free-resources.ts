import { mix, toResourceId } from './hash.ts';
import type { InterfaceFacts, PublicAssociation } from './instance-facts.ts';
import { glanceAt, slotAt } from './instances.ts';
import { associate, interfaceIdAt, macAt, pickGroups, planNetwork, privateDnsOf, publicIpAt } from './network.ts';
import type { Scope } from './scopes.ts';
import type { Tag } from './tags.ts';
import type { World } from './world.ts';

/** Places from here on are interfaces on no instance. */
const FREE_PLACES = 0xf0000000;

/** Interfaces of load balancers, functions and nothing at all: they are no devices. */
export function countFreeInterfaces(scope: Scope): number {
	return scope.initialInstances === 0 ? 0 : 1 + (mix(scope.hash, 130) % 3);
}

export function freeInterfaceAt(world: World, scope: Scope, index: number): InterfaceFacts {
	const hash = mix(mix(scope.hash, 131), index);
	const vpc = scope.vpcs[0];
	if (vpc === undefined) {
		throw new Error('a scope has two networks');
	}
	const subnet = vpc.subnets[hash % vpc.subnets.length];
	const address = `10.255.${index & 255}.${10 + (hash % 200)}`;
	const managed = index % 3 === 1;
	return {
		interfaceId: interfaceIdAt(world, scope, FREE_PLACES + index),
		attachmentId: undefined,
		attachedAt: 0,
		deviceIndex: 0,
		description: managed ? `ELB app/public-${index}/${toResourceId('x', hash).slice(3)}` : 'kept for later',
		macAddress: macAt(hash),
		subnetId: subnet?.subnetId ?? '',
		vpcId: vpc.vpcId,
		zone: subnet?.zone ?? '',
		groups: pickGroups(vpc, hash),
		addresses: [{ address, dnsName: privateDnsOf(scope, address), primary: true }],
		ipv6: [],
		prefixes: [],
		interfaceType: 'interface',
		requesterManaged: managed,
		requesterId: managed ? 'amazon-elb' : undefined,
		tags: [],
	};
}

export interface AddressFacts extends PublicAssociation {
	readonly allocationId: string;
	readonly instanceId: string | undefined;
	readonly interfaceId: string | undefined;
	readonly privateIp: string | undefined;
	readonly tags: readonly Tag[];
}

function countFreeAddresses(scope: Scope): number {
	return scope.initialInstances === 0 ? 0 : mix(scope.hash, 132) % 3;
}

/** Every Elastic IP of the scope: those on instances, then those on nothing. */
export function* listAddresses(world: World, scope: Scope, at: number): Generator<AddressFacts> {
	for (let position = 0; ; position++) {
		const slot = slotAt(world, scope, position, at);
		if (slot === undefined) {
			break;
		}
		const nature = glanceAt(world, scope, slot, at);
		if (
			nature === undefined ||
			nature.life.state === 'terminated' ||
			planNetwork(scope, nature.workload, nature.hash).publicAddress !== 'elastic'
		) {
			continue;
		}
		const association = associate(world, scope, slot, true);
		const value = ((slot & 0x1fffff) * 8 + 4096) & 0xffffff;
		yield {
			...association,
			allocationId: association.allocationId ?? '',
			instanceId: nature.instanceId,
			interfaceId: interfaceIdAt(world, scope, slot * 8),
			privateIp: `10.${value >>> 16}.${(value >>> 8) & 255}.${value & 255}`,
			tags: nature.hash % 3 === 0 ? [{ key: 'Name', value: `${nature.workload.service}-eip` }] : [],
		};
	}
	for (let index = 0; index < countFreeAddresses(scope); index++) {
		const hash = mix(mix(scope.hash, 133), index);
		const publicIp = publicIpAt(world, scope, index * 2 + 1);
		yield {
			publicIp,
			publicDnsName: '',
			ipOwnerId: scope.account.accountId,
			allocationId: toResourceId('eipalloc', hash),
			instanceId: undefined,
			interfaceId: undefined,
			privateIp: undefined,
			tags: index === 0 ? [{ key: 'Name', value: 'réservée' }] : [],
		};
	}
}
