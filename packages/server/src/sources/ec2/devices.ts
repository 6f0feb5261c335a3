import { addressesAction, deviceAttributes, interfacesAction } from '@rollcall/model/asset/device.ts';
import { describeAddresses, describeInstances, describeNetworkInterfaces } from '#aws/operations/ec2.ts';
import { type Collection, defineCollection, type ScopeEnrichment } from '#sources/kit/collection.ts';
import type { Fields } from '#sources/kit/read-fields.ts';
import { readPages } from '#sources/kit/read-pages.ts';
import { convertInstance, type InstanceItem } from './convert.ts';
import { convertAddresses } from './elastic-ips.ts';
import { convertInterfaces } from './interfaces.ts';
import { createKnownIdFanOut } from './known-ids.ts';
import { type DeviceSettings, defaultDeviceSettings } from './settings.ts';

/** The largest page EC2 gives; without MaxResults it does not page at all. */
const pageSize = 1000;
const dailyMs = 24 * 60 * 60 * 1000;

const elasticIps: ScopeEnrichment = {
	per: 'scope',
	action: addressesAction,
	actions: [addressesAction],
	attributes: ['elastic_ips'],
	cadenceMs: dailyMs,
	isOn: true,
	read: async (context) => {
		const answer = await context.call(describeAddresses, {});
		return convertAddresses(documentsOf(answer.items), context.scope);
	},
};

const networkInterfaces: ScopeEnrichment = {
	per: 'scope',
	action: interfacesAction,
	actions: [interfacesAction],
	attributes: ['network_interfaces'],
	cadenceMs: dailyMs,
	isOn: true,
	read: async (context) => {
		const documents: Fields[] = [];
		for await (const page of readPages(context, describeNetworkInterfaces, pageSize)) {
			documents.push(...documentsOf(page.items));
		}
		return convertInterfaces(documents, context.scope);
	},
};

/** EC2 instances as devices: one scope per account and enabled region. */
export function defineEc2Devices(settings: DeviceSettings = defaultDeviceSettings): Collection<InstanceItem> {
	return defineCollection<InstanceItem>({
		kind: 'ec2.devices',
		assetType: 'device',
		scopedBy: 'region',
		fansOut: true,
		permissions: ['ec2:DescribeInstances', 'ec2:DescribeRegions', addressesAction, interfacesAction],
		extras: [],
		attributes: deviceAttributes,
		enrichments: [elasticIps, networkInterfaces],
		read: (context) => readPages(context, describeInstances, pageSize),
		fanOut: createKnownIdFanOut(settings.fanOutFrom),
		convert: (item, scope) => convertInstance(item, scope, settings),
	});
}

function documentsOf(items: readonly { readonly document: Fields }[]): Fields[] {
	return items.map((item) => item.document);
}
