import {
	type GroupMembership,
	type IdentitystoreClient,
	ListGroupMembershipsCommand,
	ListGroupsCommand,
	ListUsersCommand,
	type User,
} from '@aws-sdk/client-identitystore';
import { ListInstancesCommand } from '@aws-sdk/client-sso-admin';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allow, COLLECTION_ACTIONS } from '../../gate/principals.ts';
import type { SimulatorOptions } from '../../options.ts';
import { type RunningSimulator, startSimulator } from '../../start-simulator.ts';
import { assume, connectIdentityStore, connectSsoAdmin, errorOf } from '../../testing/connect.ts';
import { listTrueAccounts, listTrueGroups, listTrueIdentityUsers, type TrueIdentityUser } from '../../truth.ts';

let simulator: RunningSimulator;
let client: IdentitystoreClient;
let IdentityStoreId = '';

async function start(options: SimulatorOptions = {}): Promise<void> {
	simulator = await startSimulator({
		scenario: 'demo',
		throttle: false,
		rolePolicy: allow([...COLLECTION_ACTIONS, 'sso:ListInstances']),
		...options,
	});
	IdentityStoreId = simulator.identityStoreId;
	client = connectIdentityStore(simulator, await assume(simulator), simulator.identityStoreRegion);
}

beforeEach(() => start());
afterEach(() => simulator.close());

async function restart(options: SimulatorOptions): Promise<void> {
	await simulator.close();
	await start(options);
}

/** Reads a listing to its end; answers the pages. */
async function readPages<Item>(
	ask: (token: string | undefined) => Promise<{ items: Item[] | undefined; token: string | undefined }>,
): Promise<Item[][]> {
	const pages: Item[][] = [];
	let token: string | undefined;
	do {
		const answer = await ask(token);
		pages.push(answer.items ?? []);
		token = answer.token;
	} while (token !== undefined);
	return pages;
}

function readUsers(MaxResults?: number): Promise<User[][]> {
	return readPages(async (NextToken) => {
		const answer = await client.send(new ListUsersCommand({ IdentityStoreId, MaxResults, NextToken }));
		return { items: answer.Users, token: answer.NextToken };
	});
}

function readMembers(GroupId: string, MaxResults?: number): Promise<GroupMembership[][]> {
	return readPages(async (NextToken) => {
		const answer = await client.send(
			new ListGroupMembershipsCommand({ IdentityStoreId, GroupId, MaxResults, NextToken }),
		);
		return { items: answer.GroupMemberships, token: answer.NextToken };
	});
}

function summarise(user: User) {
	return {
		store: user.IdentityStoreId,
		userId: user.UserId,
		userName: user.UserName,
		displayName: user.DisplayName,
		names: [
			user.Name?.GivenName,
			user.Name?.MiddleName,
			user.Name?.FamilyName,
			user.Name?.HonorificPrefix,
			user.NickName,
		],
		emails: (user.Emails ?? []).map((email) => `${email.Value} ${email.Type} ${email.Primary}`),
		status: user.UserStatus,
		work: [user.Title, user.UserType, user.Locale, user.PreferredLanguage, user.Timezone],
		external: (user.ExternalIds ?? []).map((id) => `${id.Issuer} ${id.Id}`),
		private: [
			user.Birthdate,
			user.PhoneNumbers?.[0]?.Value,
			user.Addresses?.[0]?.StreetAddress,
			user.Addresses?.[0]?.Locality,
			user.Addresses?.[0]?.PostalCode,
			user.Photos?.[0]?.Value,
			user.Website,
			user.ProfileUrl,
		],
		createdAt: user.CreatedAt?.getTime(),
		updatedAt: user.UpdatedAt?.getTime(),
	};
}

