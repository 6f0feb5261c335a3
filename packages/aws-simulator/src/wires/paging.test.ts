import {
	DescribeInstancesCommand,
	type DescribeInstancesCommandInput,
	DescribeNetworkInterfacesCommand,
	type EC2Client,
} from '@aws-sdk/client-ec2';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { assume, connectEc2, connectOrganizations, errorOf } from '../testing/connect.ts';
import { listTrueDevices } from '../truth.ts';

let simulator: RunningSimulator;

afterEach(() => simulator.close());

async function readIds(client: EC2Client, MaxResults: number): Promise<{ ids: string[]; pages: number[] }> {
	const ids: string[] = [];
	const pages: number[] = [];
	let NextToken: string | undefined;
	do {
		const answer = await client.send(
			new DescribeInstancesCommand({ MaxResults, NextToken, IncludeManagedResources: true }),
		);
		const page = (answer.Reservations ?? []).flatMap((row) =>
			(row.Instances ?? []).map((instance) => instance.InstanceId ?? ''),
		);
		pages.push(page.length);
		ids.push(...page);
		NextToken = answer.NextToken;
	} while (NextToken !== undefined);
	return { ids, pages };
}

test('any page size gives the same instances, each once', async () => {
	simulator = await startSimulator({ throttle: false });
	const client = connectEc2(simulator, await assume(simulator));
	const truth = [
		...listTrueDevices(simulator.world, { accountId: simulator.managementAccountId, region: 'us-east-1' }),
	].map((device) => device.instanceId);
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 5, max: 1000 }), async (size) => {
			const { ids, pages } = await readIds(client, size);
			expect(ids).toEqual(truth);
			expect(Math.max(...pages)).toBeLessThanOrEqual(size);
		}),
		{ numRuns: 12 },
	);
});

test('short and empty pages lose and repeat nothing', async () => {
	simulator = await startSimulator({ throttle: false, shortPageRate: 0.5, emptyPageRate: 0.4, pageCap: 7 });
	const client = connectEc2(simulator, await assume(simulator));
	const { ids, pages } = await readIds(client, 1000);
	const truth = [
		...listTrueDevices(simulator.world, { accountId: simulator.managementAccountId, region: 'us-east-1' }),
	];
	expect(ids).toEqual(truth.map((device) => device.instanceId));
	expect(pages).toContain(0);
	expect(Math.max(...pages)).toBeLessThanOrEqual(7);
});

test('any page size gives the same interfaces, each once', async () => {
	simulator = await startSimulator({ throttle: false });
	const client = connectEc2(simulator, await assume(simulator));
	const readAll = async (MaxResults: number) => {
		const ids: string[] = [];
		let NextToken: string | undefined;
		do {
			const answer = await client.send(new DescribeNetworkInterfacesCommand({ MaxResults, NextToken }));
			ids.push(...(answer.NetworkInterfaces ?? []).map((row) => row.NetworkInterfaceId ?? ''));
			NextToken = answer.NextToken;
		} while (NextToken !== undefined);
		return ids;
	};
	const whole = await readAll(1000);
	expect(new Set(whole).size).toBe(whole.length);
	expect(await readAll(5)).toEqual(whole);
});

test('a token that was made up, or comes from another region or account, is refused', async () => {
	simulator = await startSimulator({ throttle: false, pageCap: 7 });
	const session = await assume(simulator);
	const ask = (NextToken: string | undefined, region: string) =>
		connectEc2(simulator, session, region).send(new DescribeInstancesCommand({ MaxResults: 1000, NextToken }));
	const { NextToken = '' } = await ask(undefined, 'us-east-1');
	const forged = Buffer.from(Buffer.from(NextToken, 'base64').toString().replace('|7|', '|8|')).toString('base64');
	for (const [token, region] of [
		['bm90IGEgdG9rZW4=', 'us-east-1'],
		[forged, 'us-east-1'],
		[NextToken, 'eu-west-1'],
	] as const) {
		expect(await errorOf(ask(token, region))).toMatchObject({ code: 'InvalidParameterValue', status: 400 });
	}
	await ask(NextToken, 'us-east-1');
	const organizations = connectOrganizations(simulator, session);
	expect((await errorOf(organizations.send(new ListAccountsCommand({ NextToken })))).code).toBe(
		'InvalidInputException',
	);
});

