import { inspect } from 'node:util';
import { startSimulator } from '@rollcall/aws-simulator/start-simulator.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock } from '#platform/clock.ts';
import { type Aws, createAws } from './create-aws.ts';
import { faultOf } from './fault.ts';
import { describeInstances, describeRegions } from './operations/ec2.ts';
import { listAccounts } from './operations/organizations.ts';
import { pageThrough } from './paging.ts';
import { memberRoleArn, organizationsRegion } from './partitions.ts';
import type { Ec2Reader } from './settings.ts';

type Simulator = Awaited<ReturnType<typeof startSimulator>>;

let simulator: Simulator;
const opened: Aws[] = [];
const signal = new AbortController().signal;
const actions = ['organizations:ListAccounts', 'ec2:DescribeRegions', 'ec2:DescribeInstances'];

beforeAll(async () => {
	simulator = await startSimulator({ pageCap: 7 });
});

afterAll(async () => {
	for (const aws of opened) await aws.close();
	await simulator.close();
});

function openAws(reader: Ec2Reader = 'own', principalRole?: string): Aws {
	const { accessKeyId, secretAccessKey } = simulator.principals.base;
	const aws = createAws({
		clock: createClock(),
		settings: {
			endpoints: { all: simulator.endpoint },
			reader,
			...(principalRole === undefined ? {} : { principalRoles: { collectionEc2: principalRole } }),
		},
		provide: async () => ({ accessKeyId, secretAccessKey }),
	});
	opened.push(aws);
	return aws;
}

/** Ids of all instances that a walk over accounts and regions finds, by account. */
async function walk(aws: Aws): Promise<Map<string, string[]>> {
	const { broker, caller } = aws;
	const { roleArn, externalId, managementAccountId } = simulator;
	const primary = broker.assumeRole({ roleArn, externalId, actions });
	const region = organizationsRegion(primary.partition);
	const found = new Map<string, string[]>();
	for await (const { page } of pageThrough(listAccounts.action, (nextToken) =>
		caller.call(listAccounts, { session: primary, region, input: nextToken === null ? {} : { nextToken }, signal }),
	)) {
		for (const { accountId, state } of page.accounts) {
			if (state !== 'ACTIVE') continue;
			const member = memberRoleArn(roleArn, accountId);
			const session =
				accountId === managementAccountId ? primary : broker.assumeRole({ roleArn: member, externalId, actions });
			const ids: string[] = [];
			found.set(accountId, ids);
			try {
				const regions = await caller.call(describeRegions, { session, region, input: {}, signal });
				for (const name of regions) {
					for await (const { page: instances } of pageThrough(describeInstances.action, (token) =>
						caller.call(describeInstances, {
							session,
							region: name,
							input: token === null ? {} : { nextToken: token },
							signal,
						}),
					)) {
						ids.push(...instances.items.map((item) => String(item.document['InstanceId'])));
					}
				}
				ids.sort();
			} catch (error) {
				ids.push(faultOf(error)?.kind ?? String(error));
			}
		}
	}
	return found;
}

describe('against the simulator, which checks signatures and policies as AWS does', () => {
	test('both readers find the same instances, each account by its own role', async () => {
		const own = await walk(openAws('own'));
		const stock = await walk(openAws('stock'));
		expect(own).toStrictEqual(stock);
		expect([...own.values()].flat().filter((id) => id.startsWith('i-')).length).toBeGreaterThan(20);
		const flat = [...own.values()].flat().filter((id) => id.startsWith('i-'));
		expect(new Set(flat).size).toBe(flat.length);
	}, 60_000);

	test('a principal role of ours in between gives the same', async () => {
		expect(await walk(openAws('own', simulator.principalRoleArn))).toStrictEqual(await walk(openAws('own')));
	}, 60_000);

	test('a wrong external id is refused as a role fault', async () => {
		const { roleArn } = simulator;
		const session = openAws().broker.assumeRole({ roleArn, externalId: 'not-the-right-one', actions });
		const error = await session.credentials().catch((caught: unknown) => caught);
		expect(faultOf(error)?.kind).toBe('role');
	});

	test('what the session policy does not name is our own fault, loudly', async () => {
		const { roleArn, externalId } = simulator;
		const aws = openAws();
		const session = aws.broker.assumeRole({ roleArn, externalId, actions: ['ec2:DescribeRegions'] });
		const request = { session, region: 'us-east-1', input: {}, signal };
		const error = await aws.caller.call(describeInstances, request).catch((caught: unknown) => caught);
		expect(faultOf(error)?.kind).toBe('session_policy');
	});

	test('invariant 8: no error shows a secret, however it is printed', async () => {
		const { secretAccessKey, accessKeyId } = simulator.principals.base;
		const { roleArn, externalId } = simulator;
		const aws = createAws({
			clock: createClock(100),
			settings: { endpoints: { all: simulator.endpoint } },
			provide: async () => ({ accessKeyId, secretAccessKey: `${secretAccessKey}x` }),
		});
		opened.push(aws);
		const session = aws.broker.assumeRole({ roleArn, externalId, actions });
		const error = await session.credentials().catch((caught: unknown) => caught);
		expect(faultOf(error)?.kind).toBe('credentials');
		const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
		expect(shown).not.toContain(secretAccessKey);
	});
});