function summariseTruth(user: TrueIdentityUser): ReturnType<typeof summarise> {
	const facts = user.privateFacts;
	return {
		store: simulator.identityStoreId,
		userId: user.userId,
		userName: user.userName,
		displayName: user.displayName,
		names: [user.givenName, user.middleName, user.familyName, user.honorificPrefix, user.nickName],
		emails: user.emails.map((email) => `${email.value} ${email.type} ${email.primary}`),
		status: user.enabled ? 'ENABLED' : 'DISABLED',
		work: [user.title, user.userType, user.locale, user.preferredLanguage, user.timezone],
		external: user.externalIds.map((id) => `${id.issuer} ${id.id}`),
		private: [
			facts?.birthdate,
			facts?.phone,
			facts?.street,
			facts?.locality,
			facts?.postalCode,
			facts?.photo,
			facts?.website,
			facts?.profileUrl,
		],
		createdAt: user.createdAt,
		updatedAt: user.updatedAt,
	};
}

test('the SDK lists every user field by field as the truth has it, 100 a page', async () => {
	const pages = await readUsers();
	expect(pages.map((page) => page.length)).toEqual(Array.from({ length: 9 }, () => 100));
	expect(pages.flat().map(summarise)).toEqual([...listTrueIdentityUsers(simulator.world)].map(summariseTruth));
});

test('groups and their members are those of the truth; a big group pages, an empty one is a page of nobody', async () => {
	const groups = await readPages(async (NextToken) => {
		const answer = await client.send(new ListGroupsCommand({ IdentityStoreId, NextToken, MaxResults: 25 }));
		return { items: answer.Groups, token: answer.NextToken };
	});
	const truth = [...listTrueGroups(simulator.world)];
	expect(groups.map((page) => page.length)).toEqual([25, 25, 10]);
	expect(
		groups.flat().map((group) => [group.GroupId, group.DisplayName, group.Description, group.CreatedAt?.getTime()]),
	).toEqual(truth.map((group) => [group.groupId, group.displayName, group.description, group.createdAt]));
	for (const group of truth) {
		const pages = await readMembers(group.groupId);
		expect(pages.flat().map((row) => row.MemberId?.UserId)).toEqual(group.members);
		expect(new Set(pages.flat().map((row) => row.MembershipId)).size).toBe(group.members.length);
	}
	expect((await readMembers(truth[0]?.groupId ?? '')).length).toBeGreaterThan(1);
	expect(await readMembers(truth.at(-1)?.groupId ?? '')).toEqual([[]]);
});

test('short and empty pages lose and repeat nothing', async () => {
	await restart({ shortPageRate: 0.5, emptyPageRate: 0.4, pageCap: 30 });
	const pages = await readUsers(100);
	expect(pages.flat().map((user) => user.UserId)).toEqual(
		[...listTrueIdentityUsers(simulator.world)].map((user) => user.userId),
	);
	expect(pages.some((page) => page.length === 0)).toBe(true);
	const [group] = listTrueGroups(simulator.world);
	expect((await readMembers(group?.groupId ?? '')).flat().map((row) => row.MemberId?.UserId)).toEqual(group?.members);
});

test('the store answers in its own region only, and under its own id only', async () => {
	const session = await assume(simulator);
	const missing = (id: string) => ({
		code: 'ResourceNotFoundException',
		message: `IdentityStore not present for IdentityStoreId: ${id}`,
		status: 400,
	});
	const elsewhere = connectIdentityStore(simulator, session, 'us-east-1');
	expect(await errorOf(elsewhere.send(new ListUsersCommand({ IdentityStoreId })))).toEqual(missing(IdentityStoreId));
	const error = await client
		.send(new ListGroupsCommand({ IdentityStoreId: 'd-0000000000' }))
		.catch((caught: unknown) => caught);
	expect(error).toMatchObject({ ResourceId: 'd-0000000000', ResourceType: 'IDENTITY_STORE' });
	const [group] = listTrueGroups(simulator.world);
	expect(await errorOf(readMembers(group?.groupId.replace(/.{4}$/, '0000') ?? ''))).toEqual({
		code: 'ResourceNotFoundException',
		message: 'GROUP not found.',
		status: 400,
	});
});

