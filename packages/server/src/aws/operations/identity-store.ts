import { type DocumentPage, shrinkPage, toDocument } from '../document.ts';
import { requireMember } from '../incomplete-answer.ts';
import type { AwsOperation } from '../operation.ts';

export interface StorePageInput {
	readonly identityStoreId: string;
	readonly nextToken?: string;
	/** Default 100, the most the Identity Store gives. */
	readonly maxResults?: number;
}

export interface MembershipPageInput extends StorePageInput {
	readonly groupId: string;
}

const largestPage = 100;

/** One page of users with every field AWS keeps of them, also those that Rollcall must not collect. */
export const listUsers: AwsOperation<StorePageInput, DocumentPage> = {
	action: 'identitystore:ListUsers',
	hasToken: (input) => input.nextToken !== undefined,
	namesThings: () => true,
	send: async (request) => {
		const { client, sdk } = await request.clients.identityStore(request.region);
		const output = await client.send(new sdk.ListUsersCommand(toPageOf(request)));
		return { items: requireMember(output.Users, 'Users').map(toDocument), nextToken: output.NextToken || null };
	},
};

export const listGroups: AwsOperation<StorePageInput, DocumentPage> = {
	action: 'identitystore:ListGroups',
	hasToken: (input) => input.nextToken !== undefined,
	namesThings: () => true,
	send: async (request) => {
		const { client, sdk } = await request.clients.identityStore(request.region);
		const output = await client.send(new sdk.ListGroupsCommand(toPageOf(request)));
		return { items: requireMember(output.Groups, 'Groups').map(toDocument), nextToken: output.NextToken || null };
	},
};

/** One page of the members of one group. */
export const listGroupMemberships: AwsOperation<MembershipPageInput, DocumentPage> = {
	action: 'identitystore:ListGroupMemberships',
	hasToken: (input) => input.nextToken !== undefined,
	namesThings: () => true,
	send: async (request) => {
		const { client, sdk } = await request.clients.identityStore(request.region);
		const { groupId } = request.input;
		const output = await client.send(new sdk.ListGroupMembershipsCommand({ ...toPageOf(request), GroupId: groupId }));
		const memberships = requireMember(output.GroupMemberships, 'GroupMemberships');
		return { items: memberships.map(toDocument), nextToken: output.NextToken || null };
	},
};

function toPageOf(request: { readonly input: StorePageInput; readonly serverErrors: number }): {
	readonly IdentityStoreId: string;
	readonly MaxResults: number;
	readonly NextToken?: string;
} {
	const { identityStoreId, nextToken, maxResults = largestPage } = request.input;
	const page = { IdentityStoreId: identityStoreId, MaxResults: shrinkPage(maxResults, request.serverErrors) };
	return nextToken === undefined ? page : { ...page, NextToken: nextToken };
}
