import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyMutation } from '../control/mutations.ts';
import { resolveOptions, type SimulatorOptions } from '../options.ts';
import { countTrueDevices, listTrueAccounts, listTrueDevices } from '../truth.ts';
import { accountAt, accountIdAt, findAccount } from './accounts.ts';
import { decodeId, encodeId } from './permutation.ts';
import { createWorld } from './world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function makeWorld(options: SimulatorOptions = {}) {
	return createWorld(resolveOptions(options).settings);
}

function snapshot(world: ReturnType<typeof makeWorld>, at?: number): Map<string, string> {
	return new Map(
		[...listTrueDevices(world, at === undefined ? {} : { at })].map((device) => [device.arn, JSON.stringify(device)]),
	);
}

test('the same seed and time give the same world, another seed another one', () => {
	expect(snapshot(makeWorld({ seed: 7, churn: 0.5 }))).toEqual(snapshot(makeWorld({ seed: 7, churn: 0.5 })));
	const other = snapshot(makeWorld({ seed: 8 }));
	expect([...snapshot(makeWorld({ seed: 7 })).keys()].some((arn) => other.has(arn))).toBe(false);
});

test('the world at a moment does not depend on the way there', () => {
	const world = makeWorld({ churn: 0.5 });
	const at = world.settings.startAt + 3 * DAY_MS;
	const before = snapshot(world, at);
	snapshot(world, at + 5 * DAY_MS);
	expect(snapshot(world, at)).toEqual(before);
});

test('ids turn back into the place they name', () => {
	const word = fc.integer({ min: 0, max: 0xffffffff });
	fc.assert(
		fc.property(word, word, word, (key, left, right) => {
			expect(decodeId('i', key, encodeId('i', key, left, right))).toEqual([left, right]);
		}),
	);
	const world = makeWorld({ accounts: 500 });
	for (const index of [0, 1, 17, 499]) {
		expect(findAccount(world, accountIdAt(world, index))?.index).toBe(index);
	}
	expect(findAccount(world, accountIdAt(world, 500))).toBeUndefined();
});

test('the asked number of instances is there, whatever the shape', () => {
	for (const options of [
		{ scenario: 'demo' },
		{ scenario: 'demo', instances: 777 },
		{ scenario: 'even', accounts: 13, regions: 5, instances: 1234 },
	] as const) {
		expect(countTrueDevices(makeWorld(options))).toBe(
			makeWorld(options).settings.scenario === 'demo' ? ((options as { instances?: number }).instances ?? 3000) : 1234,
		);
	}
});

test('no two devices share an id, an interface, an address of a MAC or a public address', () => {
	const seen = { arn: new Set<string>(), eni: new Set<string>(), mac: new Set<string>(), ip: new Set<string>() };
	let interfaces = 0;
	let addresses = 0;
	for (const device of listTrueDevices(makeWorld({ scenario: 'even', accounts: 20, regions: 5, instances: 8000 }))) {
		seen.arn.add(device.arn);
		for (const row of device.interfaces) {
			interfaces += 1;
			seen.eni.add(row.interfaceId);
			seen.mac.add(row.macAddress);
		}
		if (device.publicIp !== undefined) {
			addresses += 1;
			seen.ip.add(device.publicIp);
		}
	}
	expect([seen.arn.size, seen.eni.size, seen.mac.size, seen.ip.size]).toEqual([
		8000,
		interfaces,
		interfaces,
		addresses,
	]);
});

test('with churn, instances appear, stop, start, change tags, end and vanish', () => {
	const world = makeWorld({ churn: 0.4 });
	const first = [...listTrueDevices(world)];
	const later = new Map(
		[...listTrueDevices(world, { at: world.settings.startAt + DAY_MS })].map((device) => [device.arn, device]),
	);
	const both = first.filter((device) => later.has(device.arn));
	const changed = (test: (before: (typeof first)[number], after: (typeof first)[number]) => boolean) =>
		both.filter((device) => {
			const after = later.get(device.arn);
			return after !== undefined && test(device, after);
		}).length;
	expect(later.size - both.length).toBeGreaterThan(0);
	expect(first.length - both.length).toBeGreaterThan(0);
	expect(changed((before, after) => before.state === 'running' && after.state === 'stopped')).toBeGreaterThan(0);
	expect(
		changed(
			(before, after) =>
				before.state === 'stopped' && after.state === 'running' && after.launchedAt > before.launchedAt,
		),
	).toBeGreaterThan(0);
	expect(changed((before, after) => JSON.stringify(before.tags) !== JSON.stringify(after.tags))).toBeGreaterThan(0);
});

