import type { Account } from './accounts.ts';
import { hashText, mix, toHex8, toResourceId, toUnit } from './hash.ts';
import type { InstanceFacts, VolumeFacts } from './instance-facts.ts';
import { associate, makeInterfaces, type NetworkPlan, pickGroups, planNetwork } from './network.ts';
import { decodeId, encodeId } from './permutation.ts';
import { ADDED_SLOTS, addedKey, countAddedSlots, countSlots, type Scope } from './scopes.ts';
import { drawTags, type Tag } from './tags.ts';
import { type InstanceStateName, type Life, lifeAt } from './timeline.ts';
import { drawWorkload, type Workload } from './workloads.ts';
import { formatArn, remember, type World } from './world.ts';

const STATE_CODES: Readonly<Record<InstanceStateName, number>> = {
	pending: 0,
	running: 16,
	'shutting-down': 32,
	terminated: 48,
	stopping: 64,
	stopped: 80,
};

function instanceKey(world: World): number {
	return remember(world, 'key/i', () => hashText(world.key, 'i'));
}

export function instanceIdAt(world: World, scope: Scope, slot: number): string {
	return encodeId('i', instanceKey(world), slot, scope.number);
}

/** The slot an instance id names in this scope; undefined when it names none. */
export function findSlot(world: World, scope: Scope, instanceId: string): number | undefined {
	const halves = decodeId('i', instanceKey(world), instanceId);
	return halves === undefined || halves[1] !== scope.number ? undefined : halves[0];
}

/** Account index, region index and slot of any instance id of this world. */
export function locateInstance(
	world: World,
	instanceId: string,
): { accountIndex: number; regionIndex: number; slot: number } | undefined {
	const halves = decodeId('i', instanceKey(world), instanceId);
	return halves === undefined
		? undefined
		: { slot: halves[0], accountIndex: halves[1] >>> 8, regionIndex: halves[1] & 255 };
}

export function arnOfInstance(world: World, account: Account, region: string, instanceId: string): string {
	return formatArn(world, 'ec2', region, account.accountId, `instance/${instanceId}`);
}

/** What an instance is by nature, before time comes in. */
export interface Nature {
	readonly slot: number;
	readonly hash: number;
	readonly instanceId: string;
	readonly workload: Workload;
	readonly life: Life;
	readonly managedBy: string | undefined;
	readonly at: number;
}

/** The instance in this slot at this moment, or undefined when there is none. Cheap: for counting and skipping. */
export function glanceAt(world: World, scope: Scope, slot: number, at: number): Nature | undefined {
	const workload = workloadAt(scope, slot);
	const hash = mix(scope.hash, slot);
	const { instances } = world.overlay;
	const changes = instances.size === 0 ? undefined : instances.get(instanceIdAt(world, scope, slot));
	const life = lifeAt(world, scope, { slot, changes, hash, traits: workload }, at);
	if (life === undefined) {
		return undefined;
	}
	const managed = toUnit(mix(workload.hash, 70)) < world.settings.managedShare;
	return {
		slot,
		hash,
		// Made when it is asked for: in a search of a big scope it would cost more than all the rest.
		get instanceId() {
			return instanceIdAt(world, scope, slot);
		},
		workload,
		life,
		managedBy: managed ? 'eks.amazonaws.com' : undefined,
		at,
	};
}

let lastWorkload: { scope: Scope; group: number; workload: Workload } | undefined;

/** Eight neighbours share a workload; they are asked for one after the other, so the last one is kept. */
function workloadAt(scope: Scope, slot: number): Workload {
	const group = slot >>> 3;
	if (lastWorkload?.scope !== scope || lastWorkload.group !== group) {
		const workload = drawWorkload(scope.account.purpose, scope.account.name, mix(scope.hash, group ^ 0x40000000));
		lastWorkload = { scope, group, workload };
	}
	return lastWorkload.workload;
}

/** Slots to look at in this scope at this moment, in listing order: drawn ones, then those added by hand. */
export function slotAt(world: World, scope: Scope, position: number, at: number): number | undefined {
	const drawn = countSlots(world, scope, at);
	if (position < drawn) {
		return position;
	}
	return position < drawn + countAddedSlots(world, scope, at) ? ADDED_SLOTS + position - drawn : undefined;
}

export function positionOfSlot(world: World, scope: Scope, slot: number, at: number): number {
	return slot >= ADDED_SLOTS ? countSlots(world, scope, at) + slot - ADDED_SLOTS : slot;
}

/** Every fact about the instance in this slot, or undefined when there is none at this moment. */
export function instanceAt(world: World, scope: Scope, slot: number, at: number): InstanceFacts | undefined {
	const nature = glanceAt(world, scope, slot, at);
	return nature === undefined ? undefined : makeFacts(world, scope, nature);
}

