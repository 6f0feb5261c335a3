import { formatRoleArn, parseRoleArn } from './arn.ts';

/** One AWS partition: nothing crosses it, neither roles nor keys. */
interface Partition {
	readonly id: string;
	readonly entryRegion: string;
	/** Where its one Organizations endpoint lives (the SDK's endpoint rules). */
	readonly organizationsRegion: string;
	/** Where requests to its global IAM endpoint are signed for. */
	readonly iamRegion: string;
	readonly dnsSuffix: string;
	/** Host of its one IAM endpoint, where it is not that of a region. */
	readonly iamHost?: string;
	readonly regions: RegExp;
	/** Regions that are on in every account of it (AWS account guide, 2026-11), the most used first. */
	readonly onByDefault: readonly string[];
	/** Those that an account has to enable (likewise). AWS adds some every year: what is not here may still exist. */
	readonly optIn: readonly string[];
}

const commercial: Partition = {
	id: 'aws',
	entryRegion: 'us-east-1',
	organizationsRegion: 'us-east-1',
	iamRegion: 'us-east-1',
	dnsSuffix: 'amazonaws.com',
	iamHost: 'iam.amazonaws.com',
	regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
	onByDefault:
		`us-east-1 eu-central-1 us-west-2 eu-west-1 us-east-2 us-west-1 ca-central-1 sa-east-1 eu-west-2 eu-west-3
		eu-north-1 ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2`.split(/\s+/),
	optIn: `af-south-1 ap-east-1 ap-east-2 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6
		ap-southeast-7 ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1`.split(
		/\s+/,
	),
};

const partitions: readonly Partition[] = [
	commercial,
	{
		...onePlace('aws-us-gov', 'us-gov-west-1', 'amazonaws.com', /^us-gov-/, ['us-gov-east-1']),
		iamHost: 'iam.us-gov.amazonaws.com',
	},
	{
		...onePlace('aws-cn', 'cn-north-1', 'amazonaws.com.cn', /^cn-/, ['cn-northwest-1']),
		organizationsRegion: 'cn-northwest-1',
	},
	onePlace('aws-eusc', 'eusc-de-east-1', 'amazonaws.eu', /^eusc-/),
	onePlace('aws-iso', 'us-iso-east-1', 'c2s.ic.gov', /^us-iso-/),
	onePlace('aws-iso-b', 'us-isob-east-1', 'sc2s.sgov.gov', /^us-isob-/),
	onePlace('aws-iso-e', 'eu-isoe-west-1', 'cloud.adc-e.uk', /^eu-isoe-/),
	onePlace('aws-iso-f', 'us-isof-south-1', 'csp.hci.ic.gov', /^us-isof-/),
];

/** A partition whose global services live in one region. */
function onePlace(
	id: string,
	region: string,
	dnsSuffix: string,
	regions: RegExp,
	others: readonly string[] = [],
): Partition {
	const onByDefault = [region, ...others];
	const everywhere = { entryRegion: region, organizationsRegion: region, iamRegion: region };
	return { id, ...everywhere, dnsSuffix, regions, onByDefault, optIn: [] };
}

function findPartition(id: string): Partition {
	return partitions.find((partition) => partition.id === id) ?? commercial;
}

/** The partition a region belongs to, by its name; unknown names count as commercial. */
export function partitionOfRegion(region: string): string {
	return (partitions.slice(1).find((partition) => partition.regions.test(region)) ?? commercial).id;
}

/** The region asked first in a partition: STS and DescribeRegions. */
export function defaultRegion(partition: string): string {
	return findPartition(partition).entryRegion;
}

/** The entry region an operator chose where it lies in the partition, else the partition's own. */
export function entryRegionFor(partition: string, chosen: string | undefined): string {
	return chosen !== undefined && partitionOfRegion(chosen) === partition ? chosen : defaultRegion(partition);
}

export function organizationsRegion(partition: string): string {
	return findPartition(partition).organizationsRegion;
}

export function iamRegion(partition: string): string {
	return findPartition(partition).iamRegion;
}

/** A service as its own endpoint rules place it. */
export type PlacedService = 'sts' | 'ec2' | 'iam' | 'identitystore' | 'organizations';

/** Where a service is called from a region: its one place in the partition, or the region itself. */
export function placeOfService(
	service: PlacedService,
	region: string,
): { readonly region: string; readonly url: string } {
	const partition = findPartition(partitionOfRegion(region));
	if (service === 'iam' && partition.iamHost !== undefined) {
		return { region: partition.iamRegion, url: `https://${partition.iamHost}` };
	}
	const fixed: Partial<Record<PlacedService, string>> = {
		iam: partition.iamRegion,
		organizations: partition.organizationsRegion,
	};
	const own = fixed[service] ?? region;
	return { region: own, url: `https://${service}.${own}.${partition.dnsSuffix}` };
}

export function dnsSuffix(partition: string): string {
	return findPartition(partition).dnsSuffix;
}

/** Regions that are on in every account of the partition: what can be read where nobody may ask which are. */
export function regionsOnByDefault(partition: string): readonly string[] {
	return findPartition(partition).onByDefault;
}

/**
 * Names of the regions of a partition, or of all, as far as Rollcall knows them: to find slips of the pen by, never to
 * refuse one.
 */
export function listRegionNames(partition: string | null): readonly string[] {
	const among = partition === null ? partitions : [findPartition(partition)];
	return among.flatMap(({ onByDefault, optIn }) => [...onByDefault, ...optIn]);
}

/** Whether a region has to be enabled by the account before anything works in it. */
export function isOptInRegion(region: string): boolean {
	return partitionOfRegion(region) === commercial.id && !commercial.onByDefault.includes(region);
}

/** The role of the same partition, path and name in another account (`aws.md`, Accounts). */
export function memberRoleArn(primaryRoleArn: string, accountId: string): string {
	return formatRoleArn({ ...parseRoleArn(primaryRoleArn), accountId });
}
