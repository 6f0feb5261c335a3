import type { Purpose } from './company.ts';
import { mix, pick, pickWeighted } from './hash.ts';

/** How a handful of neighbouring instances came to be. */
export type WorkloadKind =
	| 'pet'
	| 'autoscaling'
	| 'eks'
	| 'eks-managed'
	| 'windows'
	| 'mac'
	| 'batch'
	| 'bastion'
	| 'appliance';

export interface InstanceType {
	readonly name: string;
	readonly cores: number;
	readonly threads: number;
	readonly architecture: 'x86_64' | 'arm64' | 'x86_64_mac' | 'arm64_mac';
}

function type(
	name: string,
	cores: number,
	threads: number,
	architecture: InstanceType['architecture'] = 'x86_64',
): InstanceType {
	return { name, cores, threads, architecture };
}

const GENERAL: readonly InstanceType[] = [
	type('t3.micro', 1, 2),
	type('t3.medium', 1, 2),
	type('m5.large', 1, 2),
	type('m6i.xlarge', 2, 2),
	type('m7g.large', 2, 1, 'arm64'),
	type('t4g.small', 2, 1, 'arm64'),
	type('c6i.2xlarge', 4, 2),
	type('c7g.xlarge', 4, 1, 'arm64'),
	type('r6i.large', 1, 2),
];
const HEAVY: readonly InstanceType[] = [
	type('r6i.4xlarge', 8, 2),
	type('i4i.2xlarge', 4, 2),
	type('g5.2xlarge', 4, 2),
	type('m7i.8xlarge', 16, 2),
];
const WINDOWS: readonly InstanceType[] = [type('m5.xlarge', 2, 2), type('t3.large', 1, 2), type('r5.2xlarge', 4, 2)];
const MAC: readonly InstanceType[] = [type('mac2.metal', 8, 1, 'arm64_mac'), type('mac1.metal', 6, 2, 'x86_64_mac')];

const KINDS: Readonly<Record<Purpose, readonly (readonly [WorkloadKind, number])[]>> = {
	management: [
		['pet', 3],
		['bastion', 1],
	],
	security: [
		['pet', 5],
		['appliance', 2],
		['autoscaling', 2],
	],
	platform: [
		['pet', 4],
		['autoscaling', 6],
		['eks', 4],
		['mac', 1],
		['batch', 2],
		['appliance', 1],
		['bastion', 1],
	],
	product: [
		['pet', 4],
		['autoscaling', 8],
		['eks', 9],
		['windows', 1],
		['batch', 1],
		['bastion', 0.5],
	],
	data: [
		['pet', 3],
		['eks', 5],
		['batch', 8],
		['autoscaling', 2],
	],
	corporate: [
		['windows', 8],
		['pet', 4],
		['appliance', 1],
		['bastion', 0.5],
	],
	sandbox: [
		['pet', 10],
		['windows', 1],
	],
};

const SERVICES: Readonly<Record<Purpose, readonly string[]>> = {
	management: ['landing-zone', 'billing-export'],
	security: ['siem-forwarder', 'scanner', 'vault', 'honeypot'],
	platform: ['gitlab-runner', 'artifact-cache', 'dns-resolver', 'prometheus', 'build-agent', 'vpn', 'ntp'],
	product: ['api', 'web', 'worker', 'scheduler', 'search-index', 'session-cache', 'gateway', 'image-resizer'],
	data: ['spark-executor', 'airflow', 'kafka-broker', 'trino-worker', 'notebook', 'feature-store'],
	corporate: ['domain-controller', 'fileserver', 'print', 'sap-app', 'sap-hana', 'desktop', 'wsus'],
	sandbox: ['test', 'poc', 'tmp', 'please-delete', 'benchmark'],
};

export interface Workload {
	readonly kind: WorkloadKind;
	readonly service: string;
	readonly instanceType: InstanceType;
	readonly disposable: boolean;
	readonly spot: boolean;
	readonly team: string;
	readonly stage: string;
	readonly hash: number;
}

const TEAMS = ['payments', 'checkout', 'platform', 'data', 'search', 'it-operations', 'mobile'];
const TEAMS_BEYOND_ASCII = ['Größen & Maße', 'seguridad', '物流'];

function stageOf(accountName: string): string {
	if (accountName.includes('staging')) {
		return 'staging';
	}
	return accountName.includes('dev') || accountName.includes('sandbox') ? 'development' : 'production';
}

const FIXED_SERVICES: Partial<Record<WorkloadKind, string>> = { bastion: 'bastion', appliance: 'firewall' };
const TYPES_BY_KIND: Partial<Record<WorkloadKind, readonly InstanceType[]>> = {
	windows: WINDOWS,
	mac: MAC,
	batch: HEAVY,
};

/** What a group of eight neighbouring slots runs. */
export function drawWorkload(purpose: Purpose, accountName: string, hash: number): Workload {
	const kind = pickWeighted(KINDS[purpose], mix(hash, 1));
	const service = FIXED_SERVICES[kind] ?? pick(SERVICES[purpose], mix(hash, 2));
	const types = TYPES_BY_KIND[kind] ?? GENERAL;
	return {
		kind,
		service,
		instanceType: pick(types, mix(hash, 3)),
		disposable: kind === 'autoscaling' || kind === 'eks' || kind === 'batch',
		spot: kind === 'batch' || (kind === 'eks' && mix(hash, 4) % 4 === 0),
		team: pick(mix(hash, 6) % 12 === 0 ? TEAMS_BEYOND_ASCII : TEAMS, mix(hash, 5)),
		stage: stageOf(accountName),
		hash,
	};
}
