import { DescribeAddressesCommand, DescribeInstancesCommand, DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PolicyDocument } from '../options.ts';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { assume, connectEc2, connectOrganizations, connectSts, errorOf } from '../testing/connect.ts';
import { listTrueAccounts } from '../truth.ts';
import { allow } from './principals.ts';

let simulator: RunningSimulator;
let member = '';
let offsetMs = 0;

beforeEach(async () => {
	offsetMs = 0;
	simulator = await startSimulator({ clock: () => Date.now() + offsetMs });
	member = [...listTrueAccounts(simulator.world)][1]?.accountId ?? '';
});
afterEach(() => simulator.close());

const denyAll = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });

async function enter(region = 'us-east-1') {
	return connectEc2(simulator, await assume(simulator, { accountId: member }), region);
}

/** Whether the member's role can be assumed with the right external id, none, and a wrong one. */
async function knock(): Promise<boolean[]> {
	const wishes = [{}, { externalId: undefined }, { externalId: 'wrong-one' }];
	return await Promise.all(
		wishes.map((wish) =>
			assume(simulator, { accountId: member, ...wish }).then(
				() => true,
				() => false,
			),
		),
	);
}

function outcomes(): string[] {
	const account = [...listTrueAccounts(simulator.world)].find((row) => row.accountId === member);
	return account?.regions.map((row) => row.outcome) ?? [];
}

test('a service control policy denies one action everywhere or in one region, and names itself or not', async () => {
	const arn = simulator.control.mutate({ scpDenyAction: { action: 'ec2:DescribeRegions', region: 'us-east-1' } });
	const denied = await errorOf((await enter()).send(new DescribeRegionsCommand({})));
	expect(denied).toMatchObject({ code: 'UnauthorizedOperation', status: 403 });
	expect(denied.message).toMatch(
		/is not authorized to perform: ec2:DescribeRegions with an explicit deny in a service control policy: arn:aws:organizations::\d{12}:policy\/o-[a-z0-9]{10}\/service_control_policy\/p-[a-z0-9]{8}$/,
	);
	expect(denied.message.endsWith(arn ?? 'none')).toBe(true);
	await (await enter('eu-west-1')).send(new DescribeRegionsCommand({}));
	await (await enter()).send(new DescribeInstancesCommand({}));
	await connectEc2(simulator, await assume(simulator)).send(new DescribeRegionsCommand({}));
	simulator.control.mutate({ detachScp: arn ?? '' });
	await (await enter()).send(new DescribeRegionsCommand({}));
	simulator.control.mutate({ scpDenyAction: { action: 'ec2:*', accountId: member, named: false } });
	const unnamed = await errorOf((await enter('eu-west-1')).send(new DescribeInstancesCommand({})));
	expect(unnamed.message).toMatch(/with an explicit deny in a service control policy$/);
	expect(new Set(outcomes())).toEqual(new Set(['blocked_by_policy']));
});

test('a region that a service control policy denies is closed to DescribeRegions too, but not to global services', async () => {
	simulator.control.mutate({ scpDenyRegion: { region: 'us-east-1', named: false } });
	const denied = await errorOf((await enter()).send(new DescribeRegionsCommand({})));
	expect(denied.message).toMatch(/with an explicit deny in a service control policy$/);
	await connectSts(simulator, await assume(simulator, { accountId: member })).send(new GetCallerIdentityCommand({}));
});

test('the region policy of AWS’s documentation works as it stands', async () => {
	const policy: PolicyDocument = {
		Version: '2012-10-17',
		Statement: [
			{
				Sid: 'DenyAllOutsideEU',
				Effect: 'Deny',
				NotAction: ['iam:*', 'organizations:*', 'sts:*', 'support:*'],
				Resource: '*',
				Condition: {
					StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1', 'eu-west-1'] },
					ArnNotLike: { 'aws:PrincipalARN': ['arn:aws:iam::*:role/Role1AllowedToBypassThisSCP'] },
				},
			},
		],
	};
	simulator.control.mutate({ attachScp: { policy } });
	expect((await errorOf((await enter()).send(new DescribeInstancesCommand({})))).code).toBe('UnauthorizedOperation');
	await (await enter('eu-west-1')).send(new DescribeInstancesCommand({}));
	const organizations = connectOrganizations(simulator, await assume(simulator, { accountId: member }));
	// It gets past the policy, to the refusal of a member.
	expect((await errorOf(organizations.send(new ListAccountsCommand({})))).message).not.toContain('explicit deny');
});

