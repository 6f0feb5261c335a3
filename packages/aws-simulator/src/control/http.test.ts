import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { assume, connectEc2, errorOf } from '../testing/connect.ts';
import { countTrueDevices, listTrueDevices } from '../truth.ts';

let simulator: RunningSimulator;

beforeAll(async () => {
	simulator = await startSimulator();
});
afterAll(() => simulator.close());

async function post(path: string, body: unknown): Promise<{ status: number; reply: Record<string, unknown> }> {
	const response = await fetch(`${simulator.endpoint}/__simulator/${path}`, {
		method: 'POST',
		body: JSON.stringify(body),
	});
	return { status: response.status, reply: (await response.json()) as Record<string, unknown> }; // Every reply is an object.
}

async function getLines(path: string): Promise<Record<string, unknown>[]> {
	const text = await (await fetch(`${simulator.endpoint}/__simulator/${path}`)).text();
	return text
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>); // One object a line.
}

test('faults, time and changes can be set over HTTP', async () => {
	const keys = await assume(simulator);
	expect((await post('faults', [{ fault: 'throttling', match: { action: 'DescribeRegions' } }])).status).toBe(200);
	expect((await errorOf(connectEc2(simulator, keys).send(new DescribeRegionsCommand({})))).code).toBe(
		'RequestLimitExceeded',
	);
	const { startAt } = simulator.world.settings;
	expect((await post('time', { advance: 5000 })).reply).toEqual({ at: startAt + 5000 });
	const [device] = listTrueDevices(simulator.world);
	const before = countTrueDevices(simulator.world);
	await post('mutate', { remove: device?.arn });
	expect(countTrueDevices(simulator.world)).toBe(before - 1);
});

test('a wrong request is refused with the reason and changes nothing', async () => {
	expect(await post('faults', [{ fault: 'no-such-fault' }])).toMatchObject({
		status: 400,
		reply: { error: expect.stringContaining('faults[0].fault') },
	});
	expect((await post('time', {})).status).toBe(400);
	expect((await post('mutate', { explode: true })).reply['error']).toContain('explode');
	expect((await post('nowhere', {})).status).toBe(404);
});

test('calls, accounts and devices can be read over HTTP', async () => {
	expect(
		(await getLines('calls')).some((call) => call['action'] === 'AssumeRole' && call['externalId'] === 'right'),
	).toBe(true);
	expect(await getLines('truth')).toHaveLength(countTrueDevices(simulator.world));
	expect(await getLines('truth?of=accounts')).toHaveLength(6);
});

test('users and groups can be changed and read over HTTP', async () => {
	const accountId = simulator.managementAccountId;
	const before = (await getLines('truth?of=iam-users')).length;
	const { reply } = await post('mutate', [
		{ addIamUser: { accountId, userName: 'by.hand' } },
		{ addIdentityUser: { userName: 'by.hand' } },
		{ addGroup: { displayName: 'by hand' } },
	]);
	const [iamUserId, userId, groupId] = reply['arns'] as string[]; // One for each change.
	expect(await getLines('truth?of=iam-users')).toHaveLength(before + 1);
	expect((await getLines('truth?of=iam-users')).find((user) => user['userId'] === iamUserId)).toMatchObject({
		userName: 'by.hand',
	});
	await post('mutate', { addToGroup: { groupId, userId } });
	expect((await getLines('truth?of=groups')).at(-1)).toMatchObject({ groupId, members: [userId] });
	expect((await getLines('truth?of=identity-users')).at(-1)).toMatchObject({ userId, groups: [{ groupId }] });
	await post('mutate', { denyAction: { accountId, action: 'identitystore:*' } });
	expect(await (await fetch(`${simulator.endpoint}/__simulator/truth?of=groups&readable=true`)).text()).toBe('');
	expect((await post('mutate', { removeGroup: 'none' })).reply['error']).toContain('no such group');
});
