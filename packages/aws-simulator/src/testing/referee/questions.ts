import {
	DescribeAddressesCommand,
	DescribeInstancesCommand,
	type DescribeInstancesCommandInput,
	DescribeNetworkInterfacesCommand,
	DescribeRegionsCommand,
	type DescribeRegionsCommandInput,
	EC2Client,
	type EC2ClientConfig,
} from '@aws-sdk/client-ec2';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { ListGroupsCommand } from '@aws-sdk/client-identitystore';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
	assume,
	connectEc2,
	connectIam,
	connectIdentityStore,
	connectOrganizations,
	connectSts,
	type Keys,
	type Wish,
} from '../connect.ts';
import { disabledRegion, madeUpToken, type Question, type Side } from './side.ts';
import { userQuestions } from './user-questions.ts';

const unknownId = 'i-0123456789abcdef0';

/** How it ends is all that counts there: what is listed in one region differs by nature. */
function instances(input: DescribeInstancesCommandInput): Question {
	return async (side, role) => {
		await connectEc2(side, role).send(new DescribeInstancesCommand(input));
	};
}

function interfaces(MaxResults: number, NextToken?: string): Question {
	return async (side, role) => {
		await connectEc2(side, role).send(new DescribeNetworkInterfacesCommand({ MaxResults, NextToken }));
	};
}

function regions(input: DescribeRegionsCommandInput): Question {
	return (side, role) => connectEc2(side, role).send(new DescribeRegionsCommand(input));
}

function accounts(MaxResults?: number, NextToken?: string): Question {
	return (side, role) => connectOrganizations(side, role).send(new ListAccountsCommand({ MaxResults, NextToken }));
}

function session(wish: (side: Side) => Wish): Question {
	return (side) => assume(side, wish(side));
}

const limits: Readonly<Record<string, Question>> = {
	'DescribeInstances MaxResults 4': instances({ MaxResults: 4 }),
	'DescribeInstances MaxResults 5': instances({ MaxResults: 5 }),
	'DescribeInstances MaxResults 1000': instances({ MaxResults: 1000 }),
	'DescribeInstances MaxResults 1001': instances({ MaxResults: 1001 }),
	'DescribeInstances made-up NextToken': instances({ MaxResults: 5, NextToken: madeUpToken }),
	'DescribeInstances InstanceIds + MaxResults': instances({ InstanceIds: [unknownId], MaxResults: 5 }),
	'DescribeInstances InstanceIds + MaxResults 4': instances({ InstanceIds: [unknownId], MaxResults: 4 }),
	'DescribeInstances unknown id': instances({ InstanceIds: [unknownId] }),
	'DescribeInstances two unknown ids': instances({ InstanceIds: [unknownId, 'i-0123456789abcdef1'] }),
	'DescribeInstances malformed id': instances({ InstanceIds: ['no-instance'] }),
	'DescribeInstances DryRun': instances({ DryRun: true }),
	'DescribeNetworkInterfaces MaxResults 4': interfaces(4),
	'DescribeNetworkInterfaces MaxResults 1000': interfaces(1000),
	'DescribeNetworkInterfaces MaxResults 1001': interfaces(1001),
	'DescribeNetworkInterfaces made-up NextToken': interfaces(5, madeUpToken),
	'DescribeRegions unknown region': regions({ RegionNames: ['xx-nowhere-1'] }),
	'DescribeRegions AllRegions': regions({ AllRegions: true }),
	'DescribeRegions by opt-in-status': regions({
		Filters: [{ Name: 'opt-in-status', Values: ['opt-in-not-required'] }],
	}),
	'ListAccounts MaxResults 20': accounts(20),
	'ListAccounts MaxResults 21': accounts(21),
	'ListAccounts MaxResults 0': accounts(0),
	'ListAccounts made-up NextToken': accounts(undefined, madeUpToken),
	'ListAccounts second page': async (side, role) => {
		const first = await connectOrganizations(side, role).send(new ListAccountsCommand({ MaxResults: 2 }));
		return await accounts(2, first.NextToken)(side, role);
	},
};

const assuming: Readonly<Record<string, Question>> = {
	AssumeRole: (side) =>
		connectSts(side, side.principals.base).send(
			new AssumeRoleCommand({
				RoleArn: side.roleArn,
				RoleSessionName: 'comparison',
				ExternalId: side.externalId,
				DurationSeconds: 900,
			}),
		),
	'AssumeRole without external id': session(() => ({ externalId: undefined })),
	'AssumeRole wrong external id': session(() => ({ externalId: 'wrong-one' })),
	'AssumeRole missing role': session((side) => ({ accountId: side.roleLessAccountId })),
	'AssumeRole suspended account': session((side) => ({ accountId: side.suspendedAccountId })),
	'AssumeRole account outside': session(() => ({ accountId: '999900009999' })),
	'AssumeRole 899 s': session(() => ({ seconds: 899 })),
	'AssumeRole 900 s': session(() => ({ seconds: 900 })),
	'AssumeRole 3600 s': session(() => ({ seconds: 3600 })),
	'AssumeRole 3601 s': session(() => ({ seconds: 3601 })),
	'AssumeRole chained, 3601 s': (side, role) =>
		assume(side, { accountId: side.memberAccountIds[0] ?? '', credentials: role, seconds: 3601 }),
	'AssumeRole short ARN': session(() => ({ roleArn: 'no-arn' })),
	GetCallerIdentity: (side, role) => connectSts(side, role).send(new GetCallerIdentityCommand({})),
};