test('an allow-list leaves out what it does not name, in those words', async () => {
	simulator.control.mutate({ scpAllowOnly: { actions: ['ec2:DescribeRegions', 'sts:*'] } });
	await (await enter()).send(new DescribeRegionsCommand({}));
	const denied = await errorOf((await enter()).send(new DescribeInstancesCommand({})));
	expect(denied.message).toMatch(/because no service control policy allows the ec2:DescribeInstances action$/);
	// A second one beside it allows more.
	simulator.control.mutate({ scpAllowOnly: { actions: ['ec2:DescribeInstances'], accountId: member } });
	await (await enter()).send(new DescribeInstancesCommand({}));
});

test('a service control policy holds from its moment to the moment it is taken away', async () => {
	const client = await enter();
	simulator.control.advance(1000);
	const arn = simulator.control.mutate({ scpDenyAction: { action: 'ec2:DescribeAddresses' } }) ?? '';
	const ask = () => client.send(new DescribeAddressesCommand({}));
	await errorOf(ask());
	simulator.control.advance(-1000);
	await ask();
	simulator.control.advance(2000);
	simulator.control.mutate({ detachScp: arn });
	await ask();
	simulator.control.advance(-1000);
	expect((await errorOf(ask())).code).toBe('UnauthorizedOperation');
	expect(() => simulator.control.mutate({ detachScp: arn })).toThrow(arn);
});

test('a role without condition, one with another external id, and one that takes any id', async () => {
	expect(await knock()).toEqual([true, false, false]);
	simulator.control.mutate({ openRole: member });
	expect(await knock()).toEqual([true, true, true]);
	simulator.control.mutate({ anyExternalId: member });
	expect(await knock()).toEqual([true, false, true]);
	simulator.control.mutate({ wrongExternalId: member });
	expect(await knock()).toEqual([false, false, false]);
	expect(new Set(outcomes())).toEqual(new Set(['role_missing']));
	simulator.control.mutate({ usualTrust: member });
	expect(await knock()).toEqual([true, false, false]);
	expect((await errorOf(assume(simulator, { accountId: member, credentials: simulator.principals.direct }))).code).toBe(
		'AccessDenied',
	);
});

test('trust by hand holds from its moment on', async () => {
	simulator.control.advance(1000);
	simulator.control.mutate({ openRole: member });
	expect(await knock()).toEqual([true, true, true]);
	simulator.control.advance(-1000);
	expect(await knock()).toEqual([true, false, false]);
});

function trustPolicy(principal: string | readonly string[], condition = true): PolicyDocument {
	return {
		Version: '2012-10-17',
		Statement: [
			{
				Effect: 'Allow',
				Principal: { AWS: principal },
				Action: 'sts:AssumeRole',
				...(condition ? { Condition: { StringEquals: { 'sts:ExternalId': simulator.externalId } } } : {}),
			},
		],
	};
}

test('a trust policy document lets in whom it names: a user, a role’s sessions, a whole account', async () => {
	const { base } = simulator.principals;
	const between = await assume(simulator, { roleArn: simulator.principalRoleArn, externalId: undefined });
	const enters = async (principal: string) => {
		simulator.control.mutate({ setTrustPolicy: { policy: trustPolicy(principal) } });
		const results = [base, between].map((credentials) =>
			assume(simulator, { accountId: member, credentials }).then(
				() => true,
				() => false,
			),
		);
		return await Promise.all(results);
	};
	expect(await enters(base.arn)).toEqual([true, false]);
	expect(await enters(simulator.principalRoleArn)).toEqual([false, true]);
	expect(await enters(`arn:aws:iam::${base.accountId}:root`)).toEqual([true, true]);
	expect(await enters(base.accountId)).toEqual([true, true]);
	expect(await enters(`arn:aws:iam::${simulator.managementAccountId}:root`)).toEqual([false, false]);
	simulator.control.mutate({ setTrustPolicy: { accountId: member, policy: trustPolicy(base.arn) } });
	expect(await knock()).toEqual([true, false, false]);
	simulator.control.mutate({ setTrustPolicy: { accountId: member, policy: trustPolicy(base.arn, false) } });
	expect(await knock()).toEqual([true, true, true]);
});

