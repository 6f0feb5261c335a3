import type { Mutation } from '@rollcall/aws-simulator/control/mutations.ts';
import type { RunningSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { createRandom, type Random } from './random.ts';
import { isAlive, readTrueWorld, type TrueWorld } from './true-world.ts';

/** Takes something away from an account or from the collector, with the change that gives it back. */
interface Restriction {
	readonly change: Mutation;
	readonly undo: Mutation;
	/** The collector as a whole is blind with it. */
	readonly total: boolean;
	/** Whom it concerns. */
	readonly accountId: string;
}

export interface WorldChanges {
	/** Changes the world between two plans, and gives back about half of what was taken away before. */
	change(seed: number): readonly Mutation[];
	/** Gives back what would make a clean run blind; whether there was any such thing. */
	restoreSight(): boolean;
}

const scopeSize = 60;
const mostAccounts = 8;
const mostRestrictions = 4;

/** Changes twins: worlds of one seed that stay the same because all their changes are. */
export function createWorldChanges(twins: readonly [RunningSimulator, RunningSimulator]): WorldChanges {
	let restrictions: Restriction[] = [];
	const { world, managementAccountId: management } = twins[0];
	const mutate = (mutation: Mutation): void => {
		for (const { control } of twins) control.mutate(mutation);
	};
	return {
		change: (seed) => {
			const random = createRandom(seed ^ 0x5eed);
			const minutes = random.whole(1, 90);
			for (const { control } of twins) control.advance(minutes * 60_000);
			const done: Mutation[] = [];
			const apply = (mutation: Mutation): void => {
				mutate(mutation);
				done.push(mutation);
			};
			const kept = restrictions.filter(() => random.chance(0.5));
			for (const { undo } of restrictions.filter((each) => !kept.includes(each))) apply(undo);
			restrictions = kept;
			const truth = readTrueWorld(world);
			if (random.chance(0.04) && truth.accounts.size < mostAccounts) apply({ addAccount: true });
			for (const mutation of changeDevices(random, truth)) apply(mutation);
			if (random.chance(0.4) && restrictions.length < mostRestrictions) {
				const taken = restrictions.map(({ accountId }) => accountId);
				const members = [...truth.accounts.values()]
					.map(({ accountId }) => accountId)
					.filter((id) => id !== management);
				const restriction = random.chance(0.08)
					? blindCollector(random, management)
					: restrictMember(random, random.pick(members), [...readRegions(truth)]);
				if (!taken.includes(restriction.accountId)) {
					apply(restriction.change);
					restrictions.push(restriction);
				}
			}
			return done;
		},
		restoreSight: () => {
			const blinding = restrictions.filter(({ total }) => total);
			for (const { undo } of blinding) mutate(undo);
			restrictions = restrictions.filter(({ total }) => !total);
			return blinding.length > 0;
		},
	};

	function* readRegions(truth: TrueWorld): Generator<string> {
		for (const { region } of truth.accounts.get(management)?.regions ?? []) yield region;
	}
}

/** A few changes by chance, at times a great loss that the brake must see, and births where a scope ran low. */
function* changeDevices(random: Random, truth: TrueWorld): Generator<Mutation> {
	const alive = [...truth.devices.values()].filter(isAlive);
	if (random.chance(0.8)) {
		for (const device of random.sample(alive, random.whole(1, 8))) yield changeDevice(random, device.arn);
	}
	const scopes = [...truth.accounts.values()].flatMap(({ accountId, regions }) =>
		regions.map(({ region }) => ({ accountId, region })),
	);
	const inScope = (scope: { accountId: string; region: string }) =>
		alive.filter((device) => device.accountId === scope.accountId && device.region === scope.region);
	if (random.chance(0.1)) {
		const members = inScope(random.pick(scopes));
		for (const { arn } of random.sample(members, random.whole(Math.min(15, members.length), members.length)))
			yield { remove: arn };
	}
	if (random.chance(0.04)) for (const { arn } of random.sample(alive, random.whole(90, 150))) yield { remove: arn };
	for (const scope of scopes) {
		const missing = scopeSize - inScope(scope).length;
		const births = missing > 10 ? random.whole(1, missing) : random.whole(0, 40) === 0 ? 1 : 0;
		for (let birth = 0; birth < births; birth += 1)
			yield { add: { ...scope, tags: { Name: `new-${random.whole(1, 99)}` } } };
	}
}

function changeDevice(random: Random, arn: string): Mutation {
	switch (random.whole(0, 5)) {
		case 0:
			return { terminate: arn };
		case 1:
			return { remove: arn };
		case 2:
			return { stop: arn };
		case 3:
			return { start: arn };
		default:
			return {
				retag: { arn, set: { Owner: `team-${random.whole(1, 9)}`, 'größe & <art>': `${random.whole(1, 99)}` } },
			};
	}
}

function restrictMember(random: Random, accountId: string, regions: readonly string[]): Restriction {
	const base = { accountId, total: false };
	const region = random.pick(regions);
	const denied = {
		accountId,
		action: `ec2:Describe${random.pick(['Instances', 'Instances', 'Addresses', 'NetworkInterfaces', 'Regions'])}`,
		...(random.chance(0.6) ? { region } : {}),
	};
	const undo = { reopenAccount: accountId };
	switch (random.whole(0, 6)) {
		case 0:
			return { ...base, change: { suspendAccount: accountId }, undo };
		case 1:
			return { ...base, change: { closeAccount: accountId }, undo };
		case 2:
			return { ...base, change: { leaveAccount: accountId }, undo };
		case 3:
			return { ...base, change: { removeRole: accountId }, undo: { restoreRole: accountId } };
		case 4:
			return {
				...base,
				change: { scpDenyRegion: { region, accountId } },
				undo: { scpAllowRegion: { region, accountId } },
			};
		default:
			return { ...base, change: { denyAction: denied }, undo: { allowAction: denied } };
	}
}

function blindCollector(random: Random, accountId: string): Restriction {
	const denied = { accountId, action: 'organizations:ListAccounts' };
	return random.chance(0.5)
		? { accountId, total: true, change: { removeRole: accountId }, undo: { restoreRole: accountId } }
		: { accountId, total: true, change: { denyAction: denied }, undo: { allowAction: denied } };
}
