import { DescribeInstancesCommand, type DescribeInstancesCommandInput, type EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../../options.ts';
import { type RunningSimulator, startSimulator } from '../../start-simulator.ts';
import { assume, connectEc2, errorOf } from '../../testing/connect.ts';
import { listTrueDevices, type TrueDevice } from '../../truth.ts';

let simulator: RunningSimulator;
let client: EC2Client;
let devices: TrueDevice[];

afterEach(() => simulator.close());

async function start(options: SimulatorOptions = {}): Promise<void> {
	simulator = await startSimulator({ throttle: false, ...options });
	client = connectEc2(simulator, await assume(simulator));
	devices = [...listTrueDevices(simulator.world, { accountId: simulator.managementAccountId, region: 'us-east-1' })];
}

async function ids(input: DescribeInstancesCommandInput): Promise<string[]> {
	const answer = await client.send(new DescribeInstancesCommand({ IncludeManagedResources: true, ...input }));
	return (answer.Reservations ?? []).flatMap((row) =>
		(row.Instances ?? []).map((instance) => instance.InstanceId ?? ''),
	);
}

async function filtered(Name: string, ...Values: string[]): Promise<string[]> {
	return await ids({ Filters: [{ Name, Values }] });
}

function trueIds(fits: (device: TrueDevice) => boolean): string[] {
	return devices.filter(fits).map((device) => device.instanceId);
}

const unknownIds = ['i-00000000000000001', 'i-00000000000000002'];

test('a thousand ids are answered at once, one more is too many', async () => {
	await start({ scenario: 'even', accounts: 1, regions: 1, instances: 1001 });
	const all = trueIds(() => true);
	expect(await ids({ InstanceIds: all.slice(0, 1000) })).toEqual(all.slice(0, 1000));
	expect(await errorOf(ids({ InstanceIds: all }))).toMatchObject({ code: 'InvalidRequest', status: 400 });
	const [one = '', two = ''] = all;
	expect(await ids({ InstanceIds: [two, one, two] })).toHaveLength(2);
});

test('one missing id is named in the singular, several all or only the first', async () => {
	await start();
	const [one = '', two = ''] = unknownIds;
	const [known = ''] = trueIds(() => true);
	expect((await errorOf(ids({ InstanceIds: [known, one] }))).message).toBe(`The instance ID '${one}' does not exist`);
	expect((await errorOf(ids({ InstanceIds: [one, known, two] }))).message).toBe(
		`The instance IDs '${one}, ${two}' do not exist`,
	);
	await simulator.close();
	await start({ namesAllMissing: false });
	expect(await errorOf(ids({ InstanceIds: [known, one, two] }))).toEqual({
		code: 'InvalidInstanceID.NotFound',
		message: `The instance ID '${one}' does not exist`,
		status: 400,
	});
});

test('an instance of another region or account is missing here', async () => {
	await start();
	const foreign = [...listTrueDevices(simulator.world)].filter(
		(device) => device.region !== 'us-east-1' || device.accountId !== simulator.managementAccountId,
	);
	for (const device of [foreign[0], foreign.at(-1)]) {
		const asked = ids({ InstanceIds: [device?.instanceId ?? ''] });
		expect((await errorOf(asked)).code).toBe('InvalidInstanceID.NotFound');
	}
});

test('a terminated instance is found by its id for an hour', async () => {
	await start({ terminatedShare: 0 });
	const [device] = devices;
	simulator.control.mutate({ terminate: device?.arn ?? '' });
	const ask = () => client.send(new DescribeInstancesCommand({ InstanceIds: [device?.instanceId ?? ''] }));
	expect((await ask()).Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('terminated');
	simulator.control.advance(3_599_000);
	await ask();
	simulator.control.advance(1000);
	expect((await errorOf(ask())).code).toBe('InvalidInstanceID.NotFound');
});

test('a hidden instance is missing by id and by filter unless managed ones are asked for', async () => {
	await start({ managedShare: 0.3 });
	const [hidden = ''] = trueIds((device) => device.managedBy !== undefined);
	const Filters = [{ Name: 'instance-id', Values: [hidden] }];
	expect(await ids({ InstanceIds: [hidden] })).toEqual([hidden]);
	const denied = await errorOf(ids({ InstanceIds: [hidden], IncludeManagedResources: false }));
	expect(denied.code).toBe('InvalidInstanceID.NotFound');
	expect(await ids({ Filters })).toEqual([hidden]);
	expect(await ids({ Filters, IncludeManagedResources: false })).toEqual([]);
});

test('the instance-id filter takes 200 values, passes over unknown ids, and pages', async () => {
	await start({ scenario: 'even', accounts: 1, regions: 1, instances: 300 });
	const some = trueIds((device) => device.slot % 2 === 0);
	expect(await filtered('instance-id', ...some.toReversed(), ...unknownIds)).toEqual(some);
	const tooMany = [...trueIds(() => true).slice(0, 201)];
	expect((await errorOf(filtered('instance-id', ...tooMany))).code).toBe('FilterLimitExceeded');
	const read: string[] = [];
	let NextToken: string | undefined;
	do {
		const answer = await client.send(
			new DescribeInstancesCommand({ MaxResults: 7, NextToken, Filters: [{ Name: 'instance-id', Values: some }] }),
		);
		const page = (answer.Reservations ?? []).flatMap((row) => row.Instances ?? []);
		expect(page.length).toBeLessThanOrEqual(7);
		read.push(...page.map((instance) => instance.InstanceId ?? ''));
		NextToken = answer.NextToken;
	} while (NextToken !== undefined);
	expect(read).toEqual(some);
	expect(await filtered('instance-id', `${some[3]?.slice(0, 8)}*`)).toContain(some[3]);
});

test('launch-time knows wildcards anywhere, and follows a restart', async () => {
	await start({ scenario: 'even', accounts: 1, regions: 1, instances: 2000 });
	const startedAt = (device: TrueDevice) => new Date(device.launchedAt).toISOString();
	for (const [pattern, expression] of [
		['2026-11-1*', /^2026-11-1/],
		['2026-1?-0?T1*', /^2026-1.-0.T1/],
		['*T05:*', /T05:/],
	] as const) {
		const wanted = trueIds((device) => expression.test(startedAt(device)));
		expect(wanted.length).toBeGreaterThan(0);
		expect(await filtered('launch-time', pattern)).toEqual(wanted);
	}
	const [one] = devices;
	expect(await filtered('launch-time', one === undefined ? '' : startedAt(one))).toContain(one?.instanceId);
	simulator.control.advance(10 * 86_400_000);
	const today = new Date(simulator.world.time.at).toISOString().slice(0, 10);
	expect(await filtered('launch-time', `${today}*`)).toEqual([]);
	const [stopped] = devices.filter((device) => device.state === 'stopped');
	simulator.control.mutate({ start: stopped?.arn ?? '' });
	expect(await filtered('launch-time', `${today}*`)).toEqual([stopped?.instanceId]);
});

test('filters are joined by and, values by or, case counts, and a backslash makes a star a star', async () => {
	await start();
	const [device] = devices;
	simulator.control.mutate({ retag: { arn: device?.arn ?? '', set: { note: 'a*b' } } });
	expect(await filtered('tag:note', 'a\\*b')).toEqual([device?.instanceId]);
	expect(await filtered('tag:note', 'a\\?b', 'A*B')).toEqual([]);
	const both = [
		{ Name: 'instance-state-name', Values: ['stopped', 'terminated'] },
		{ Name: 'instance-type', Values: ['t?.*'] },
	];
	expect(await ids({ Filters: both })).toEqual(
		trueIds((row) => ['stopped', 'terminated'].includes(row.state) && /^t.\./.test(row.instanceType.name)),
	);
	const [running = ''] = trueIds((row) => row.state === 'running');
	const [ended = ''] = trueIds((row) => row.state !== 'running');
	const InstanceIds = [running, ended];
	expect(await ids({ InstanceIds, Filters: [{ Name: 'instance-state-name', Values: ['running'] }] })).toEqual([
		running,
	]);
});

test('a day’s launches among 70,000 instances are found without making their facts', async () => {
	await start({ scenario: 'even', accounts: 2, regions: 1, instances: 2, bigScopeInstances: 70_000 });
	const timed = async (name: string, value: string) => {
		const before = process.cpuUsage();
		await filtered(name, value);
		const { user, system } = process.cpuUsage(before);
		return user + system;
	};
	await timed('launch-time', '2019-01-01*');
	// Against the same search by something that needs every instance's facts: a ratio holds on any machine.
	const quick = await timed('launch-time', '2019-01-01*');
	expect(quick * 2).toBeLessThan(await timed('vpc-id', 'vpc-none'));
});