test('page sizes, ids with page sizes, unknown ids and unpaginated big listings are refused as AWS does', async () => {
	simulator = await startSimulator({ throttle: false, unpaginatedLimit: 10 });
	const client = connectEc2(simulator, await assume(simulator));
	const [first] = listTrueDevices(simulator.world, { accountId: simulator.managementAccountId, region: 'us-east-1' });
	const id = first?.instanceId ?? '';
	const instances = (input: DescribeInstancesCommandInput) => errorOf(client.send(new DescribeInstancesCommand(input)));
	expect(await instances({ MaxResults: 4 })).toEqual({
		code: 'InvalidParameterValue',
		message: 'Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
		status: 400,
	});
	expect((await instances({ MaxResults: 1001 })).code).toBe('InvalidParameterValue');
	// Seen of AWS: ids with a page size are refused as such even where the page size is wrong too.
	expect((await instances({ MaxResults: 4, InstanceIds: [id] })).code).toBe('InvalidParameterCombination');
	expect((await instances({ MaxResults: 10, InstanceIds: [id] })).code).toBe('InvalidParameterCombination');
	const missing = await instances({ InstanceIds: [id, 'i-00000000000000001', 'i-00000000000000002'] });
	expect(missing).toMatchObject({
		code: 'InvalidInstanceID.NotFound',
		message: "The instance IDs 'i-00000000000000001, i-00000000000000002' do not exist",
	});
	expect((await errorOf(client.send(new DescribeNetworkInterfacesCommand({})))).code).toBe('OperationNotPermitted');
});

test('instances run by a service are hidden unless they are asked for', async () => {
	simulator = await startSimulator({ throttle: false, managedShare: 0.3 });
	const client = connectEc2(simulator, await assume(simulator));
	const count = async (IncludeManagedResources: boolean) =>
		((await client.send(new DescribeInstancesCommand({ IncludeManagedResources }))).Reservations ?? []).flatMap(
			(row) => row.Instances ?? [],
		).length;
	const devices = [
		...listTrueDevices(simulator.world, { accountId: simulator.managementAccountId, region: 'us-east-1' }),
	];
	expect(await count(true)).toBe(devices.length);
	expect(await count(false)).toBe(devices.filter((device) => device.managedBy === undefined).length);
	expect(await count(false)).toBeLessThan(devices.length);
});

test('the filters by id and by launch day pick what the truth says', async () => {
	simulator = await startSimulator({ throttle: false });
	const client = connectEc2(simulator, await assume(simulator));
	const devices = [
		...listTrueDevices(simulator.world, { accountId: simulator.managementAccountId, region: 'us-east-1' }),
	];
	const ids = async (Name: string, Values: string[]) =>
		(
			(await client.send(new DescribeInstancesCommand({ Filters: [{ Name, Values }], IncludeManagedResources: true })))
				.Reservations ?? []
		).flatMap((row) => (row.Instances ?? []).map((instance) => instance.InstanceId));
	const some = devices.slice(3, 9).map((device) => device.instanceId);
	expect(await ids('instance-id', [...some, 'i-00000000000000001'])).toEqual(some);
	const day = new Date(devices[0]?.launchedAt ?? 0).toISOString().slice(0, 10);
	const launched = devices
		.filter((device) => new Date(device.launchedAt).toISOString().startsWith(day))
		.map((device) => device.instanceId);
	expect(await ids('launch-time', [`${day}*`])).toEqual(launched);
	expect((await errorOf(ids('no-such-filter', ['x']))).code).toBe('InvalidParameterValue');
});
