/** One AWS region: name, code used in zone ids, place, and whether an account must opt in. */
export interface RegionFacts {
	readonly name: string;
	readonly code: string;
	readonly geography: string;
	readonly optIn: boolean;
	readonly zones: number;
}

export function region(name: string, code: string, geography: string, optIn = false, zones = 3): RegionFacts {
	return { name, code, geography, optIn, zones };
}

/** Of the commercial partition. The order is the order of use: a world of three regions takes the first three. The first 17 are on by default. */
export const REGIONS: readonly RegionFacts[] = [
	region('us-east-1', 'use1', 'United States of America', false, 6),
	region('eu-west-1', 'euw1', 'Ireland'),
	region('eu-central-1', 'euc1', 'Germany'),
	region('us-west-2', 'usw2', 'United States of America', false, 4),
	region('ap-southeast-1', 'apse1', 'Singapore'),
	region('us-east-2', 'use2', 'United States of America'),
	region('eu-north-1', 'eun1', 'Sweden'),
	region('ap-northeast-1', 'apne1', 'Japan'),
	region('eu-west-2', 'euw2', 'United Kingdom'),
	region('sa-east-1', 'sae1', 'Brazil'),
	region('ap-south-1', 'aps1', 'India'),
	region('ca-central-1', 'cac1', 'Canada'),
	region('eu-west-3', 'euw3', 'France'),
	region('ap-southeast-2', 'apse2', 'Australia'),
	region('ap-northeast-2', 'apne2', 'Republic of Korea', false, 4),
	region('ap-northeast-3', 'apne3', 'Japan'),
	region('us-west-1', 'usw1', 'United States of America', false, 2),
	region('eu-south-1', 'eus1', 'Italy', true),
	region('af-south-1', 'afs1', 'South Africa', true),
	region('me-central-1', 'mec1', 'United Arab Emirates', true),
	region('eu-central-2', 'euc2', 'Switzerland', true),
	region('ap-east-1', 'ape1', 'Hong Kong', true),
	region('eu-south-2', 'eus2', 'Spain', true),
	region('il-central-1', 'ilc1', 'Israel', true),
	region('ca-west-1', 'caw1', 'Canada', true),
	region('ap-south-2', 'aps2', 'India', true),
	region('ap-southeast-3', 'apse3', 'Indonesia', true),
	region('ap-southeast-4', 'apse4', 'Australia', true),
	region('me-south-1', 'mes1', 'Bahrain', true),
];
