import { type Account, accountAt } from './accounts.ts';
import { COMPANY_REGION_WEIGHTS } from './company.ts';
import { hashText, mix, toAlphanumeric, toResourceId } from './hash.ts';
import { factsOfPartition, findRegionIndex, regionAt } from './partitions.ts';
import type { RegionFacts } from './regions.ts';
import { MILLISECONDS_PER_DAY } from './settings.ts';
import { remember, type World } from './world.ts';

/** Slots from here on are instances that were added by hand. */
export const ADDED_SLOTS = 0x10000000;

/** One account in one region, with what all its instances share. */
export interface Scope {
	readonly account: Account;
	readonly region: RegionFacts;
	readonly regionIndex: number;
	/** Both indexes in 32 bits: the right half of every id in the scope. */
	readonly number: number;
	readonly hash: number;
	readonly vpcs: readonly Vpc[];
	readonly keyNames: readonly string[];
	readonly initialInstances: number;
	readonly dnsSuffix: string;
	readonly publicDnsSuffix: string;
}

export interface Vpc {
	readonly vpcId: string;
	readonly subnets: readonly { subnetId: string; zone: string; zoneId: string }[];
	readonly groups: readonly { groupId: string; groupName: string }[];
}

const GROUP_NAMES = [
	'default',
	'web-public',
	'app-internal',
	'db-clients',
	'ssh-from-vpn',
	'monitoring',
	'eks-node-shared',
	'launch-wizard-3',
];

export function scopeNumber(accountIndex: number, regionIndex: number): number {
	return ((accountIndex << 8) | regionIndex) >>> 0;
}

export function openScope(world: World, account: Account, regionName: string): Scope {
	const regionIndex = findRegionIndex(world.settings.partition, regionName);
	const number = scopeNumber(account.index, regionIndex);
	return remember(world, `scope/${number}`, () => makeScope(world, account, regionIndex, number));
}

function makeScope(world: World, account: Account, regionIndex: number, number: number): Scope {
	const { partition } = world.settings;
	const region = regionAt(partition, regionIndex);
	const hash = mix(hashText(world.key, 'scope'), number);
	const vpcs = [0, 1].map((which) => makeVpc(mix(hash, which), region));
	const internal = region.name === 'us-east-1' ? 'ec2.internal' : `${region.name}.compute.internal`;
	const compute = region.name === 'us-east-1' ? 'compute-1' : `${region.name}.compute`;
	const external = `${compute}.${factsOfPartition(partition).dnsSuffix}`;
	return {
		account,
		region,
		regionIndex,
		number,
		hash,
		vpcs,
		keyNames: ['ops-2024', `${account.name}-key`, 'bastion', 'Müller laptop'],
		initialInstances: countInitialInstances(world, account, regionIndex),
		dnsSuffix: internal,
		publicDnsSuffix: external,
	};
}

function makeVpc(hash: number, region: RegionFacts): Vpc {
	const subnets = Array.from({ length: 6 }, (_, index) => {
		const zone = index % region.zones;
		return {
			subnetId: toResourceId('subnet', mix(hash, 100 + index)),
			zone: `${region.name}${'abcdef'[zone]}`,
			zoneId: `${region.code}-az${zone + 1}`,
		};
	});
	const groups = GROUP_NAMES.map((name, index) => ({
		groupId: toResourceId('sg', mix(hash, 200 + index)),
		groupName: index === 7 ? `${name}-${toAlphanumeric(hash, 4)}` : name,
	}));
	return { vpcId: toResourceId('vpc', mix(hash, 300)), subnets, groups };
}

/** Even share of `total` for position `index` of `count`; the shares add up to the total exactly. */
function share(total: number, index: number, count: number): number {
	return Math.floor((total * (index + 1)) / count) - Math.floor((total * index) / count);
}

function countInitialInstances(world: World, account: Account, regionIndex: number): number {
	const { settings } = world;
	const big = account.index === 0 && regionIndex === 0 ? settings.bigScopeInstances : 0;
	if (account.index >= settings.accounts) {
		// Joined later: an average account.
		return regionIndex < settings.regions ? Math.round(settings.instances / settings.accounts / settings.regions) : 0;
	}
	if (settings.scenario !== 'demo') {
		const scopes = settings.accounts * settings.regions;
		const inPlay = regionIndex < settings.regions;
		return (inPlay ? share(settings.instances, account.index * settings.regions + regionIndex, scopes) : 0) + big;
	}
	const plan = remember(world, 'plan', () => planCompany(world));
	return (plan.get(scopeNumber(account.index, regionIndex)) ?? 0) + big;
}

/** The demo company's instances per scope: by the accounts' and regions' weights, adding up exactly. */
function planCompany(world: World): Map<number, number> {
	const rows: [number, number][] = [];
	let total = 0;
	for (let index = 0; index < world.settings.accounts; index++) {
		const account = accountAt(world, index);
		for (const name of account.regions) {
			const weight = account.company.weight * (COMPANY_REGION_WEIGHTS[name] ?? 0);
			const regionIndex = findRegionIndex(world.settings.partition, name);
			// Not every account is in every region.
			const draw = mix(hashText(world.key, 'presence'), scopeNumber(index, regionIndex)) % 100;
			const present = weight > 0 && (regionIndex <= 2 || regionIndex >= 17 || draw < 45);
			if (present) {
				total += weight;
				rows.push([scopeNumber(index, regionIndex), weight]);
			}
		}
	}
	const plan = new Map<number, number>();
	let sum = 0;
	let given = 0;
	for (const [number, weight] of rows) {
		sum += weight;
		const upTo = Math.round((world.settings.instances * sum) / total);
		plan.set(number, upTo - given);
		given = upTo;
	}
	return plan;
}

/** Instances born per day in this scope after the start. */
export function birthsPerDay(world: World, scope: Scope): number {
	return world.settings.churn * 0.5 * scope.initialInstances;
}

/** Slots in use by `at`, gone ones included; those added by hand come on top. */
export function countSlots(world: World, scope: Scope, at: number): number {
	const days = Math.max(0, at - world.settings.startAt) / MILLISECONDS_PER_DAY;
	return scope.initialInstances + Math.floor(days * birthsPerDay(world, scope));
}

export function countAddedSlots(world: World, scope: Scope, at: number): number {
	const rows = world.overlay.added.get(addedKey(scope.account.index, scope.regionIndex));
	return rows === undefined ? 0 : rows.filter((row) => row.at <= at).length;
}

export function addedKey(accountIndex: number, regionIndex: number): string {
	return `${accountIndex}/${regionIndex}`;
}
