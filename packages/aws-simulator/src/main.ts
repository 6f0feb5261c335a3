import { parseCommandLine, USAGE } from './command-line.ts';
import { startSimulator } from './start-simulator.ts';
import { accountAt, countAccountIndexes } from './world/accounts.ts';
import { countIamPlaces } from './world/users/iam-users.ts';
import type { World } from './world/world.ts';

/** Users at the start: then no place of a listing is empty. */
function countIamUsers(world: World): number {
	const { accounts, startAt } = world.settings;
	let count = 0;
	for (let index = 0; index < accounts; index++) {
		count += countIamPlaces(world, accountAt(world, index), startAt);
	}
	return count;
}

async function run(): Promise<void> {
	const options = parseCommandLine(process.argv.slice(2));
	if (options === 'help') {
		process.stdout.write(USAGE);
		return;
	}
	const simulator = await startSimulator({ callLogLimit: 10_000, ...options });
	const { base, direct } = simulator.principals;
	const { settings } = simulator.world;
	const ready = {
		ready: true,
		endpoint: simulator.endpoint,
		pid: process.pid,
		roleArn: simulator.roleArn,
		externalId: simulator.externalId,
		principalRoleArn: simulator.principalRoleArn,
		accessKeyId: base.accessKeyId,
		secretAccessKey: base.secretAccessKey,
		directAccessKeyId: direct.accessKeyId,
		directSecretAccessKey: direct.secretAccessKey,
		managementAccountId: simulator.managementAccountId,
		identityStoreId: simulator.identityStoreId,
		identityStoreRegion: simulator.identityStoreRegion,
		partition: settings.partition,
		counts: {
			accounts: countAccountIndexes(simulator.world, settings.startAt),
			regions: settings.regions,
			instances: settings.instances + settings.bigScopeInstances,
			iamUsers: countIamUsers(simulator.world),
			identityCenterUsers: settings.identityCenterUsers,
			identityCenterGroups: settings.identityCenterGroups,
		},
	};
	process.stdout.write(`${JSON.stringify(ready)}\n`);
	const stop = () => {
		void simulator.close().then(() => process.exit(0));
	};
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
}

run().catch((error: unknown) => {
	process.stderr.write(`aws-simulator: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 2;
});
