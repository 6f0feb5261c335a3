import {
	GenerateCredentialReportCommand,
	GetAccountAuthorizationDetailsCommand,
	type GetAccountAuthorizationDetailsCommandInput,
	GetCredentialReportCommand,
	GetUserCommand,
	IAMClient,
	ListUsersCommand,
	type ListUsersCommandInput,
	type Tag,
	type User,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allow, COLLECTION_ACTIONS } from '../../gate/principals.ts';
import type { SimulatorOptions } from '../../options.ts';
import { type RunningSimulator, startSimulator } from '../../start-simulator.ts';
import { assume, connectIam, connectSts, errorOf } from '../../testing/connect.ts';
import { listTrueAccounts, listTrueIamUsers, type TrueIamUser } from '../../truth.ts';

const EXTRAS = ['iam:GetAccountAuthorizationDetails', 'iam:GenerateCredentialReport', 'iam:GetCredentialReport'];

let simulator: RunningSimulator;

async function start(options: SimulatorOptions = {}): Promise<IAMClient> {
	simulator = await startSimulator({
		scenario: 'demo',
		throttle: false,
		rolePolicy: allow([...COLLECTION_ACTIONS, ...EXTRAS]),
		...options,
	});
	return connectIam(simulator, await assume(simulator));
}

beforeEach(() => start());
afterEach(() => simulator.close());

/** Starts another simulator in place of the usual one. */
async function restart(options: SimulatorOptions): Promise<IAMClient> {
	await simulator.close();
	return start(options);
}

async function readAll(
	client: IAMClient,
	input: ListUsersCommandInput = {},
): Promise<{ users: User[]; pages: number[] }> {
	const users: User[] = [];
	const pages: number[] = [];
	let Marker: string | undefined;
	do {
		const answer = await client.send(new ListUsersCommand({ ...input, Marker }));
		users.push(...(answer.Users ?? []));
		pages.push(answer.Users?.length ?? 0);
		expect(answer.Marker === undefined).toBe(answer.IsTruncated === false);
		Marker = answer.Marker;
	} while (Marker !== undefined);
	return { users, pages };
}

function summarise(user: User) {
	return {
		userName: user.UserName,
		userId: user.UserId,
		arn: user.Arn,
		path: user.Path,
		createdAt: user.CreateDate?.getTime(),
		usedAt: user.PasswordLastUsed?.getTime(),
	};
}

function summariseTruth(user: TrueIamUser): ReturnType<typeof summarise> {
	const { userName, userId, arn, path, createdAt, credentials } = user;
	return { userName, userId, arn, path, createdAt, usedAt: credentials.passwordLastUsedAt };
}

function toPairs(tags: readonly Tag[] | undefined): string[] | undefined {
	return tags?.map((tag) => `${tag.Key}=${tag.Value}`);
}

function truePairs(user: TrueIamUser): string[] | undefined {
	return user.tags.length === 0 ? undefined : user.tags.map((tag) => `${tag.key}=${tag.value}`);
}

test('the SDK lists every user of every readable account as the truth has it, without tags and boundaries', async () => {
	let compared = 0;
	for (const { accountId, state } of listTrueAccounts(simulator.world)) {
		const truth = [...listTrueIamUsers(simulator.world, { accountId, readableOnly: true })];
		if (truth.length === 0 || state !== 'ACTIVE') {
			continue;
		}
		const { users } = await readAll(connectIam(simulator, await assume(simulator, { accountId })));
		expect(users.map(summarise)).toEqual(truth.map(summariseTruth));
		expect(users.filter((user) => user.Tags !== undefined || user.PermissionsBoundary !== undefined)).toEqual([]);
		compared += users.length;
	}
	expect(compared).toBeGreaterThan(270);
});

