import type { AddressInfo } from 'node:net';
import { createCallLog } from './control/call-log.ts';
import { type Control, createControl } from './control/control.ts';
import { createFaultEngine } from './faults/engine.ts';
import {
	allow,
	COLLECTION_ACTIONS,
	deriveSecret,
	makePrincipals,
	type PrincipalFacts,
	presentPrincipal,
} from './gate/principals.ts';
import { createBuckets } from './gate/throttle.ts';
import { createSimulatorServer } from './http/server.ts';
import { resolveOptions, type SimulatorOptions } from './options.ts';
import type { Simulator } from './simulator.ts';
import { listingAccountId, managementAccountId } from './world/accounts.ts';
import { identityStoreIdOf, identityStoreRegionOf } from './world/users/identity-store.ts';
import { createWorld, formatArn, type World } from './world/world.ts';

export interface RunningSimulator {
	/** `http://127.0.0.1:<port>`: for AWS_ENDPOINT_URL. */
	readonly endpoint: string;
	readonly world: World;
	/** `base`: may only assume the role, from outside. `direct`: a user in the management account with the role's permissions. */
	readonly principals: { readonly base: PrincipalFacts; readonly direct: PrincipalFacts };
	readonly roleName: string;
	/** In the account that lists the accounts: the management account, unless another is the delegated administrator. The others' differ in the account id only. */
	readonly roleArn: string;
	readonly externalId: string;
	/** A role of our own between `base` and the customers' roles (chaining); it asks for no external id. */
	readonly principalRoleArn: string;
	readonly managementAccountId: string;
	/** `d-` and ten hex digits: the store of Identity Center, which the management account owns. */
	readonly identityStoreId: string;
	/** The one region where Identity Center and its store answer. */
	readonly identityStoreRegion: string;
	readonly control: Control;
	readonly close: () => Promise<void>;
}

/** A UUID that the seed decides. */
function makeExternalId(seed: number): string {
	const hex = deriveSecret(seed, 'external-id').toString('hex');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function createSimulator(options: SimulatorOptions): Simulator {
	const { settings, resolved } = resolveOptions(options);
	const world = createWorld(settings);
	const rolePolicy = resolved.rolePolicy ?? allow(COLLECTION_ACTIONS);
	const { base, direct } = makePrincipals(world, rolePolicy);
	return {
		world,
		options: resolved,
		principals: new Map([base, direct].map((principal) => [principal.accessKeyId, principal])),
		base,
		direct,
		externalId: resolved.externalId ?? makeExternalId(settings.seed),
		principalRoleArn: formatArn(world, 'iam', '', base.accountId, 'role/RollcallPrincipal'),
		rolePolicy,
		buckets: createBuckets(resolved.throttle),
		faults: createFaultEngine(resolved.faults),
		log: createCallLog(resolved.callLogLimit, resolved.callLogFile),
		credentialReports: new Map(),
		serial: { value: 0 },
	};
}

/** Starts a simulator in this process on 127.0.0.1. Rejects when the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
	const simulator = createSimulator(options);
	const control = createControl(simulator);
	const stop = new AbortController();
	const server = createSimulatorServer(simulator, control, stop.signal);
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(simulator.options.port, '127.0.0.1', 4096, resolve);
	});
	const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
	const { world } = simulator;
	const management = managementAccountId(world);
	return {
		endpoint: `http://127.0.0.1:${port}`,
		world,
		principals: { base: presentPrincipal(simulator.base), direct: presentPrincipal(simulator.direct) },
		roleName: world.settings.roleName,
		roleArn: formatArn(
			world,
			'iam',
			'',
			listingAccountId(world),
			`role${world.settings.rolePath}${world.settings.roleName}`,
		),
		externalId: simulator.externalId,
		principalRoleArn: simulator.principalRoleArn,
		managementAccountId: management,
		identityStoreId: identityStoreIdOf(world),
		identityStoreRegion: identityStoreRegionOf(world),
		control,
		async close() {
			stop.abort();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			await simulator.log.close();
		},
	};
}
