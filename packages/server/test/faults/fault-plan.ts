import { FAULTS, type FaultMatch, type FaultName, type FaultRule } from '@rollcall/aws-simulator/faults/rules.ts';
import { createRandom, type Random } from './random.ts';

/** Something that befalls a run from outside, after so many requests of it. */
export interface Interruption {
	readonly kind: 'stop' | 'abort' | 'expire';
	readonly afterRequests: number;
}

/** What goes wrong in one run. The world's own changes are drawn from the same seed, but depend on what it is by then. */
export interface FaultPlan {
	readonly seed: number;
	readonly rules: readonly FaultRule[];
	readonly enrich: 'all' | 'due' | 'none';
	readonly interruption: Interruption | undefined;
	/** A run over a part of the accounts or regions; null: over all. */
	readonly regions: readonly string[] | null;
	readonly accounts: readonly string[] | null;
}

/** What a plan may be about. */
export interface PlanGround {
	readonly accountIds: readonly string[];
	readonly regions: readonly string[];
}

const actions = [
	{ service: 'ec2', action: 'DescribeInstances', weight: 5 },
	{ service: 'ec2', action: 'DescribeNetworkInterfaces', weight: 2 },
	{ service: 'ec2', action: 'DescribeAddresses', weight: 2 },
	{ service: 'ec2', action: 'DescribeRegions', weight: 2 },
	{ service: 'sts', action: 'AssumeRole', weight: 2 },
	{ service: 'organizations', action: 'ListAccounts', weight: 2 },
].flatMap(({ weight, ...entry }) => Array.from({ length: weight }, () => entry));

/** The plan of a seed: one to five rules over every fault the simulator knows. */
export function makePlan(seed: number, ground: PlanGround): FaultPlan {
	const random = createRandom(seed);
	const rules = Array.from({ length: random.whole(1, 5) }, () => makeRule(random, ground));
	return {
		seed,
		rules,
		enrich: random.pick(['all', 'all', 'due', 'none']),
		interruption: random.chance(0.25)
			? { kind: random.pick(['stop', 'abort', 'expire', 'expire']), afterRequests: random.whole(1, 700) }
			: undefined,
		regions: random.chance(0.06) ? random.sample(ground.regions, random.whole(1, 2)) : null,
		accounts: random.chance(0.06) ? random.sample(ground.accountIds, random.whole(1, 3)) : null,
	};
}

function makeRule(random: Random, ground: PlanGround): FaultRule {
	const fault: FaultName = random.pick(FAULTS);
	const match = makeMatch(random, ground);
	const times = random.pick([1, 1, 2, 2, 4, null, null, null]);
	return {
		fault,
		match,
		probability: random.chance(0.35) ? 1 : random.whole(3, 90) / 100,
		times,
		seed: random.whole(1, 1_000_000),
		...delaysOf(random, fault, times),
	};
}

/** Some delays are longer than a request may take; those for ever are short, so that a plan ends this minute. */
function delaysOf(random: Random, fault: FaultName, times: number | null): Partial<FaultRule> {
	if (fault === 'slow' || fault === 'drip')
		return { delayMs: times === null ? random.whole(5, 60) : random.whole(5, 700) };
	return fault === 'silent' ? { silentMs: random.pick([100, 10_000]) } : {};
}

function makeMatch(random: Random, { accountIds, regions }: PlanGround): FaultMatch {
	const anywhere = random.chance(0.12) ? {} : random.pick(actions);
	const account = random.chance(0.45) ? { accountId: random.pick(accountIds) } : {};
	const inRegion = !('service' in anywhere) || anywhere.service === 'ec2';
	const region = inRegion && random.chance(0.35) ? { region: random.pick(regions) } : {};
	return { ...anywhere, ...account, ...region, ...makePageMatch(random) };
}

function makePageMatch(random: Random): FaultMatch {
	if (random.chance(0.2)) return { page: random.whole(0, 8) };
	return random.chance(0.15) ? { hasToken: random.chance(0.7) } : {};
}

/** The plan as a person repeats and reads it. */
export function describePlan(plan: FaultPlan): string {
	return JSON.stringify(plan);
}