test('GetUser adds tags and boundary, and leaves out what a user has not', async () => {
	for (const accountName of ['legacy-erp-prod', 'shared-services']) {
		const account = [...listTrueAccounts(simulator.world)].find((row) => row.name === accountName);
		const accountId = account?.accountId ?? '';
		const client = connectIam(simulator, await assume(simulator, { accountId }));
		for (const truth of listTrueIamUsers(simulator.world, { accountId })) {
			const { User } = await client.send(new GetUserCommand({ UserName: truth.userName }));
			expect(User === undefined ? undefined : summarise(User)).toEqual(summariseTruth(truth));
			expect(toPairs(User?.Tags)).toEqual(truePairs(truth));
			expect(User?.PermissionsBoundary).toEqual(
				truth.permissionsBoundaryArn === undefined
					? undefined
					: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: truth.permissionsBoundaryArn },
			);
		}
	}
});

test('GetUser without a name is the caller: a user is told of itself, a session that it is none', async () => {
	const { direct } = simulator.principals;
	const { User } = await connectIam(simulator, direct).send(new GetUserCommand({}));
	expect(User).toMatchObject({ Arn: direct.arn, UserName: 'rollcall-direct' });
	const identity = await connectSts(simulator, direct).send(new GetCallerIdentityCommand({}));
	expect(User?.UserId).toBe(identity.UserId);
	expect(await errorOf(connectIam(simulator, await assume(simulator)).send(new GetUserCommand({})))).toEqual({
		code: 'ValidationError',
		message: 'Must specify userName when calling with non-User credentials',
		status: 400,
	});
});

test('a user that is not there, or was removed in the middle, is a NoSuchEntity', async () => {
	const client = connectIam(simulator, await assume(simulator));
	const accountId = simulator.managementAccountId;
	const userName = [...listTrueIamUsers(simulator.world, { accountId })].at(-1)?.userName ?? '';
	await client.send(new GetUserCommand({ UserName: userName }));
	simulator.control.mutate({ removeIamUser: { accountId, userName } });
	expect(await errorOf(client.send(new GetUserCommand({ UserName: userName })))).toEqual({
		code: 'NoSuchEntityException',
		message: `The user with name ${userName} cannot be found.`,
		status: 404,
	});
});

test('any page size gives the same users, each once, 100 a page unless asked', async () => {
	const client = await restart({ scenario: 'small', iamUsersPerAccount: 230 });
	const truth = [...listTrueIamUsers(simulator.world, { accountId: simulator.managementAccountId })];
	for (const [MaxItems, pages] of [
		[undefined, [100, 100, 31]],
		[1000, [231]],
		[77, [77, 77, 77]],
	] as const) {
		const read = await readAll(client, { MaxItems });
		expect(read.users.map((user) => user.UserId)).toEqual(truth.map((user) => user.userId));
		expect(read.pages).toEqual(pages);
	}
	const inPath = await readAll(client, { PathPrefix: '/people/', MaxItems: 10 });
	const wanted = truth.filter((user) => user.path.startsWith('/people/'));
	expect(inPath.users.map((user) => user.UserId)).toEqual(wanted.map((user) => user.userId));
	expect(wanted.length).toBeGreaterThan(10);
});

test('short and empty pages lose and repeat nothing', async () => {
	const client = await restart({
		scenario: 'small',
		iamUsersPerAccount: 60,
		shortPageRate: 0.5,
		emptyPageRate: 0.4,
		pageCap: 7,
	});
	const { users, pages } = await readAll(client, { MaxItems: 1000 });
	const truth = [...listTrueIamUsers(simulator.world, { accountId: simulator.managementAccountId })];
	expect(users.map((user) => user.UserId)).toEqual(truth.map((user) => user.userId));
	expect(pages).toContain(0);
	expect(Math.max(...pages)).toBeLessThanOrEqual(7);
});

