import { listTrueAccounts, listTrueDevices, type TrueAccount, type TrueDevice } from '@rollcall/aws-simulator/truth.ts';
import type { World } from '@rollcall/aws-simulator/world/world.ts';
import type { Outcome } from '@rollcall/model/run/outcome.ts';

/** What is so, straight from the simulator's seed and changes: it never went through a wire. */
export interface TrueWorld {
	/** Every device AWS would list, by ARN; terminated ones among them. */
	readonly devices: ReadonlyMap<string, TrueDevice>;
	/** Every account the AWS Organization lists. */
	readonly accounts: ReadonlyMap<string, TrueAccount>;
	/** How an undisturbed run must find every scope, by account and region; `*` where regions cannot be asked for. */
	readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, Outcome>>;
}

/** Where accounts are asked for their regions. */
const entryRegion = 'us-east-1';

export function readTrueWorld(world: World): TrueWorld {
	const accounts = new Map([...listTrueAccounts(world)].map((account) => [account.accountId, account]));
	return {
		devices: new Map([...listTrueDevices(world)].map((device) => [device.arn, device])),
		accounts,
		outcomes: new Map([...accounts].map(([accountId, account]) => [accountId, outcomesOf(world, account)])),
	};
}

export function isAlive(device: TrueDevice | undefined): device is TrueDevice {
	return device !== undefined && device.state !== 'terminated';
}

function outcomesOf(world: World, account: TrueAccount): ReadonlyMap<string, Outcome> {
	const found = new Map(account.regions.map(({ region, outcome }) => [region, outcome]));
	const entry = found.get(entryRegion);
	if (account.state !== 'ACTIVE') return new Map([['*', 'skipped']]);
	if (entry === 'role_missing') return new Map([['*', 'denied']]);
	if (mayNotAskRegions(world, account.accountId)) return new Map([['*', 'denied']]);
	return new Map(
		[...found].map(([region, outcome]): [string, Outcome] => {
			if (outcome === 'blocked_by_policy' || outcome === 'denied') return [region, outcome];
			return [region, 'complete'];
		}),
	);
}

function mayNotAskRegions(world: World, accountId: string): boolean {
	return world.overlay.deniedActions.some(
		({ accountId: concerned, action, region }) =>
			concerned === accountId && action === 'ec2:DescribeRegions' && (region ?? entryRegion) === entryRegion,
	);
}