test('ids of the wrong form, page sizes and tokens that are wrong are refused by name', async () => {
	const users = (input: Partial<ConstructorParameters<typeof ListUsersCommand>[0]>) =>
		errorOf(client.send(new ListUsersCommand({ IdentityStoreId, ...input })));
	expect((await users({ IdentityStoreId: 'not-a-store' })).message).toContain(
		"Value 'not-a-store' at 'identityStoreId' failed to satisfy constraint",
	);
	expect(await users({ MaxResults: 101 })).toEqual({
		code: 'ValidationException',
		message:
			"1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
		status: 400,
	});
	expect((await users({ MaxResults: 0 })).code).toBe('ValidationException');
	expect((await users({ NextToken: 'bm90IG9uZQ==' })).code).toBe('ValidationException');
	expect((await errorOf(readMembers('no-group'))).message).toContain("at 'groupId'");
	const [one, two] = listTrueGroups(simulator.world);
	const { NextToken } = await client.send(
		new ListGroupMembershipsCommand({ IdentityStoreId, GroupId: one?.groupId, MaxResults: 5 }),
	);
	const other = new ListGroupMembershipsCommand({ IdentityStoreId, GroupId: two?.groupId, MaxResults: 5, NextToken });
	expect((await errorOf(client.send(other))).code).toBe('ValidationException');
});

test('only the account that owns the AWS Organization may read, and only with the permission on the store', async () => {
	const { managementAccountId, identityStoreRegion } = simulator;
	const member = [...listTrueAccounts(simulator.world)].find((row) => row.accountId !== managementAccountId)?.accountId;
	const outsider = connectIdentityStore(
		simulator,
		await assume(simulator, { accountId: member ?? '' }),
		identityStoreRegion,
	);
	const refused = await errorOf(outsider.send(new ListUsersCommand({ IdentityStoreId })));
	expect(refused).toMatchObject({ code: 'AccessDeniedException', status: 400 });
	expect(refused.message).toContain('because no resource-based policy allows the identitystore:ListUsers action');
	simulator.control.mutate({ denyAction: { accountId: managementAccountId, action: 'identitystore:ListGroups' } });
	const caller = `arn:aws:sts::${managementAccountId}:assumed-role/RollcallCollector/test-session`;
	const sentence = (resource: string) =>
		`User: ${caller} is not authorized to perform: identitystore:ListGroups on resource: ${resource} because no identity-based policy allows the identitystore:ListGroups action`;
	expect(await errorOf(client.send(new ListGroupsCommand({ IdentityStoreId })))).toEqual({
		code: 'AccessDeniedException',
		message: `${sentence(`arn:aws:identitystore::${managementAccountId}:identitystore/${IdentityStoreId}`)}, ${sentence('arn:aws:identitystore:::group/*')}`,
		status: 400,
	});
	await client.send(new ListUsersCommand({ IdentityStoreId }));
});

test('the filters that AWS still takes pick by name', async () => {
	const truth = [...listTrueIdentityUsers(simulator.world)][250];
	const find = async (AttributePath: string, AttributeValue: string) =>
		(
			await readPages(async (NextToken) => {
				const Filters = [{ AttributePath, AttributeValue }];
				const answer = await client.send(new ListUsersCommand({ IdentityStoreId, Filters, NextToken }));
				return { items: answer.Users, token: answer.NextToken };
			})
		).flat();
	expect((await find('UserName', truth?.userName ?? '')).map((user) => user.UserId)).toEqual([truth?.userId]);
	expect(await find('UserName', 'nobody')).toEqual([]);
	expect((await errorOf(find('Title', 'x'))).code).toBe('ValidationException');
});

test('each action of the store has a bucket of 20 that refills by 20 a second, whoever asks', async () => {
	let now = Date.now();
	await restart({ throttle: { burst: 1000, perSecond: 1000 }, clock: () => now });
	const count = async (calls: number) => {
		let passed = 0;
		for (let call = 0; call < calls; call++) {
			await client.send(new ListGroupsCommand({ IdentityStoreId, MaxResults: 1 })).then(
				() => passed++,
				() => undefined,
			);
		}
		return passed;
	};
	expect(await count(22)).toBe(20);
	const another = connectIdentityStore(simulator, simulator.principals.direct, simulator.identityStoreRegion);
	expect(await errorOf(another.send(new ListGroupsCommand({ IdentityStoreId })))).toEqual({
		code: 'ThrottlingException',
		message: 'Rate exceeded',
		status: 400,
	});
	await another.send(new ListUsersCommand({ IdentityStoreId, MaxResults: 1 }));
	now += 500;
	expect(await count(15)).toBe(10);
});