test('page sizes and markers that are wrong, and a client of another region, are refused as AWS does', async () => {
	const client = await restart({ scenario: 'small', pageCap: 2 });
	const ask = (input: ListUsersCommandInput) => errorOf(client.send(new ListUsersCommand(input)));
	expect(await ask({ MaxItems: 1001 })).toEqual({
		code: 'ValidationError',
		message:
			"1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
		status: 400,
	});
	expect((await ask({ MaxItems: 0 })).message).toContain('greater than or equal to 1');
	expect(await ask({ Marker: 'bm90IG9uZQ==' })).toEqual({
		code: 'ValidationError',
		message: 'Invalid Marker.',
		status: 400,
	});
	const { Marker } = await client.send(new ListUsersCommand({}));
	expect((await ask({ Marker, PathPrefix: '/people/' })).message).toBe('Invalid Marker.');
	const credentials = await assume(simulator);
	const elsewhere = new IAMClient({ endpoint: simulator.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
	expect((await errorOf(elsewhere.send(new ListUsersCommand({})))).code).toBe('SignatureDoesNotMatch');
});

test('a refusal names action and resource as IAM words it', async () => {
	const accountId = [...listTrueAccounts(simulator.world)][3]?.accountId ?? '';
	const client = connectIam(simulator, await assume(simulator, { accountId }));
	simulator.control.mutate({ denyAction: { accountId, action: 'iam:*' } });
	const caller = `arn:aws:sts::${accountId}:assumed-role/RollcallCollector/test-session`;
	expect(await errorOf(client.send(new ListUsersCommand({})))).toEqual({
		code: 'AccessDenied',
		message: `User: ${caller} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${accountId}:user/ because no identity-based policy allows the iam:ListUsers action`,
		status: 403,
	});
	expect((await errorOf(client.send(new GetUserCommand({ UserName: 'terraform' })))).message).toBe(
		`User: ${caller} is not authorized to perform: iam:GetUser on resource: user terraform because no identity-based policy allows the iam:GetUser action`,
	);
});

test('a policy may name single users by their ARN', async () => {
	const account = [...listTrueAccounts(simulator.world)].find((row) => row.name === 'legacy-erp-prod');
	const accountId = account?.accountId ?? '';
	const [one, two] = [...listTrueIamUsers(simulator.world, { accountId })].filter((user) => user.path !== '/');
	const policy = JSON.stringify(allow(['iam:GetUser'], one?.arn));
	const client = connectIam(simulator, await assume(simulator, { accountId, policy }));
	await client.send(new GetUserCommand({ UserName: one?.userName }));
	const denied = await errorOf(client.send(new GetUserCommand({ UserName: two?.userName })));
	expect(denied.message).toContain('because no session policy allows the iam:GetUser action');
});

test('credentials that are wrong or over are told in the words of IAM', async () => {
	const session = await assume(simulator);
	const unknown = { ...session, accessKeyId: 'ASIAUNKNOWN' };
	expect(await errorOf(connectIam(simulator, unknown).send(new ListUsersCommand({})))).toMatchObject({
		code: 'InvalidClientTokenId',
		status: 403,
	});
	simulator.control.expireSessions();
	expect(await errorOf(connectIam(simulator, session).send(new ListUsersCommand({})))).toMatchObject({
		code: 'ExpiredToken',
		status: 403,
	});
});

test('each action of an account has a bucket of 100 that refills by 20 a second', async () => {
	let now = Date.now();
	const client = await restart({ throttle: { burst: 1, perSecond: 0.001 }, clock: () => now });
	const burst = async (calls: number) => {
		const codes: string[] = [];
		for (let call = 0; call < calls; call++) {
			codes.push(
				await client.send(new GetUserCommand({ UserName: 'rollcall-direct' })).then(
					() => 'ok',
					(error: Error) => error.name,
				),
			);
		}
		return codes.filter((code) => code === 'ok').length;
	};
	expect(await burst(105)).toBe(100);
	expect(await errorOf(client.send(new GetUserCommand({ UserName: 'rollcall-direct' })))).toEqual({
		code: 'Throttling',
		message: 'Rate exceeded',
		status: 400,
	});
	await client.send(new ListUsersCommand({}));
	now += 1000;
	expect(await burst(25)).toBe(20);
});

test('authorization details tell groups, policies, tags and boundaries of all users page by page', async () => {
	const account = [...listTrueAccounts(simulator.world)].find((row) => row.name === 'legacy-erp-prod');
	const accountId = account?.accountId ?? '';
	const client = connectIam(simulator, await assume(simulator, { accountId }));
	const read = async (input: GetAccountAuthorizationDetailsCommandInput) => {
		const rows: unknown[] = [];
		let Marker: string | undefined;
		do {
			const answer = await client.send(new GetAccountAuthorizationDetailsCommand({ ...input, Marker }));
			for (const user of answer.UserDetailList ?? []) {
				rows.push({
					userId: user.UserId,
					arn: user.Arn,
					groups: user.GroupList ?? [],
					policies: (user.AttachedManagedPolicies ?? []).map((policy) => policy.PolicyArn),
					tags: toPairs(user.Tags),
					boundary: user.PermissionsBoundary?.PermissionsBoundaryArn,
				});
			}
			Marker = answer.Marker;
		} while (Marker !== undefined);
		return rows;
	};
	const truth = [...listTrueIamUsers(simulator.world, { accountId })].map((user) => ({
		userId: user.userId,
		arn: user.arn,
		groups: user.groups,
		policies: user.policies.map((policy) => policy.arn),
		tags: truePairs(user),
		boundary: user.permissionsBoundaryArn,
	}));
	expect(await read({ Filter: ['User'], MaxItems: 10 })).toEqual(truth);
	expect(truth.some((user) => user.groups.length > 1)).toBe(true);
	expect(await read({ Filter: ['Role', 'Group'] })).toEqual([]);
	expect((await errorOf(read({ Filter: ['Nobody' as 'User'] }))).code).toBe('ValidationError');
});

test('a credential report is absent, started, in the making, complete, and expires after four hours', async () => {
	const client = connectIam(simulator, await assume(simulator));
	const generate = async () => (await client.send(new GenerateCredentialReportCommand({}))).State;
	const get = () => client.send(new GetCredentialReportCommand({}));
	expect(await errorOf(get())).toMatchObject({ code: 'CredentialReportNotPresentException', status: 410 });
	expect(await generate()).toBe('STARTED');
	expect(await errorOf(get())).toMatchObject({ code: 'CredentialReportNotReadyException', status: 404 });
	expect(await generate()).toBe('COMPLETE');
	const startedAt = simulator.world.time.at;
	const first = await get();
	expect(first.GeneratedTime?.getTime()).toBe(startedAt);
	expect(first.ReportFormat).toBe('text/csv');
	simulator.control.advance(3_600_000);
	simulator.control.mutate({ addIamUser: { accountId: simulator.managementAccountId, userName: 'newcomer' } });
	expect(await generate()).toBe('COMPLETE');
	expect(Buffer.from((await get()).Content ?? []).toString()).toBe(Buffer.from(first.Content ?? []).toString());
	simulator.control.advance(3 * 3_600_000);
	expect(await errorOf(get())).toMatchObject({ code: 'CredentialReportExpiredException', status: 410 });
	expect(await generate()).toBe('STARTED');
	await errorOf(get());
	expect(Buffer.from((await get()).Content ?? []).toString()).toContain('\nnewcomer,');
});

test('the credential report has a line for the root and for each user, in the columns of AWS', async () => {
	const account = [...listTrueAccounts(simulator.world)].find((row) => row.name === 'legacy-erp-prod');
	const accountId = account?.accountId ?? '';
	const client = connectIam(simulator, await assume(simulator, { accountId }));
	await client.send(new GenerateCredentialReportCommand({}));
	await client.send(new GenerateCredentialReportCommand({}));
	const { Content } = await client.send(new GetCredentialReportCommand({}));
	const [header = '', root = '', ...rows] = Buffer.from(Content ?? [])
		.toString()
		.split('\n');
	expect(header).toBe(
		'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated',
	);
	expect(root).toMatch(new RegExp(`^<root_account>,arn:aws:iam::${accountId}:root,.*,not_supported,`));
	const users = [...listTrueIamUsers(simulator.world, { accountId })];
	const cell = (at: number | undefined) =>
		at === undefined ? 'N/A' : `${new Date(at).toISOString().slice(0, 19)}+00:00`;
	expect(rows).toHaveLength(users.length);
	for (const [index, user] of users.entries()) {
		const { passwordEnabled, passwordLastUsedAt, passwordChangedAt, mfaActive, keys } = user.credentials;
		const never = passwordEnabled ? 'no_information' : 'N/A';
		const used = passwordLastUsedAt === undefined ? never : cell(passwordLastUsedAt);
		const quote = (text: string) => (text.includes(',') ? `"${text}"` : text);
		const start = [
			quote(user.userName),
			quote(user.arn),
			cell(user.createdAt),
			passwordEnabled,
			used,
			cell(passwordChangedAt),
			'N/A',
			mfaActive,
		];
		const key = [
			keys[0].active,
			cell(keys[0].rotatedAt),
			cell(keys[0].lastUsed?.at),
			keys[0].lastUsed?.region ?? 'N/A',
		];
		expect(rows[index]?.startsWith([...start, ...key].join(','))).toBe(true);
	}
	expect(rows.some((row) => row.includes('no_information'))).toBe(true);
});

test.each([
	['aws-us-gov', 'us-gov-west-1', 'us-gov-east-1'],
	['aws-cn', 'cn-north-1', 'cn-northwest-1'],
	['aws-eusc', 'eusc-de-east-1', 'us-east-1'],
] as const)('in %s IAM is signed for %s, and every ARN is of the partition', async (partition, region, other) => {
	await simulator.close();
	simulator = await startSimulator({ scenario: 'demo', partition, regions: partition === 'aws-eusc' ? 1 : 2 });
	const keys = await assume(simulator, { region });
	const { users } = await readAll(connectIam(simulator, keys, region));
	expect(users.length).toBeGreaterThan(5);
	expect(users.filter((user) => !user.Arn?.startsWith(`arn:${partition}:iam::`))).toEqual([]);
	expect(await errorOf(readAll(connectIam(simulator, keys, other)))).toMatchObject({ code: 'SignatureDoesNotMatch' });
	const facts = JSON.stringify([...listTrueIamUsers(simulator.world)]);
	expect(facts).not.toContain('arn:aws:');
	expect(facts).not.toContain('us-east-1');
});

test('what a service control policy or the role’s own policy forbids is no longer readable, in the truth too', async () => {
	const accounts = [...listTrueAccounts(simulator.world)].filter((row) => row.state === 'ACTIVE');
	const [, one, two] = accounts.map((row) => row.accountId);
	const count = (accountId: string | undefined) =>
		[...listTrueIamUsers(simulator.world, { accountId: accountId ?? '', readableOnly: true })].length;
	const ask = async (accountId: string | undefined) =>
		connectIam(simulator, await assume(simulator, { accountId: accountId ?? '' })).send(new ListUsersCommand({}));
	simulator.control.mutate({ scpDenyAction: { action: 'iam:*', accountId: two ?? '' } });
	simulator.control.mutate({ setRolePolicy: { accountId: one ?? '', policy: allow(['ec2:*']) } });
	expect((await errorOf(ask(two))).message).toContain('with an explicit deny in a service control policy');
	expect((await errorOf(ask(one))).message).toContain(
		'because no identity-based policy allows the iam:ListUsers action',
	);
	expect([count(one), count(two)]).toEqual([0, 0]);
	expect(count(simulator.managementAccountId)).toBeGreaterThan(0);
});
