import { REGIONS, type RegionFacts, region } from './regions.ts';

/** The partitions a world can lie in. Nothing crosses them: neither roles nor keys. */
export const PARTITIONS = ['aws', 'aws-us-gov', 'aws-cn', 'aws-eusc'] as const;

export type PartitionName = (typeof PARTITIONS)[number];

/** What is different about a partition. */
export interface PartitionFacts {
	readonly dnsSuffix: string;
	/** The one region that requests to a service without regions of its own are signed for, by service. */
	readonly fixedRegions: Readonly<Record<string, string>>;
	/** In the order of use, as `REGIONS`. */
	readonly regions: readonly RegionFacts[];
}

function inOnePlace(name: string): PartitionFacts['fixedRegions'] {
	return { organizations: name, iam: name };
}

const FACTS: Readonly<Record<PartitionName, PartitionFacts>> = {
	aws: { dnsSuffix: 'amazonaws.com', fixedRegions: inOnePlace('us-east-1'), regions: REGIONS },
	'aws-us-gov': {
		dnsSuffix: 'amazonaws.com',
		fixedRegions: inOnePlace('us-gov-west-1'),
		regions: [
			region('us-gov-west-1', 'usgw1', 'United States of America'),
			region('us-gov-east-1', 'usge1', 'United States of America'),
		],
	},
	'aws-cn': {
		dnsSuffix: 'amazonaws.com.cn',
		fixedRegions: { organizations: 'cn-northwest-1', iam: 'cn-north-1' },
		regions: [region('cn-north-1', 'cnn1', 'China'), region('cn-northwest-1', 'cnnw1', 'China')],
	},
	'aws-eusc': {
		dnsSuffix: 'amazonaws.eu',
		fixedRegions: inOnePlace('eusc-de-east-1'),
		// The code in its zone ids is a guess: no public text names one.
		regions: [region('eusc-de-east-1', 'euscde1', 'Germany')],
	},
};

export function factsOfPartition(partition: PartitionName): PartitionFacts {
	return FACTS[partition];
}

export function findPartition(name: string): PartitionName | undefined {
	return PARTITIONS.find((known) => known === name);
}

const INDEXES = new Map(
	PARTITIONS.map((name) => [name, new Map(FACTS[name].regions.map((facts, index) => [facts.name, index]))]),
);

/** Index into the partition's regions, or -1. */
export function findRegionIndex(partition: PartitionName, name: string): number {
	return INDEXES.get(partition)?.get(name) ?? -1;
}

export function regionAt(partition: PartitionName, index: number): RegionFacts {
	const facts = FACTS[partition].regions[index];
	if (facts === undefined) {
		throw new RangeError(`no region ${index} in ${partition}`);
	}
	return facts;
}
