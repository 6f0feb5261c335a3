import { COMPANY, COMPANY_DENIED, type CompanyAccount, makeCompanyAccount } from './company.ts';
import { hashText, mix, toAlphanumeric, toUnit } from './hash.ts';
import { type AccountState, changesFor } from './overlay.ts';
import { factsOfPartition, findRegionIndex } from './partitions.ts';
import { MILLISECONDS_PER_DAY } from './settings.ts';
import { formatArn, organizationIdOf, remember, rootIdOf, type World } from './world.ts';

/** What is always true of an account. Its state is a question of time: `stateOfAccount`. */
export interface Account {
	readonly index: number;
	readonly accountId: string;
	readonly name: string;
	readonly email: string;
	readonly joinedAt: number;
	readonly joinedMethod: 'INVITED' | 'CREATED';
	/** Names of the organizational units from the root down. */
	readonly unit: readonly string[];
	readonly purpose: CompanyAccount['purpose'];
	/** Names of the regions enabled at the start. `regionsOf` tells those of a moment. */
	readonly regions: readonly string[];
	readonly withoutRole: boolean;
	readonly company: CompanyAccount;
}

const ID_SPACE = 1_000_000_000_000n;
const ID_STEP = 618_033_988_747n; // Odd and no multiple of five: a permutation of twelve digits.

function inverseOfStep(): bigint {
	let [a, b, x, y] = [ID_STEP, ID_SPACE, 1n, 0n];
	while (b !== 0n) {
		const quotient = a / b;
		[a, b, x, y] = [b, a % b, y, x - quotient * y];
	}
	return ((x % ID_SPACE) + ID_SPACE) % ID_SPACE;
}

const ID_INVERSE = inverseOfStep();

function idOffset(world: World): bigint {
	return BigInt(world.key) * 137n;
}

export function accountIdAt(world: World, index: number): string {
	return ((BigInt(index) * ID_STEP + idOffset(world)) % ID_SPACE).toString().padStart(12, '0');
}

export function managementAccountId(world: World): string {
	return accountIdAt(world, 0);
}

/** The account with this id if it has joined by `at`, also when it is closed; not when it has left. */
export function findAccount(world: World, accountId: string, at: number = world.time.at): Account | undefined {
	const account = findJoinedAccount(world, accountId, at);
	return account === undefined || stateOfAccount(world, account, at) === 'LEFT' ? undefined : account;
}

/** The same, also when it has left since. */
export function findJoinedAccount(world: World, accountId: string, at: number = world.time.at): Account | undefined {
	if (!/^\d{12}$/.test(accountId)) {
		return undefined;
	}
	const difference = (((BigInt(accountId) - idOffset(world)) % ID_SPACE) + ID_SPACE) % ID_SPACE;
	const index = Number((difference * ID_INVERSE) % ID_SPACE);
	return index < countAccountIndexes(world, at) ? accountAt(world, index) : undefined;
}

/** Indexes in use at this time, those that have left included. */
export function countAccountIndexes(world: World, at: number): number {
	const { accounts, churn, startAt } = world.settings;
	const days = Math.max(0, at - startAt) / MILLISECONDS_PER_DAY;
	const joined = churn > 0 ? Math.floor(days * churn * 0.02 * accounts) : 0;
	const added = world.overlay.addedAccounts.filter((addedAt) => addedAt <= at).length;
	return accounts + joined + added;
}

export function accountAt(world: World, index: number): Account {
	return remember(world, `account/${index}`, () => makeAccount(world, index));
}

function makeAccount(world: World, index: number): Account {
	const { settings } = world;
	const hash = mix(hashText(world.key, 'account'), index);
	const company = (settings.scenario === 'demo' ? COMPANY[index] : undefined) ?? makeCompanyAccount(index);
	const { regions } = factsOfPartition(settings.partition);
	const names = regions.slice(0, settings.regions).map((region) => region.name);
	const extra = (company.optIn ?? []).filter(
		(name) => !names.includes(name) && findRegionIndex(settings.partition, name) >= 0,
	);
	const mailbox = company.name.normalize('NFKD').replaceAll(/[^a-z0-9-]/g, '');
	const age = 30 + toUnit(mix(hash, 1)) * 2500;
	return {
		index,
		accountId: accountIdAt(world, index),
		name: company.name,
		email: `aws+${mailbox}@nordwind.example`,
		joinedAt: joinTimeOf(world, index, age),
		joinedMethod: mix(hash, 2) % 5 === 0 ? 'INVITED' : 'CREATED',
		unit: company.unit,
		purpose: company.purpose,
		regions: [...names, ...extra],
		withoutRole: company.withoutRole ?? false,
		company,
	};
}