/** Reservations hold one instance, or now and then four neighbours. */
function reservationOf(scope: Scope, slot: number): { id: string; index: number } {
	const group = mix(scope.hash, (slot >>> 2) ^ 0x20000000);
	const shared = group % 6 === 0;
	return { id: toResourceId('r', mix(shared ? group : mix(scope.hash, slot), 80)), index: shared ? slot & 3 : 0 };
}

function describeEnd(life: Life): { reason: InstanceFacts['stateReason']; transition: string } {
	if (life.endedAt === undefined) {
		return { reason: undefined, transition: '' };
	}
	const when = new Date(life.endedAt).toISOString().slice(0, 19).replace('T', ' ');
	if (life.cause === 'spot') {
		return {
			reason: {
				code: 'Server.SpotInstanceTermination',
				message: 'Server.SpotInstanceTermination: Instance terminated because of spot capacity',
			},
			transition: `Server.SpotInstanceTermination (${when} GMT)`,
		};
	}
	return {
		reason: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
		transition: `User initiated (${when} GMT)`,
	};
}

function platformOf(
	workload: Workload,
	hash: number,
): { platform: 'windows' | undefined; details: string; usage: string } {
	if (workload.kind === 'windows') {
		return mix(hash, 90) % 6 === 0
			? { platform: 'windows', details: 'Windows with SQL Server Standard', usage: 'RunInstances:0006' }
			: { platform: 'windows', details: 'Windows', usage: 'RunInstances:0002' };
	}
	if (workload.kind === 'pet' && mix(workload.hash, 91) % 7 === 0) {
		return { platform: undefined, details: 'Red Hat Enterprise Linux', usage: 'RunInstances:0010' };
	}
	return { platform: undefined, details: 'Linux/UNIX', usage: 'RunInstances' };
}

function makeVolumes(hash: number, rootDeviceName: string, attachedAt: number, workload: Workload): VolumeFacts[] {
	const count = workload.disposable ? 1 : 1 + (mix(hash, 100) % 3);
	return Array.from({ length: count }, (_, index) => ({
		deviceName: index === 0 ? rootDeviceName : `/dev/sd${'fgh'[index - 1]}`,
		volumeId: toResourceId('vol', mix(hash, 101 + index)),
		attachedAt: attachedAt + (index === 0 ? 1000 : 3000),
		deleteOnTermination: index === 0,
	}));
}

function finishTags(world: World, scope: Scope, nature: Nature): readonly Tag[] {
	const { life, slot, workload, hash } = nature;
	const { instances } = world.overlay;
	const added =
		slot >= ADDED_SLOTS
			? world.overlay.added.get(addedKey(scope.account.index, scope.regionIndex))?.[slot - ADDED_SLOTS]
			: undefined;
	const drawn = drawTags(workload, scope.account.name, scope.region.name, hash, life.tagRevision);
	const changes = instances.size === 0 ? undefined : instances.get(nature.instanceId);
	if (added === undefined && changes === undefined) {
		return drawn;
	}
	const tags = new Map(drawn.map((tag) => [tag.key, tag.value]));
	for (const [key, value] of Object.entries(added?.tags ?? {})) {
		tags.set(key, value);
	}
	for (const change of changes ?? []) {
		if (change.kind === 'retag' && nature.at >= change.at) {
			for (const key of change.unset) {
				tags.delete(key);
			}
			for (const [key, value] of Object.entries(change.set)) {
				tags.set(key, value);
			}
		}
	}
	return [...tags].map(([key, value]) => ({ key, value }));
}

function addressesOf(world: World, scope: Scope, nature: Nature, plan: NetworkPlan) {
	const { life, slot, hash } = nature;
	if (life.state === 'terminated') {
		return { interfaces: [], association: undefined };
	}
	const present = plan.publicAddress === 'elastic' || (plan.publicAddress === 'auto' && life.endedAt === undefined);
	const association = present ? associate(world, scope, slot, plan.publicAddress === 'elastic') : undefined;
	return {
		association,
		interfaces: makeInterfaces(world, scope, { slot, hash, attachedAt: life.bornAt }, plan, association),
	};
}

function chooseTenancy(workload: Workload, dedicated: boolean): InstanceFacts['tenancy'] {
	if (workload.kind === 'mac') {
		return 'host';
	}
	return dedicated ? 'dedicated' : 'default';
}

function chooseBootMode(workload: Workload, hash: number): InstanceFacts['bootMode'] {
	if (workload.instanceType.architecture === 'arm64') {
		return 'uefi';
	}
	return mix(hash, 124) % 2 === 0 ? 'uefi-preferred' : undefined;
}

