import { startSimulator } from '../../packages/aws-simulator/src/start-simulator.ts';
import { listTrueDevices, listTrueIamUsers, listTrueIdentityUsers } from '../../packages/aws-simulator/src/truth.ts';
import { demoWorld } from './demo-world.ts';
import type { SimulatorAnswer, SimulatorReady, SimulatorRequest } from './simulator-messages.ts';

/** The simulator as a child of the demo: it lives as long as the channel to its parent, however that one ends. */
const simulator = await startSimulator(demoWorld);
const readable = { readableOnly: true } as const;

function countLive(): SimulatorAnswer['live'] {
	const { world } = simulator;
	// What is terminated is listed by AWS for a while, but is no device any more.
	const devices = listTrueDevices(world, readable).filter((device) => device.state !== 'terminated');
	return {
		'ec2.devices': countOf(devices),
		'iam.users': countOf(listTrueIamUsers(world, readable)),
		'identity_center.users': countOf(listTrueIdentityUsers(world, readable)),
	};
}

function countOf(all: Iterable<unknown>): number {
	let count = 0;
	for (const _ of all) count += 1;
	return count;
}

function send(message: SimulatorReady | SimulatorAnswer): void {
	process.send?.(message);
}

process.on('message', (request: SimulatorRequest) => {
	if (request.advanceMs > 0) simulator.control.advance(request.advanceMs);
	send({ kind: 'answer', atMs: simulator.world.time.at, live: countLive() });
});
// Ctrl-C reaches the whole group; the parent decides when the world ends.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
const { base } = simulator.principals;
send({
	kind: 'ready',
	endpoint: simulator.endpoint,
	roleArn: simulator.roleArn,
	externalId: simulator.externalId,
	accessKeyId: base.accessKeyId,
	secretAccessKey: base.secretAccessKey,
	identityStoreId: simulator.identityStoreId,
	identityStoreRegion: simulator.identityStoreRegion,
});
