import type { TrueDevice } from '@rollcall/aws-simulator/truth.ts';
import { addressesAction, type DeviceAttributes, interfacesAction } from '@rollcall/model/asset/device.ts';

/** A few attributes of each feeder, spelled so that two equal values are the same text. */
export type Picture = Readonly<Record<'primary' | typeof addressesAction | typeof interfacesAction, string>>;

const pictures = new WeakMap<TrueDevice, Picture>();

/** What a correct inventory says of a device, from its facts. */
export function pictureOfTruth(device: TrueDevice): Picture {
	const picture = pictures.get(device) ?? drawTruth(device);
	pictures.set(device, picture);
	return picture;
}

function drawTruth(device: TrueDevice): Picture {
	const addresses = device.interfaces.flatMap(({ addresses: all }) => all);
	const associations = addresses.flatMap(({ association }) => association ?? []);
	const elastic = associations.flatMap(({ allocationId, publicIp }) =>
		allocationId ? [`${publicIp} ${allocationId}`] : [],
	);
	return {
		primary: JSON.stringify([
			device.state,
			device.instanceType.name,
			sortEntries(Object.fromEntries(device.tags.map(({ key, value }) => [key, value]))),
			sortUnique(addresses.map(({ address }) => address)),
			sortUnique(associations.map(({ publicIp }) => publicIp)),
			device.vpcId ?? null,
		]),
		[addressesAction]: JSON.stringify(sortUnique(elastic)),
		[interfacesAction]: JSON.stringify(sortUnique(device.interfaces.map(({ interfaceId }) => interfaceId))),
	};
}

/** What the inventory says. */
export function pictureOfRecord(attributes: DeviceAttributes): Picture {
	const elastic = attributes.elastic_ips?.map(({ address, allocation_id }) => `${address} ${allocation_id}`);
	return {
		primary: JSON.stringify([
			attributes.state,
			attributes.model,
			sortEntries(attributes.tags ?? {}),
			sortUnique(attributes.internal_ips ?? []),
			sortUnique(attributes.external_ips ?? []),
			attributes.vpc_id ?? null,
		]),
		[addressesAction]: JSON.stringify(sortUnique(elastic ?? [])),
		[interfacesAction]: JSON.stringify(sortUnique(attributes.network_interfaces?.map(({ id }) => id) ?? [])),
	};
}

function sortUnique(values: readonly string[]): string[] {
	return [...new Set(values)].sort();
}

function sortEntries(entries: Readonly<Record<string, string>>): [string, string][] {
	return Object.entries(entries).sort(([left], [right]) => (left < right ? -1 : 1));
}
