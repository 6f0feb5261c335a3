import type { DeviceAttributeName, DeviceAttributes } from '@rollcall/model/asset/device.ts';
import type { UnknownReason } from '@rollcall/model/asset/unknown.ts';
import { toStorableJson } from '@rollcall/model/history/storable-json.ts';
import type { ConvertedRecord, ScopeFacts } from '#sources/kit/collection.ts';
import { toSortedById } from '#sources/kit/ordered.ts';
import {
	type Fields,
	isFields,
	type Notes,
	readFlag,
	readMoment,
	readObject,
	readObjects,
	readText,
	readWhole,
	settleNotes,
} from '#sources/kit/read-fields.ts';
import { findFirstTag, findTag, readTags, type TagMap } from '#sources/kit/tags.ts';
import { type Network, readNetwork } from './convert-network.ts';
import { type InstanceState, readState } from './convert-state.ts';
import { readLifecycle, readOperatingSystem } from './convert-system.ts';
import { findCluster, findLaunchTemplate } from './convert-tags.ts';
import type { DeviceSettings } from './settings.ts';

/** One instance as DescribeInstances gives it, with what its reservation says of the owner. */
export interface InstanceItem {
	/** JSON shape of the SDK's Instance: PascalCase names, times as ISO text. */
	readonly document: Fields;
	readonly rawJson: string;
	readonly ownerId?: string | undefined;
}

/** Attributes that every instance has: one that AWS did not give is unknown, never absent. */
const alwaysThere = ['os', 'state', 'lifecycle', 'imds_v2_required', 'imds_hop_limit', 'first_launched_at'] as const;

/**
 * An instance as a device. Pure, and never throws: what is odd is left out with a note, and an instance without a
 * usable id becomes a record without native id.
 */
export function convertInstance(item: InstanceItem, scope: ScopeFacts, settings: DeviceSettings): ConvertedRecord {
	const notes: Notes = [];
	const instance = isFields(item.document) ? item.document : {};
	const network = readNetwork(instance, notes);
	const state = readState(instance, notes);
	const tags = readTags(instance, 'Tags', notes);
	const attributes: DeviceAttributes = {};
	putNetwork(attributes, network, tags);
	putSystem(attributes, instance, notes);
	putState(attributes, state);
	putPlace(attributes, instance, scope, notes);
	put(attributes, 'subnet_id', network.subnetId);
	put(attributes, 'security_groups', network.securityGroups);
	putSettings(attributes, instance, notes);
	putTags(attributes, tags, settings);
	put(attributes, 'first_launched_at', network.firstLaunchedAt);
	put(attributes, 'launched_at', readMoment(instance, 'LaunchTime', notes));
	attributes.public = network.externalIps !== undefined;
	if (typeof item.ownerId === 'string' && item.ownerId !== scope.accountId) {
		notes.push('the reservation names another account as its owner');
	}
	return {
		nativeId: identify(instance, scope, notes),
		attributes,
		unknown: maskOf(attributes, state),
		presence: state.state === 'terminated' ? 'gone' : 'present',
		rawJson: toStorableJson(item.rawJson),
		notes: settleNotes(notes),
	};
}

/** The ARN of an instance of this scope: the identity of its record. */
export function instanceArn(scope: ScopeFacts, instanceId: string): string {
	return `arn:${scope.partition}:ec2:${scope.region}:${scope.accountId}:instance/${instanceId}`;
}

/** Longer than any id of AWS, short enough for every index. */
const idPattern = /^[\w-]{1,64}$/;

/** The instance that a native id names; undefined where it is none of this scope. */
export function instanceIdOf(scope: ScopeFacts, nativeId: string): string | undefined {
	const before = instanceArn(scope, '');
	const id = nativeId.startsWith(before) ? nativeId.slice(before.length) : '';
	return idPattern.test(id) ? id : undefined;
}

function identify(instance: Fields, scope: ScopeFacts, notes: Notes): string | undefined {
	const id = instance['InstanceId'];
	if (typeof id === 'string' && idPattern.test(id)) return instanceArn(scope, id);
	notes.push('the item has no usable InstanceId');
	return undefined;
}

function putNetwork(attributes: DeviceAttributes, network: Network, tags: TagMap): void {
	put(attributes, 'name', findTag(tags, 'Name'));
	put(attributes, 'hostnames', network.hostnames);
	put(attributes, 'fqdns', network.fqdns);
	put(attributes, 'internal_ips', network.internalIps);
	put(attributes, 'external_ips', network.externalIps);
	put(attributes, 'ipv6', network.ipv6);
	put(attributes, 'mac_addresses', network.macAddresses);
}