test('sessions that are over and regions that are not enabled are told in the words of JSON services', async () => {
	const session = await assume(simulator);
	const notEnabled = connectIdentityStore(simulator, session, 'ap-east-1');
	expect((await errorOf(notEnabled.send(new ListUsersCommand({ IdentityStoreId })))).code).toBe(
		'UnrecognizedClientException',
	);
	simulator.control.expireSessions();
	expect((await errorOf(client.send(new ListUsersCommand({ IdentityStoreId })))).code).toBe('ExpiredTokenException');
});

test('ListInstances finds the store in its region, from any account of the AWS Organization, and nothing elsewhere', async () => {
	const { managementAccountId, identityStoreRegion } = simulator;
	const member = [...listTrueAccounts(simulator.world)].find((row) => row.accountId !== managementAccountId)?.accountId;
	for (const accountId of [managementAccountId, member ?? '']) {
		const session = await assume(simulator, { accountId });
		const ask = async (region: string) =>
			(await connectSsoAdmin(simulator, session, region).send(new ListInstancesCommand({}))).Instances;
		expect(await ask(identityStoreRegion)).toEqual([
			{
				InstanceArn: expect.stringMatching(/^arn:aws:sso:::instance\/ssoins-[0-9a-f]{16}$/),
				IdentityStoreId,
				OwnerAccountId: managementAccountId,
				Name: 'nordwind',
				CreatedDate: expect.any(Date),
				Status: 'ACTIVE',
			},
		]);
		expect(await ask('us-east-1')).toEqual([]);
	}
	const denied = JSON.stringify(allow(['identitystore:ListUsers']));
	const session = await assume(simulator, { policy: denied });
	const refused = await errorOf(
		connectSsoAdmin(simulator, session, identityStoreRegion).send(new ListInstancesCommand({})),
	);
	expect(refused.code).toBe('AccessDeniedException');
	expect(refused.message).toContain(
		'sso:ListInstances on resource: arn:aws:sso:::instance/* because no session policy',
	);
});

test('a role without the optional actions may not look for the store', async () => {
	await restart({ rolePolicy: allow(COLLECTION_ACTIONS) });
	const session = await assume(simulator);
	const ask = connectSsoAdmin(simulator, session, simulator.identityStoreRegion).send(new ListInstancesCommand({}));
	expect((await errorOf(ask)).code).toBe('AccessDeniedException');
	await readUsers();
});

test('in another partition the store lies in the first region when its own is none there, with ARNs of the partition', async () => {
	await simulator.close();
	simulator = await startSimulator({ scenario: 'demo', partition: 'aws-cn', regions: 2, throttle: false });
	const { identityStoreId, identityStoreRegion, managementAccountId } = simulator;
	expect(identityStoreRegion).toBe('cn-north-1');
	const session = await assume(simulator, { region: 'cn-north-1' });
	client = connectIdentityStore(simulator, session, identityStoreRegion);
	IdentityStoreId = identityStoreId;
	expect((await readUsers()).flat()).toHaveLength(900);
	simulator.control.mutate({ denyAction: { accountId: managementAccountId, action: 'identitystore:ListUsers' } });
	expect((await errorOf(readUsers())).message).toContain(
		`arn:aws-cn:identitystore::${managementAccountId}:identitystore/${identityStoreId}`,
	);
	const elsewhere = connectIdentityStore(simulator, session, 'us-east-1');
	expect((await errorOf(elsewhere.send(new ListUsersCommand({ IdentityStoreId })))).code).toBe(
		'InvalidSignatureException',
	);
});
