import { DescribeInstancesCommand, DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { assume, connectEc2, connectOrganizations, connectSts, errorOf } from '../testing/connect.ts';
import { listTrueAccounts } from '../truth.ts';

let simulator: RunningSimulator;
let offsetMs = 0;

beforeEach(async () => {
	offsetMs = 0;
	simulator = await startSimulator({ clock: () => Date.now() + offsetMs });
});
afterEach(() => simulator.close());

function memberId(): string {
	const member = [...listTrueAccounts(simulator.world)].find(
		(account) => account.accountId !== simulator.managementAccountId,
	);
	return member?.accountId ?? '';
}

const denyAll = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });

test('a signature made with another secret is refused in each service’s own words', async () => {
	const keys = { ...simulator.principals.direct, secretAccessKey: 'x'.repeat(40) };
	expect(await errorOf(connectEc2(simulator, keys).send(new DescribeRegionsCommand({})))).toMatchObject({
		code: 'AuthFailure',
		status: 401,
	});
	expect(await errorOf(connectSts(simulator, keys).send(new GetCallerIdentityCommand({})))).toMatchObject({
		code: 'SignatureDoesNotMatch',
		status: 403,
	});
	expect(await errorOf(connectOrganizations(simulator, keys).send(new ListAccountsCommand({})))).toMatchObject({
		code: 'InvalidSignatureException',
		status: 400,
	});
});

test('a body, a header or a query changed after signing is refused', async () => {
	for (const change of ['body', 'header', 'query'] as const) {
		const client = connectEc2(simulator, simulator.principals.direct);
		client.middlewareStack.add(
			(next) => (args) => {
				const request = args.request as {
					body: string;
					headers: Record<string, string>;
					query: Record<string, string>;
				}; // The SDK's HTTP request.
				if (change === 'body') {
					request.body = request.body.replace('DescribeRegions', 'DescribeAddress');
				} else if (change === 'header') {
					request.headers['x-amz-date'] =
						request.headers['x-amz-date']?.replace(/\dZ$/, (end) => (end === '0Z' ? '1Z' : '0Z')) ?? '';
				} else {
					request.query = { Action: 'DescribeRegions' };
				}
				return next(args);
			},
			{ step: 'finalizeRequest', priority: 'low' },
		);
		expect(await errorOf(client.send(new DescribeRegionsCommand({})))).toMatchObject({ code: 'AuthFailure' });
	}
});

test('an unknown key and a missing or wrong session token are refused', async () => {
	const session = await assume(simulator);
	const { accessKeyId, secretAccessKey } = session;
	for (const keys of [
		{ accessKeyId: 'AKIAUNKNOWN', secretAccessKey },
		{ accessKeyId, secretAccessKey },
		{ ...session, sessionToken: 'other' },
	]) {
		expect(await errorOf(connectSts(simulator, keys).send(new GetCallerIdentityCommand({})))).toMatchObject({
			code: 'InvalidClientTokenId',
			status: 403,
		});
	}
});

test('a clock that is more than five minutes off is told so', async () => {
	offsetMs = 6 * 60_000;
	const keys = simulator.principals.direct;
	expect(await errorOf(connectEc2(simulator, keys).send(new DescribeRegionsCommand({})))).toMatchObject({
		code: 'RequestExpired',
	});
	const sts = await errorOf(connectSts(simulator, keys).send(new GetCallerIdentityCommand({})));
	expect(sts.code).toBe('SignatureDoesNotMatch');
	const stamp = String.raw`(\d{8}T\d{6}Z)`;
	const [, sent, edge, now] =
		new RegExp(`^Signature expired: ${stamp} is now earlier than ${stamp} \\(${stamp} - 5 min\\.\\)$`).exec(
			sts.message,
		) ?? [];
	expect(sent !== undefined && edge !== undefined && now !== undefined && sent < edge && edge < now).toBe(true);
	offsetMs = -6 * 60_000;
	const early = await errorOf(connectSts(simulator, keys).send(new GetCallerIdentityCommand({})));
	expect(early.message).toMatch(/^Signature not yet current: \S+ is still later than \S+ \(\S+ \+ 5 min\.\)$/);
});

test('a session that has ended is expired in each service’s own words', async () => {
	const session = await assume(simulator, { seconds: 900 });
	simulator.control.expireSessions();
	expect((await errorOf(connectEc2(simulator, session).send(new DescribeRegionsCommand({})))).code).toBe(
		'RequestExpired',
	);
	expect((await errorOf(connectSts(simulator, session).send(new GetCallerIdentityCommand({})))).code).toBe(
		'ExpiredToken',
	);
	expect((await errorOf(connectOrganizations(simulator, session).send(new ListAccountsCommand({})))).code).toBe(
		'ExpiredTokenException',
	);
});

test('a region that the account has not enabled is refused as AuthFailure', async () => {
	const session = await assume(simulator);
	expect(
		await errorOf(connectEc2(simulator, session, 'ap-east-1').send(new DescribeInstancesCommand({}))),
	).toMatchObject({ code: 'AuthFailure', status: 401 });
});

test('no role without the right external id, and the refusal does not tell why', async () => {
	const message = `User: ${simulator.principals.base.arn} is not authorized to perform: sts:AssumeRole on resource: ${simulator.roleArn}`;
	for (const externalId of [undefined, 'wrong-one']) {
		expect(await errorOf(assume(simulator, { externalId }))).toEqual({ code: 'AccessDenied', message, status: 403 });
	}
	expect(simulator.control.calls().map((call) => call.externalId)).toEqual(['absent', 'wrong']);
});