test('with churn, accounts join, are suspended, close and leave', () => {
	const world = makeWorld({ churn: 1, accounts: 60, instances: 60, regions: 1 });
	const at = world.settings.startAt + 30 * DAY_MS;
	const before = new Set([...listTrueAccounts(world)].map((account) => account.accountId));
	const after = [...listTrueAccounts(world, at)];
	const states = new Set(after.map((account) => account.state));
	expect([...states].sort()).toEqual(expect.arrayContaining(['ACTIVE', 'CLOSED', 'SUSPENDED']));
	expect(after.some((account) => !before.has(account.accountId))).toBe(true);
	const present = new Set(after.map((account) => account.accountId));
	expect([...before].some((accountId) => !present.has(accountId))).toBe(true);
});

test('without churn, a day changes nothing but that the terminated are gone', () => {
	const world = makeWorld({ terminatedShare: 0.1 });
	const alive = [...listTrueDevices(world)]
		.filter((device) => device.state !== 'terminated')
		.map((device) => JSON.stringify(device));
	expect(alive.length).toBeLessThan(countTrueDevices(world));
	world.time.at += DAY_MS;
	expect([...listTrueDevices(world)].map((device) => JSON.stringify(device))).toEqual(alive);
});

test('changes by hand hold from their moment on', () => {
	const world = makeWorld();
	const [one, two, three, four] = [...listTrueDevices(world)].filter((device) => device.state === 'running');
	if (one === undefined || two === undefined || three === undefined || four === undefined) {
		throw new Error('the world is too small');
	}
	world.time.at += 10 * DAY_MS;
	applyMutation(world, { terminate: one.arn });
	applyMutation(world, { remove: two.arn });
	applyMutation(world, { stop: three.arn });
	applyMutation(world, { retag: { arn: four.arn, set: { Owner: 'new' }, unset: ['Name'] } });
	const added = applyMutation(world, {
		add: { accountId: one.accountId, region: one.region, tags: { Name: 'new one' } },
	});
	const find = (arn: string | undefined, at = world.time.at) =>
		[...listTrueDevices(world, { at })].find((device) => device.arn === arn);
	expect(find(one.arn)?.state).toBe('terminated');
	expect(find(one.arn, world.time.at + HOUR_MS)).toBeUndefined();
	expect(find(two.arn)).toBeUndefined();
	expect(find(two.arn, world.time.at - 1)?.state).toBe('running');
	expect(find(three.arn)).toMatchObject({ state: 'stopped', endedAt: world.time.at });
	expect(find(four.arn)?.tags).toContainEqual({ key: 'Owner', value: 'new' });
	expect(find(four.arn)?.tags.some((tag) => tag.key === 'Name')).toBe(false);
	expect(find(added)?.tags).toContainEqual({ key: 'Name', value: 'new one' });
	applyMutation(world, { start: three.arn });
	expect(find(three.arn)?.state).toBe('running');
});

test('accounts change state by hand, and what left is listed no more', () => {
	const world = makeWorld();
	const [, one, two, three] = [0, 1, 2, 3].map((index) => accountAt(world, index).accountId);
	applyMutation(world, { suspendAccount: one ?? '' });
	applyMutation(world, { closeAccount: two ?? '' });
	applyMutation(world, { leaveAccount: three ?? '' });
	const states = new Map([...listTrueAccounts(world)].map((account) => [account.accountId, account.state]));
	expect([states.get(one ?? ''), states.get(two ?? ''), states.has(three ?? '')]).toEqual([
		'SUSPENDED',
		'CLOSED',
		false,
	]);
	applyMutation(world, { addAccount: true });
	expect([...listTrueAccounts(world)].length).toBe(6);
	applyMutation(world, { reopenAccount: three ?? '' });
	expect([...listTrueAccounts(world)].find((account) => account.accountId === three)?.state).toBe('ACTIVE');
});