function listLicenses(world: World, scope: Scope, workload: Workload, hash: number): string[] {
	const resource = `license-configuration:lic-${toHex8(hash)}`;
	return workload.kind === 'windows' && hash % 5 === 0
		? [formatArn(world, 'license-manager', scope.region.name, scope.account.accountId, resource)]
		: [];
}

/** Every fact that follows from an instance's nature. */
export function makeFacts(world: World, scope: Scope, nature: Nature): InstanceFacts {
	const { slot, hash, workload, life, instanceId } = nature;
	const { account, region } = scope;
	const plan = planNetwork(scope, workload, hash);
	const { interfaces, association } = addressesOf(world, scope, nature, plan);
	const primary = interfaces[0]?.addresses[0];
	const reservation = reservationOf(scope, slot);
	const end = describeEnd(life);
	const platform = platformOf(workload, hash);
	const subnet = plan.vpc.subnets[plan.subnetIndex];
	const rootDeviceName = workload.kind === 'windows' || workload.kind === 'mac' ? '/dev/sda1' : '/dev/xvda';
	const profile = `${workload.service}-role`;
	const dedicated = mix(hash, 110) % 60 === 0;
	const terminated = life.state === 'terminated';
	return {
		arn: arnOfInstance(world, account, region.name, instanceId),
		accountId: account.accountId,
		region: region.name,
		instanceId,
		slot,
		hash,
		kind: workload.kind,
		reservationId: reservation.id,
		launchIndex: reservation.index,
		state: life.state,
		stateCode: STATE_CODES[life.state] + (mix(hash, 111) % 50 === 0 ? 256 : 0),
		stateReason: end.reason,
		stateTransitionReason: end.transition,
		launchedAt: life.launchedAt,
		firstLaunchedAt: life.bornAt,
		endedAt: life.endedAt,
		imageId: toResourceId('ami', mix(mix(scope.hash, 112), workload.hash % 24)),
		keyName: mix(hash, 113) % 3 === 0 ? scope.keyNames[mix(hash, 114) % scope.keyNames.length] : undefined,
		instanceType: workload.instanceType,
		platform: platform.platform,
		platformDetails: platform.details,
		usageOperation: platform.usage,
		zone: subnet?.zone ?? '',
		zoneId: subnet?.zoneId ?? '',
		tenancy: chooseTenancy(workload, dedicated),
		hostId: workload.kind === 'mac' ? toResourceId('h', mix(hash, 115)) : undefined,
		placementGroup: workload.kind === 'batch' && workload.hash % 3 === 0 ? `${workload.service}-cluster` : undefined,
		monitoring: mix(hash, 116) % 4 === 0 ? 'enabled' : 'disabled',
		vpcId: terminated ? undefined : plan.vpc.vpcId,
		subnetId: terminated ? undefined : subnet?.subnetId,
		privateIp: primary?.address,
		privateDnsName: primary?.dnsName ?? '',
		publicIp: association?.publicIp,
		publicDnsName: association?.publicDnsName ?? '',
		ipv6: interfaces[0]?.ipv6[0],
		rootDeviceName,
		volumes: terminated ? [] : makeVolumes(hash, rootDeviceName, life.bornAt, workload),
		lifecycle: workload.spot ? 'spot' : undefined,
		spotRequestId: workload.spot ? `sir-${toHex8(mix(hash, 117))}` : undefined,
		ebsOptimized: workload.instanceType.name.startsWith('t') === false,
		clientToken: workload.disposable ? `fleet-${toHex8(mix(hash, 118))}-${toHex8(mix(hash, 119))}` : '',
		instanceProfile:
			mix(workload.hash, 120) % 4 === 0
				? undefined
				: {
						arn: formatArn(world, 'iam', '', account.accountId, `instance-profile/${profile}`),
						id: `AIPA${toHex8(workload.hash).toUpperCase()}${toHex8(mix(workload.hash, 1)).toUpperCase()}`,
					},
		interfaces,
		groups: terminated ? [] : (interfaces[0]?.groups ?? pickGroups(plan.vpc, hash)),
		tags: finishTags(world, scope, nature),
		httpTokens: mix(workload.hash, 121) % 3 === 0 ? 'optional' : 'required',
		hopLimit: workload.kind === 'eks' ? 2 : 1,
		hibernation: mix(hash, 122) % 90 === 0,
		enclave: mix(hash, 123) % 120 === 0,
		licenses: listLicenses(world, scope, workload, hash),
		bootMode: chooseBootMode(workload, hash),
		managedBy: nature.managedBy,
	};
}