test('a trust policy may stand there from the start', async () => {
	const { managementAccountId, principals } = simulator;
	const own = await startSimulator({ trustPolicy: trustPolicy(`arn:aws:iam::${managementAccountId}:root`) });
	expect((await errorOf(assume(own))).code).toBe('AccessDenied');
	own.control.mutate({ setTrustPolicy: { policy: trustPolicy(principals.base.arn) } });
	await assume(own);
	own.control.mutate({ setTrustPolicy: {} });
	expect((await errorOf(assume(own))).code).toBe('AccessDenied');
	await own.close();
});

test('a document AWS would not accept is not attached either', () => {
	const attach = (policy: PolicyDocument) => () => simulator.control.mutate({ setTrustPolicy: { policy } });
	expect(attach(trustPolicy('arn:aws:iam::*:role/x'))).toThrow('invalid principal');
	expect(attach(trustPolicy('arn:aws-cn:iam::123456789012:role/x'))).toThrow('invalid principal');
	expect(attach(allow(['sts:AssumeRole']))).toThrow('prohibited field Resource');
	const asRolePolicy = trustPolicy(simulator.principals.base.arn);
	expect(() => simulator.control.mutate({ setRolePolicy: { policy: asRolePolicy } })).toThrow('prohibited field');
	expect(() => simulator.control.mutate({ setRolePolicy: { policy: allow(['everything']) } })).toThrow('vendor');
});

test('a new role can not be assumed until it is ready, and its first calls are refused', async () => {
	simulator.control.mutate({ removeRole: member });
	simulator.control.mutate({ newRole: { accountId: member, readyAt: Date.now() + 60_000, refusals: 2 } });
	const refused = await errorOf(assume(simulator, { accountId: member }));
	simulator.control.mutate({ removeRole: simulator.managementAccountId });
	const missing = await errorOf(assume(simulator));
	expect(refused.message.replace(member, '')).toBe(missing.message.replace(simulator.managementAccountId, ''));
	offsetMs = 61_000;
	const client = await enter();
	for (const call of [1, 2]) {
		const early = await errorOf(client.send(new DescribeRegionsCommand({ DryRun: call === 2 })));
		expect(early.message).toContain('because no identity-based policy allows the ec2:DescribeRegions action');
	}
	await client.send(new DescribeRegionsCommand({}));
});

test('the role of one account or of all gets other policies, which open sessions have at once', async () => {
	const client = await enter();
	simulator.control.mutate({ setRolePolicy: { policy: allow(['ec2:DescribeRegions']) } });
	await client.send(new DescribeRegionsCommand({}));
	const denied = await errorOf(client.send(new DescribeInstancesCommand({})));
	expect(denied.message).toContain('because no identity-based policy allows the ec2:DescribeInstances action');
	const direct = connectEc2(simulator, simulator.principals.direct);
	expect((await errorOf(direct.send(new DescribeInstancesCommand({})))).code).toBe('UnauthorizedOperation');
	expect(new Set(outcomes())).toEqual(new Set(['denied']));
	simulator.control.mutate({
		setRolePolicy: { accountId: member, policy: [allow(['ec2:DescribeRegions']), allow(['ec2:DescribeInstances'])] },
	});
	await client.send(new DescribeInstancesCommand({}));
	expect((await errorOf(direct.send(new DescribeInstancesCommand({})))).code).toBe('UnauthorizedOperation');
	simulator.control.mutate({ setRolePolicy: {} });
	await direct.send(new DescribeInstancesCommand({}));
});

test('a permissions boundary narrows the role, in its own words', async () => {
	const client = await enter();
	simulator.control.mutate({ setPermissionsBoundary: { policy: allow(['ec2:DescribeRegions']) } });
	const denied = await errorOf(client.send(new DescribeInstancesCommand({})));
	expect(denied.message).toContain('because no permissions boundary allows the ec2:DescribeInstances action');
	await client.send(new DescribeRegionsCommand({}));
	expect(new Set(outcomes())).toEqual(new Set(['denied']));
	simulator.control.mutate({ setPermissionsBoundary: {} });
	await client.send(new DescribeInstancesCommand({}));
});

test('the log tells a probe from an entry, and the session’s name', async () => {
	await assume(simulator, { policy: denyAll });
	await assume(simulator, { policy: JSON.stringify(allow(['ec2:*'])) });
	await assume(simulator);
	expect(simulator.control.calls().map((call) => [call.sessionPolicyDeniesAll, call.roleSessionName])).toEqual([
		[true, 'test-session'],
		[false, 'test-session'],
		[undefined, 'test-session'],
	]);
});
