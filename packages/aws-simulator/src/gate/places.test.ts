import { DescribeInstancesCommand, DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';
import { parseCommandLine } from '../command-line.ts';
import type { SimulatorOptions } from '../options.ts';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { assume, connectEc2, connectOrganizations, connectSts, errorOf } from '../testing/connect.ts';
import { listTrueAccounts, listTrueDevices } from '../truth.ts';
import { PARTITIONS } from '../world/partitions.ts';

const running: RunningSimulator[] = [];

afterEach(async () => {
	await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}): Promise<RunningSimulator> {
	const simulator = await startSimulator(options);
	running.push(simulator);
	return simulator;
}

/** What AWS documents of each partition: names, suffix, and where its global services are signed for. */
const PLACES = [
	{
		partition: 'aws-us-gov',
		regions: ['us-gov-west-1', 'us-gov-east-1'],
		suffix: 'amazonaws.com',
		organizations: 'us-gov-west-1',
	},
	{
		partition: 'aws-cn',
		regions: ['cn-north-1', 'cn-northwest-1'],
		suffix: 'amazonaws.com.cn',
		organizations: 'cn-northwest-1',
	},
	{ partition: 'aws-eusc', regions: ['eusc-de-east-1'], suffix: 'amazonaws.eu', organizations: 'eusc-de-east-1' },
] as const;

test.each(PLACES)('in $partition regions, names and ARNs are those of the partition', async (place) => {
	const { partition, regions, suffix, organizations } = place;
	const [region = ''] = regions;
	const simulator = await start({ partition });
	expect(simulator.roleArn).toMatch(new RegExp(`^arn:${partition}:iam::\\d{12}:role/`));
	const session = await assume(simulator, { region });
	const caller = await connectSts(simulator, session, region).send(new GetCallerIdentityCommand({}));
	expect(caller.Arn).toMatch(new RegExp(`^arn:${partition}:sts::\\d{12}:assumed-role/`));
	const listed = (await connectEc2(simulator, session, region).send(new DescribeRegionsCommand({}))).Regions ?? [];
	expect(listed.map((row) => [row.RegionName, row.Endpoint])).toEqual(
		regions.map((name) => [name, `ec2.${name}.${suffix}`]),
	);
	const accounts = await connectOrganizations(simulator, session, organizations).send(new ListAccountsCommand({}));
	expect(accounts.Accounts?.[0]?.Arn).toMatch(new RegExp(`^arn:${partition}:organizations::`));
	for (const device of listTrueDevices(simulator.world)) {
		expect(regions).toContain(device.region);
		expect(device.arn).toMatch(new RegExp(`^arn:${partition}:ec2:`));
	}
	const answer = await connectEc2(simulator, session, region).send(new DescribeInstancesCommand({}));
	const instances = (answer.Reservations ?? []).flatMap((row) => row.Instances ?? []);
	const names = instances.map((instance) => instance.PublicDnsName ?? '').filter((name) => name !== '');
	expect(names.length).toBeGreaterThan(0);
	expect(names.every((name) => name.endsWith(`.${region}.compute.${suffix}`))).toBe(true);
	expect(instances.map((row) => row.IamInstanceProfile?.Arn ?? `arn:${partition}:`).join()).not.toContain('arn:aws:');
});

test('Organizations is signed for one region of the partition and no other', async () => {
	const simulator = await start({ partition: 'aws-cn' });
	const session = await assume(simulator, { region: 'cn-north-1' });
	for (const region of ['cn-north-1', 'us-east-1']) {
		const refused = await errorOf(connectOrganizations(simulator, session, region).send(new ListAccountsCommand({})));
		expect(refused.code).toBe('InvalidSignatureException');
	}
});

test('nothing crosses a partition: no region, no key, no role', async () => {
	const gov = await start({ partition: 'aws-us-gov' });
	const commercial = await start();
	const region = 'us-gov-west-1';
	const asked = connectSts(gov, gov.principals.base, 'us-east-1').send(new GetCallerIdentityCommand({}));
	expect((await errorOf(asked)).code).toBe('SignatureDoesNotMatch');
	const foreign = connectSts(gov, commercial.principals.base, region).send(new GetCallerIdentityCommand({}));
	expect((await errorOf(foreign)).code).toBe('InvalidClientTokenId');
	const roleArn = gov.roleArn.replace('arn:aws-us-gov:', 'arn:aws:');
	expect((await errorOf(assume(gov, { region, roleArn }))).code).toBe('AccessDenied');
	await assume(gov, { region });
});

test('the seed makes another AWS Organization in each partition, the same one each time', async () => {
	const ids = new Map<string, string>();
	for (const partition of PARTITIONS) {
		const [one, again] = [await start({ partition }), await start({ partition })];
		expect(again.managementAccountId).toBe(one.managementAccountId);
		ids.set(one.managementAccountId, partition);
	}
	expect(ids.size).toBe(PARTITIONS.length);
});

test('the partition and the delegated administrator can be chosen on the command line, and only known ones', () => {
	expect(parseCommandLine(['--partition', 'aws-cn', '--delegated-administrator', '2'])).toMatchObject({
		partition: 'aws-cn',
		delegatedAdministrator: 2,
	});
	expect(() => parseCommandLine(['--partition', 'aws-moon'])).toThrow('--partition');
});

test('the demo company runs in every partition', async () => {
	for (const { partition } of PLACES) {
		const simulator = await start({ scenario: 'demo', partition });
		expect([...listTrueDevices(simulator.world)]).toHaveLength(3000);
	}
});

test('an opt-in region opens and closes in time', async () => {
	const simulator = await start();
	const { world, control } = simulator;
	const member = [...listTrueAccounts(world)][1]?.accountId ?? '';
	const wish = { accountId: member, region: 'me-central-1' };
	const session = await assume(simulator, { accountId: member });
	const ask = () => connectEc2(simulator, session, wish.region).send(new DescribeInstancesCommand({}));
	const listed = async () =>
		((await connectEc2(simulator, session).send(new DescribeRegionsCommand({}))).Regions ?? []).map((row) =>
			[row.RegionName, row.OptInStatus].join(' '),
		);
	expect(await errorOf(ask())).toMatchObject({ code: 'AuthFailure', status: 401 });
	control.advance(1000);
	control.mutate({ enableRegion: wish });
	const arn = control.mutate({ add: { ...wish, tags: { Name: 'first' } } });
	expect(await listed()).toContain('me-central-1 opted-in');
	expect((await ask()).Reservations).toHaveLength(1);
	expect([...listTrueDevices(world)].map((device) => device.arn)).toContain(arn);
	control.advance(1000);
	control.mutate({ disableRegion: wish });
	expect(await errorOf(ask())).toMatchObject({ code: 'AuthFailure', status: 401 });
	expect((await listed()).join()).not.toContain('me-central-1');
	expect([...listTrueDevices(world)].map((device) => device.arn)).not.toContain(arn);
	control.advance(-1000);
	expect((await ask()).Reservations).toHaveLength(1);
	control.advance(-1000);
	expect((await errorOf(ask())).code).toBe('AuthFailure');
});

test('a region that is not enabled does not know the keys, in each service’s own words', async () => {
	const simulator = await start({ regionRefusal: 'OptInRequired' });
	const session = await assume(simulator);
	const ec2 = connectEc2(simulator, session, 'af-south-1').send(new DescribeRegionsCommand({}));
	expect(await errorOf(ec2)).toMatchObject({ code: 'OptInRequired', status: 401 });
	const sts = connectSts(simulator, session, 'af-south-1').send(new GetCallerIdentityCommand({}));
	expect(await errorOf(sts)).toMatchObject({ code: 'InvalidClientTokenId', status: 403 });
});

test('regions that are on by default, or are none, can not be switched', async () => {
	const { control, managementAccountId } = await start();
	for (const region of ['us-east-1', 'me-central-1']) {
		expect(() => control.mutate({ disableRegion: { accountId: managementAccountId, region } })).toThrow(region);
	}
	expect(() => control.mutate({ enableRegion: { accountId: managementAccountId, region: 'cn-north-1' } })).toThrow();
	expect(() => control.mutate({ enableRegion: { accountId: '000000000000', region: 'me-south-1' } })).toThrow();
});

test('a delegated administrator lists the accounts, and the management account has no role', async () => {
	const simulator = await start({ delegatedAdministrator: 2 });
	const { world, managementAccountId, roleArn } = simulator;
	const [management, other, delegated] = [...listTrueAccounts(world)];
	expect(roleArn).toContain(`::${delegated?.accountId}:`);
	const { Accounts } = await connectOrganizations(simulator, await assume(simulator)).send(new ListAccountsCommand({}));
	expect(Accounts?.map((row) => row.Id)).toContain(managementAccountId);
	expect(Accounts?.[0]?.Arn).toContain(`::${managementAccountId}:`);
	expect((await errorOf(assume(simulator, { accountId: managementAccountId }))).code).toBe('AccessDenied');
	expect(management?.regions.map((row) => row.outcome)).toContain('role_missing');
	const member = await assume(simulator, { accountId: other?.accountId ?? '' });
	const refused = connectOrganizations(simulator, member).send(new ListAccountsCommand({}));
	expect((await errorOf(refused)).code).toBe('AccessDeniedException');
	await expect(start({ delegatedAdministrator: 6 })).rejects.toThrow('delegatedAdministrator');
});