/** Accounts of the start have an age in days; later ones join one after the other. */
function joinTimeOf(world: World, index: number, ageDays: number): number {
	const { accounts, churn, startAt } = world.settings;
	if (index < accounts) {
		return startAt - Math.floor(ageDays * MILLISECONDS_PER_DAY);
	}
	const days = churn > 0 ? (index - accounts + 1) / (churn * 0.02 * accounts) : 0;
	return startAt + Math.floor(days * MILLISECONDS_PER_DAY);
}

function drawnEnd(world: World, account: Account): { at: number; kind: number } | undefined {
	const { churn, startAt } = world.settings;
	if (churn <= 0 || account.index === 0) {
		return undefined;
	}
	const hash = mix(hashText(world.key, 'account-end'), account.index);
	const days = -Math.log(1 - toUnit(hash)) / (churn * 0.02);
	return { at: startAt + days * MILLISECONDS_PER_DAY, kind: mix(hash, 1) % 3 };
}

/** The state AWS Organizations would report at this moment, or LEFT when it would not list the account at all. */
export function stateOfAccount(world: World, account: Account, at: number): AccountState | 'LEFT' {
	let state: AccountState | 'LEFT' = account.company.state ?? 'ACTIVE';
	const end = drawnEnd(world, account);
	if (end !== undefined && at >= end.at) {
		const days = (at - end.at) / MILLISECONDS_PER_DAY;
		if (end.kind === 0) {
			state = 'LEFT';
		} else if (end.kind === 1) {
			state = days < 3 ? 'PENDING_CLOSURE' : 'CLOSED';
		} else {
			state = 'SUSPENDED';
		}
	}
	for (const change of world.overlay.accounts.get(account.accountId) ?? []) {
		if (at >= change.at) {
			state = change.state;
		}
	}
	return state;
}

/** Names of the regions enabled for the account at a moment. */
export function regionsOf(world: World, account: Account, at: number = world.time.at): readonly string[] {
	const changes = changesFor(world.overlay.regions, account.accountId, at);
	if (changes.length === 0) {
		return account.regions;
	}
	const names = new Set(account.regions);
	for (const { region, enabled } of changes) {
		if (enabled) {
			names.add(region);
		} else {
			names.delete(region);
		}
	}
	return [...names];
}

export function hasRole(world: World, account: Account): boolean {
	const { overlay, settings } = world;
	if (account.index === 0 && settings.delegatedAdministrator !== undefined) {
		return false;
	}
	const made = !account.withoutRole || overlay.newRoles.has(account.accountId);
	return made && !overlay.removedRoles.has(account.accountId);
}

/** The account whose role may list the accounts. */
export function listingAccountId(world: World): string {
	return accountIdAt(world, world.settings.delegatedAdministrator ?? 0);
}

export function unitIdOf(world: World, unit: readonly string[]): string {
	const root = rootIdOf(world).slice(2);
	return `ou-${root}-${toAlphanumeric(hashText(world.key, `unit/${unit.join('/')}`), 8)}`;
}

/**
 * `o-…/r-…/ou-…/ou-…/<account>/`, the form of `Account.Paths`: seen in answers of AWS, and the service model's pattern of
 * a `Path` allows the account at its end.
 */
export function pathOfAccount(world: World, account: Account): string {
	const units = account.unit.map((_, depth) => unitIdOf(world, account.unit.slice(0, depth + 1)));
	return `${[organizationIdOf(world), rootIdOf(world), ...units, account.accountId].join('/')}/`;
}

/** Id of the service control policy that forbids this region to this account, or undefined. */
export function deniedRegionPolicy(world: World, account: Account, region: string): string | undefined {
	if (account.index === 0) {
		return undefined; // Service control policies never bind the management account.
	}
	const inUnit = world.settings.scenario === 'demo' && account.unit[0] === COMPANY_DENIED.unit;
	const drawn = inUnit && (COMPANY_DENIED.regions as readonly string[]).includes(region);
	const explicit = world.overlay.deniedRegions.some(
		(denied) => denied.region === region && (denied.accountId === undefined || denied.accountId === account.accountId),
	);
	return drawn || explicit ? `p-${toAlphanumeric(hashText(world.key, `deny/${region}`), 8)}` : undefined;
}

export function arnOfControlPolicy(world: World, policyId: string): string {
	const resource = `policy/${organizationIdOf(world)}/service_control_policy/${policyId}`;
	return formatArn(world, 'organizations', '', managementAccountId(world), resource);
}