function putSystem(attributes: DeviceAttributes, instance: Fields, notes: Notes): void {
	const { os, platform } = readOperatingSystem(instance, notes);
	put(attributes, 'os', os);
	attributes.os_platform = platform;
	put(attributes, 'architecture', readText(instance, 'Architecture', notes));
	put(attributes, 'virtualization', readText(instance, 'VirtualizationType', notes));
	attributes.manufacturer = 'Amazon EC2';
	put(attributes, 'model', readText(instance, 'InstanceType', notes));
}

function putState(attributes: DeviceAttributes, state: InstanceState): void {
	put(attributes, 'state', state.state);
	put(attributes, 'state_reason', state.reason);
	put(attributes, 'stopped_at', state.stoppedAt);
}

function putPlace(attributes: DeviceAttributes, instance: Fields, scope: ScopeFacts, notes: Notes): void {
	const placement = readObject(instance, 'Placement', notes);
	attributes.account_id = scope.accountId;
	attributes.region = scope.region;
	put(attributes, 'availability_zone', readText(placement, 'AvailabilityZone', notes));
	put(attributes, 'tenancy', readText(placement, 'Tenancy', notes));
	put(attributes, 'vpc_id', readText(instance, 'VpcId', notes));
}

function putSettings(attributes: DeviceAttributes, instance: Fields, notes: Notes): void {
	const profile = readObject(instance, 'IamInstanceProfile', notes);
	const metadata = readObject(instance, 'MetadataOptions', notes);
	const tokens = readText(metadata, 'HttpTokens', notes);
	put(attributes, 'image_id', readText(instance, 'ImageId', notes));
	put(attributes, 'key_name', readText(instance, 'KeyName', notes));
	put(attributes, 'instance_profile_arn', readText(profile, 'Arn', notes));
	put(attributes, 'volumes', readVolumes(instance, notes));
	put(attributes, 'imds_v2_required', tokens === undefined ? undefined : tokens === 'required');
	put(attributes, 'imds_hop_limit', readWhole(metadata, 'HttpPutResponseHopLimit', notes));
	put(attributes, 'ebs_optimized', readFlag(instance, 'EbsOptimized', notes));
	put(attributes, 'monitoring', readText(readObject(instance, 'Monitoring', notes), 'State', notes));
	put(attributes, 'lifecycle', readLifecycle(instance, notes));
	put(attributes, 'hibernation', readFlag(readObject(instance, 'HibernationOptions', notes), 'Configured', notes));
}

function readVolumes(instance: Fields, notes: Notes): DeviceAttributes['volumes'] {
	const volumes: { id: string; device?: string }[] = [];
	for (const mapping of readObjects(instance, 'BlockDeviceMappings', notes)) {
		const id = readText(readObject(mapping, 'Ebs', notes), 'VolumeId', notes);
		const device = readText(mapping, 'DeviceName', notes);
		if (id !== undefined) volumes.push(device === undefined ? { id } : { id, device });
	}
	return toSortedById(volumes, (volume) => volume.device);
}

function putTags(attributes: DeviceAttributes, tags: TagMap, settings: DeviceSettings): void {
	put(attributes, 'autoscaling_group', findTag(tags, 'aws:autoscaling:groupName'));
	put(attributes, 'eks_cluster', findCluster(tags));
	put(attributes, 'launch_template', findLaunchTemplate(tags));
	put(attributes, 'owner', findFirstTag(tags, settings.ownerTags));
	put(attributes, 'environment', findFirstTag(tags, settings.environmentTags));
	if (Object.keys(tags).length > 0) attributes.tags = tags;
}

function maskOf(attributes: DeviceAttributes, state: InstanceState): Record<string, UnknownReason> {
	const unknown: Record<string, UnknownReason> = {};
	for (const name of alwaysThere) if (attributes[name] === undefined) unknown[name] = 'not_supported';
	if (state.stopped && state.stoppedAt === undefined) unknown['stopped_at'] = 'not_supported';
	return unknown;
}

function put<Name extends DeviceAttributeName>(
	attributes: DeviceAttributes,
	name: Name,
	value: DeviceAttributes[Name] | undefined,
): void {
	if (value !== undefined) attributes[name] = value;
}