test('a missing role and a suspended account look like a wrong external id', async () => {
	const accountId = memberId();
	await assume(simulator, { accountId });
	simulator.control.mutate({ removeRole: accountId });
	expect((await errorOf(assume(simulator, { accountId }))).code).toBe('AccessDenied');
	simulator.control.mutate({ restoreRole: accountId });
	simulator.control.mutate({ suspendAccount: accountId });
	expect((await errorOf(assume(simulator, { accountId }))).code).toBe('AccessDenied');
});

test('a role of our own may stand in between: without an external id to itself, with one to the customer', async () => {
	const between = await assume(simulator, { roleArn: simulator.principalRoleArn, externalId: undefined });
	const session = await assume(simulator, { credentials: between });
	await connectEc2(simulator, session).send(new DescribeRegionsCommand({}));
	expect((await errorOf(assume(simulator, { credentials: between, externalId: undefined }))).code).toBe('AccessDenied');
	expect((await errorOf(assume(simulator, { credentials: between, seconds: 3601 }))).message).toContain(
		'role chaining',
	);
	expect((await errorOf(assume(simulator, { credentials: session }))).code).toBe('AccessDenied');
});

test('sessions last 15 minutes to an hour', async () => {
	expect((await errorOf(assume(simulator, { seconds: 899 }))).code).toBe('ValidationError');
	expect((await errorOf(assume(simulator, { seconds: 3601 }))).message).toContain('MaxSessionDuration');
});

test('an ARN that is too short is wrong, one that is malformed otherwise is denied like an unknown role', async () => {
	expect((await errorOf(assume(simulator, { roleArn: 'no-arn' }))).code).toBe('ValidationError');
	const roleArn = simulator.roleArn.replace('iam::', 'iam:');
	expect((await errorOf(assume(simulator, { roleArn }))).code).toBe('AccessDenied');
});

test('an EC2 call that is denied is an UnauthorizedOperation, with and without a session token', async () => {
	for (const keys of [simulator.principals.base, await assume(simulator, { policy: denyAll })]) {
		expect(await errorOf(connectEc2(simulator, keys).send(new DescribeInstancesCommand({})))).toMatchObject({
			code: 'UnauthorizedOperation',
			status: 403,
		});
	}
});

test('a session policy narrows the role, and is at most 2,048 characters long', async () => {
	const policy = JSON.stringify({
		Version: '2012-10-17',
		Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeRegions', Resource: '*' }],
	});
	const session = await assume(simulator, { policy });
	await connectEc2(simulator, session).send(new DescribeRegionsCommand({}));
	const denied = await errorOf(connectEc2(simulator, session).send(new DescribeInstancesCommand({})));
	expect(denied).toMatchObject({ code: 'UnauthorizedOperation', status: 403 });
	expect(denied.message).toContain('because no session policy allows the ec2:DescribeInstances action');
	expect((await errorOf(assume(simulator, { policy: `${policy}${' '.repeat(2048)}` }))).code).toBe('ValidationError');
	expect(simulator.control.calls()[0]?.sessionPolicyActions).toEqual(['ec2:DescribeRegions']);
});

test('what a policy does not allow is named, for DryRun too', async () => {
	const accountId = memberId();
	const session = await assume(simulator, { accountId });
	const client = connectEc2(simulator, session, 'eu-west-1');
	expect(await errorOf(client.send(new DescribeInstancesCommand({ DryRun: true })))).toMatchObject({
		code: 'DryRunOperation',
		status: 412,
	});
	simulator.control.mutate({ denyAction: { accountId, action: 'ec2:DescribeInstances', region: 'eu-*' } });
	const denied = await errorOf(client.send(new DescribeInstancesCommand({ DryRun: true })));
	expect(denied).toMatchObject({ code: 'UnauthorizedOperation', status: 403 });
	expect(denied.message).toContain('because no identity-based policy allows the ec2:DescribeInstances action');
	await connectEc2(simulator, session, 'us-east-1').send(new DescribeInstancesCommand({}));
});

test('a service control policy denies by name, and never binds the management account', async () => {
	const accountId = memberId();
	simulator.control.mutate({ scpDenyRegion: { region: 'eu-west-1' } });
	const denied = await errorOf(
		connectEc2(simulator, await assume(simulator, { accountId }), 'eu-west-1').send(new DescribeInstancesCommand({})),
	);
	expect(denied.message).toMatch(
		/with an explicit deny in a service control policy: arn:aws:organizations::\d{12}:policy\/o-/,
	);
	await connectEc2(simulator, await assume(simulator), 'eu-west-1').send(new DescribeInstancesCommand({}));
});

test('a member may not list the accounts', async () => {
	const session = await assume(simulator, { accountId: memberId() });
	expect((await errorOf(connectOrganizations(simulator, session).send(new ListAccountsCommand({})))).code).toBe(
		'AccessDeniedException',
	);
});

test('a bucket empties after its burst and refills with time', async () => {
	const startedAt = Date.now();
	await simulator.close();
	// A clock that stands: on a slow machine the bucket would refill while it is emptied.
	simulator = await startSimulator({ clock: () => startedAt + offsetMs });
	const session = await assume(simulator);
	const client = connectEc2(simulator, session);
	const codes: string[] = [];
	for (let call = 0; call < 130; call++) {
		codes.push(
			await client.send(new DescribeRegionsCommand({})).then(
				() => 'ok',
				(error: Error) => error.name,
			),
		);
	}
	expect(codes.slice(0, 100)).not.toContain('RequestLimitExceeded');
	expect(codes).toContain('RequestLimitExceeded');
	offsetMs = 5000;
	await client.send(new DescribeRegionsCommand({}));
});
