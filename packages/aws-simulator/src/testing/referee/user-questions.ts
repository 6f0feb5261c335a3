import {
	GetUserCommand,
	ListUsersCommand as ListIamUsersCommand,
	type ListUsersCommandInput,
} from '@aws-sdk/client-iam';
import {
	ListGroupMembershipsCommand,
	ListGroupsCommand,
	type ListUsersCommandInput as ListPeopleInput,
	ListUsersCommand,
} from '@aws-sdk/client-identitystore';
import { assume, connectIam, connectIdentityStore, type Keys } from '../connect.ts';
import { disabledRegion, madeUpToken, type Question, type Side } from './side.ts';

function iamUsers(input: ListUsersCommandInput): Question {
	return (side, role) => connectIam(side, role).send(new ListIamUsersCommand(input));
}

function openStore(side: Side, keys: Keys, region = side.identityStoreRegion) {
	return connectIdentityStore(side, keys, region);
}

function people(input: Partial<ListPeopleInput>, region?: string): Question {
	return (side, role) =>
		openStore(side, role, region).send(new ListUsersCommand({ IdentityStoreId: side.identityStoreId, ...input }));
}

function members(GroupId: string): Question {
	return (side, role) =>
		openStore(side, role).send(new ListGroupMembershipsCommand({ IdentityStoreId: side.identityStoreId, GroupId }));
}

async function onMember(side: Side): Promise<Keys> {
	return await assume(side, { accountId: side.memberAccountIds[0] ?? '' });
}

const iam: Readonly<Record<string, Question>> = {
	'IAM ListUsers MaxItems 0': iamUsers({ MaxItems: 0 }),
	'IAM ListUsers MaxItems 1001': iamUsers({ MaxItems: 1001 }),
	'IAM ListUsers made-up Marker': iamUsers({ Marker: madeUpToken }),
	'IAM GetUser unknown': (side, role) => connectIam(side, role).send(new GetUserCommand({ UserName: 'nobody-here' })),
	'IAM GetUser without a name, a session': (side, role) => connectIam(side, role).send(new GetUserCommand({})),
	'IAM GetUser without a name, a user': (side) => connectIam(side, side.principals.direct).send(new GetUserCommand({})),
	'IAM, a user without the permission': (side) =>
		connectIam(side, side.principals.base).send(new ListIamUsersCommand({})),
	'IAM GetUser, a user without the permission': (side) =>
		connectIam(side, side.principals.base).send(new GetUserCommand({ UserName: 'nobody-here' })),
	'IAM everyone': async (side, role) => {
		const answers: unknown[] = [];
		for (const accountId of [side.managementAccountId, ...side.memberAccountIds]) {
			const keys = accountId === side.managementAccountId ? role : await assume(side, { accountId });
			const client = connectIam(side, keys);
			const page = await client.send(new ListIamUsersCommand({ MaxItems: 1000 }));
			answers.push(page);
			for (const { UserName } of page.Users ?? []) answers.push(await client.send(new GetUserCommand({ UserName })));
		}
		return answers;
	},
};

const identityStore: Readonly<Record<string, Question>> = {
	'Identity Store MaxResults 0': people({ MaxResults: 0 }),
	'Identity Store MaxResults 101': people({ MaxResults: 101 }),
	'Identity Store made-up NextToken': people({ NextToken: madeUpToken }),
	'Identity Store unknown store': people({ IdentityStoreId: 'd-0000000000' }),
	'Identity Store malformed store': people({ IdentityStoreId: 'no-store' }),
	'Identity Store another region': people({}, 'eu-west-1'),
	'Identity Store, region not enabled': people({}, disabledRegion),
	'Identity Store unknown group': members('00000000-0000-0000-0000-000000000000'),
	'Identity Store malformed group': members('no-group'),
	'Identity Store, a user without the permission': (side) => people({})(side, side.principals.base),
	'Identity Store, a member': async (side) => people({})(side, await onMember(side)),
	'Identity Store everyone': async (side, role) => {
		const client = openStore(side, role);
		const { identityStoreId: IdentityStoreId } = side;
		const answers: unknown[] = [];
		let NextToken: string | undefined;
		do {
			const page = await client.send(new ListUsersCommand({ IdentityStoreId, NextToken }));
			answers.push(page);
			NextToken = page.NextToken;
		} while (NextToken !== undefined);
		const { Groups = [] } = await client.send(new ListGroupsCommand({ IdentityStoreId }));
		for (const { GroupId } of Groups) {
			answers.push(await client.send(new ListGroupMembershipsCommand({ IdentityStoreId, GroupId })));
		}
		return [...answers, Groups];
	},
};

/** What is asked about users. */
export const userQuestions: Readonly<Record<string, Question>> = { ...iam, ...identityStore };
