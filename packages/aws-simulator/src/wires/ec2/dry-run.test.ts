import {
	DescribeAddressesCommand,
	DescribeInstancesCommand,
	DescribeNetworkInterfacesCommand,
	DescribeRegionsCommand,
	type EC2Client,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../../start-simulator.ts';
import { assume, connectEc2, errorOf, type Keys } from '../../testing/connect.ts';
import { listTrueAccounts } from '../../truth.ts';

let simulator: RunningSimulator;
let member = '';
let role: Keys;

beforeAll(async () => {
	simulator = await startSimulator({ throttle: false });
	member = [...listTrueAccounts(simulator.world)][1]?.accountId ?? '';
	role = await assume(simulator, { accountId: member });
});
afterAll(() => simulator.close());

const ASK: Readonly<Record<string, (client: EC2Client, DryRun: boolean) => Promise<unknown>>> = {
	DescribeInstances: (client, DryRun) => client.send(new DescribeInstancesCommand({ DryRun })),
	DescribeRegions: (client, DryRun) => client.send(new DescribeRegionsCommand({ DryRun })),
	DescribeAddresses: (client, DryRun) => client.send(new DescribeAddressesCommand({ DryRun })),
	DescribeNetworkInterfaces: (client, DryRun) => client.send(new DescribeNetworkInterfacesCommand({ DryRun })),
};

test.each(Object.entries(ASK))('%s with DryRun says yes, and no in the same words as without', async (name, ask) => {
	simulator.control.clearCalls();
	const client = connectEc2(simulator, role);
	expect(await errorOf(ask(client, true))).toEqual({
		code: 'DryRunOperation',
		message: 'Request would have succeeded, but DryRun flag is set.',
		status: 412,
	});
	expect(simulator.control.calls().map((call) => [call.action, call.dryRun, call.status])).toEqual([[name, true, 412]]);
	const policy = JSON.stringify({
		Version: '2012-10-17',
		Statement: { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' },
	});
	const narrow = connectEc2(simulator, await assume(simulator, { accountId: member, policy }));
	const refusals = [await errorOf(ask(narrow, true))];
	expect(refusals[0]).toEqual(await errorOf(ask(narrow, false)));
	simulator.control.mutate({ denyAction: { accountId: member, action: `ec2:${name}` } });
	refusals.push(await errorOf(ask(client, true)));
	const arn = simulator.control.mutate({ scpDenyAction: { action: `ec2:${name}` } }) ?? '';
	refusals.push(await errorOf(ask(client, true)));
	expect(refusals[2]).toEqual(await errorOf(ask(client, false)));
	simulator.control.mutate({ detachScp: arn });
	simulator.control.mutate({ allowAction: { accountId: member, action: `ec2:${name}` } });
	expect(refusals.map((row) => [row.code, row.status])).toEqual(Array(3).fill(['UnauthorizedOperation', 403]));
	expect(refusals.map((row) => /(session|identity-based|service control) policy/.exec(row.message)?.[1])).toEqual([
		'session',
		'identity-based',
		'service control',
	]);
});

test('DryRun comes after the form of the parameters and before the look for what they name', async () => {
	const client = connectEc2(simulator, role);
	const code = async (promise: Promise<unknown>) => (await errorOf(promise)).code;
	const instances = (input: ConstructorParameters<typeof DescribeInstancesCommand>[0]) =>
		code(client.send(new DescribeInstancesCommand({ ...input, DryRun: true })));
	expect(await instances({ InstanceIds: ['i-00000000000000001'] })).toBe('DryRunOperation');
	expect(await instances({ MaxResults: 1000 })).toBe('DryRunOperation');
	expect(await instances({ InstanceIds: ['no-id'] })).toBe('InvalidInstanceID.Malformed');
	expect(await instances({ MaxResults: 2 })).toBe('InvalidParameterValue');
	expect(await instances({ Filters: [{ Name: 'no-such', Values: ['x'] }] })).toBe('InvalidParameterValue');
	const interfaces = new DescribeNetworkInterfacesCommand({ MaxResults: 1001, DryRun: true });
	expect(await code(client.send(interfaces))).toBe('InvalidParameterValue');
	const regions = new DescribeRegionsCommand({ RegionNames: ['xx-nowhere-1'], DryRun: true });
	expect(await code(client.send(regions))).toBe('DryRunOperation');
});