/** The same doubtful keys, asked of every service. */
function onEveryService(what: string, keysFrom: (side: Side, role: Keys) => Keys): Readonly<Record<string, Question>> {
	return {
		[`EC2, ${what}`]: (side, role) => connectEc2(side, keysFrom(side, role)).send(new DescribeRegionsCommand({})),
		[`STS, ${what}`]: (side, role) => connectSts(side, keysFrom(side, role)).send(new GetCallerIdentityCommand({})),
		[`Organizations, ${what}`]: (side, role) =>
			connectOrganizations(side, keysFrom(side, role)).send(new ListAccountsCommand({})),
		[`IAM, ${what}`]: (side, role) => connectIam(side, keysFrom(side, role)).send(new ListUsersCommand({})),
		[`Identity Store, ${what}`]: (side, role) => {
			const { identityStoreId: IdentityStoreId, identityStoreRegion } = side;
			const client = connectIdentityStore(side, keysFrom(side, role), identityStoreRegion);
			return client.send(new ListGroupsCommand({ IdentityStoreId }));
		},
	};
}

/** Everything wrong with a request but its keys: asked of every service with clients of their own. */
function withClient(what: string, oddness: Pick<EC2ClientConfig, 'systemClockOffset' | 'signer'>): typeof limits {
	const common = (side: Side) => ({ endpoint: side.endpoint, region: 'us-east-1', maxAttempts: 1, ...oddness });
	return {
		[`EC2, ${what}`]: (side, credentials) =>
			new EC2Client({ ...common(side), credentials }).send(new DescribeRegionsCommand({})),
		[`STS, ${what}`]: (side, credentials) =>
			new STSClient({ ...common(side), credentials }).send(new GetCallerIdentityCommand({})),
		[`Organizations, ${what}`]: (side, credentials) =>
			new OrganizationsClient({ ...common(side), credentials }).send(new ListAccountsCommand({})),
	};
}

const wrongSecret = 'x'.repeat(40);

const refused: Readonly<Record<string, Question>> = {
	...onEveryService('wrong signature', (_side, role) => ({ ...role, secretAccessKey: wrongSecret })),
	...onEveryService('unknown key', (_side, role) => ({ ...role, accessKeyId: 'ASIAUNKNOWNUNKNOWN22' })),
	...onEveryService('missing session token', (_side, { accessKeyId, secretAccessKey }) => ({
		accessKeyId,
		secretAccessKey,
	})),
	...onEveryService('wrong session token', (_side, role) => ({ ...role, sessionToken: 'of-somebody-else' })),
	...withClient('clock an hour behind', { systemClockOffset: -3_600_000 }),
	...withClient('not signed', { signer: { sign: async (request) => request } }),
	'EC2, region not enabled': (side, role) =>
		connectEc2(side, role, disabledRegion).send(new DescribeInstancesCommand({})),
	'STS, region not enabled': (side, role) =>
		connectSts(side, role, disabledRegion).send(new GetCallerIdentityCommand({})),
	'EC2, a user without the permission': (side) =>
		connectEc2(side, side.principals.base).send(new DescribeInstancesCommand({})),
	'EC2, a user without the permission, DryRun': (side) =>
		connectEc2(side, side.principals.base).send(new DescribeInstancesCommand({ DryRun: true })),
	'Organizations, a user without the permission': (side) =>
		connectOrganizations(side, side.principals.base).send(new ListAccountsCommand({})),
	'Organizations, a member': async (side) => {
		const [accountId = ''] = side.memberAccountIds;
		const member = await assume(side, { accountId });
		return await connectOrganizations(side, member).send(new ListAccountsCommand({}));
	},
};

/** The referee knows no service control policies: where one denies, there is nothing to compare. */
function passOverDenied(error: unknown): undefined {
	if (error instanceof Error && error.message.includes('service control policy')) return undefined;
	throw error;
}

/** Everything a collector reads, of every account and region of the side: for the names of all members. */
async function readEverything(
	side: Side,
	role: Keys,
	read: (keys: Keys, region: string) => Promise<unknown>,
): Promise<unknown[]> {
	const answers: unknown[] = [];
	for (const accountId of [side.managementAccountId, ...side.memberAccountIds]) {
		const keys = accountId === side.managementAccountId ? role : await assume(side, { accountId });
		const { Regions = [] } = await connectEc2(side, keys).send(new DescribeRegionsCommand({}));
		for (const { RegionName = '' } of Regions) {
			const answer = await read(keys, RegionName).catch(passOverDenied);
			answers.push(answer);
		}
	}
	return answers;
}

const shapes: Readonly<Record<string, Question>> = {
	DescribeRegions: regions({}),
	'DescribeInstances everywhere': (side, role) =>
		readEverything(side, role, (keys, region) =>
			connectEc2(side, keys, region).send(new DescribeInstancesCommand({ MaxResults: 1000 })),
		),
	'DescribeNetworkInterfaces everywhere': (side, role) =>
		readEverything(side, role, (keys, region) =>
			connectEc2(side, keys, region).send(new DescribeNetworkInterfacesCommand({ MaxResults: 1000 })),
		),
	'DescribeAddresses everywhere': (side, role) =>
		readEverything(side, role, (keys, region) => connectEc2(side, keys, region).send(new DescribeAddressesCommand({}))),
};

export const questions: Readonly<Record<string, Question>> = {
	...limits,
	...assuming,
	...refused,
	...shapes,
	...userQuestions,
};
