import { type AwsDocument, type DocumentPage, shrinkPage, toDocument } from '../document.ts';
import { requireMember } from '../incomplete-answer.ts';
import type { AwsOperation } from '../operation.ts';

/** IAM is global: every call goes to `iamRegion(partition)`. */
export interface IamPageInput {
	/** IAM calls it Marker. */
	readonly nextToken?: string;
	/** Default 1,000, the most IAM gives; it calls it MaxItems. */
	readonly maxResults?: number;
}

const largestPage = 1000;

type Nothing = Readonly<Record<string, never>>;

/** One page of users, without their tags and permissions boundaries. */
export const listUsers: AwsOperation<IamPageInput, DocumentPage> = {
	action: 'iam:ListUsers',
	hasToken: (input) => input.nextToken !== undefined,
	send: async (request) => {
		const { client, sdk } = await request.clients.iam(request.region);
		const output = await client.send(new sdk.ListUsersCommand(toPageOf(request)));
		return { items: requireMember(output.Users, 'Users').map(toDocument), nextToken: readMarker(output) };
	},
};

export interface GetUserInput {
	/** Never empty: without a name IAM answers about the caller. */
	readonly userName: string;
}

/** One user with tags and permissions boundary. The answer is about that name, but its UserId may be another's by now. */
export const getUser: AwsOperation<GetUserInput, AwsDocument> = {
	action: 'iam:GetUser',
	hasToken: () => false,
	namesThings: () => true,
	send: async (request) => {
		const { userName } = request.input;
		if (userName === '') throw new Error('iam:GetUser without a name would answer about the caller');
		const { client, sdk } = await request.clients.iam(request.region);
		const { User: user } = await client.send(new sdk.GetUserCommand({ UserName: userName }));
		// Names are unique whatever their case, so that the answer may spell it otherwise.
		const isAsked = user?.UserName?.toLowerCase() === userName.toLowerCase();
		return toDocument(requireMember(isAsked ? user : undefined, 'user of that name'));
	},
};

/** One page of users with groups, tags and permissions boundary. The policies that AWS sends along are dropped here. */
export const getAccountAuthorizationDetails: AwsOperation<IamPageInput, DocumentPage> = {
	action: 'iam:GetAccountAuthorizationDetails',
	hasToken: (input) => input.nextToken !== undefined,
	send: async (request) => {
		const { client, sdk } = await request.clients.iam(request.region);
		const output = await client.send(
			new sdk.GetAccountAuthorizationDetailsCommand({ Filter: ['User'], ...toPageOf(request) }),
		);
		const items = requireMember(output.UserDetailList, 'UserDetailList').map((user) =>
			toDocument(
				user && {
					UserId: user.UserId,
					UserName: user.UserName,
					GroupList: user.GroupList,
					Tags: user.Tags,
					PermissionsBoundary: user.PermissionsBoundary,
				},
			),
		);
		return { items, nextToken: readMarker(output) };
	},
};

/** Has AWS make a credential report, unless there is one of the last four hours. Returns at once. */
export const generateCredentialReport: AwsOperation<Nothing, { readonly state: string }> = {
	action: 'iam:GenerateCredentialReport',
	hasToken: () => false,
	send: async (request) => {
		const { client, sdk } = await request.clients.iam(request.region);
		const output = await client.send(new sdk.GenerateCredentialReportCommand({}));
		return { state: requireMember(output.State, 'State') };
	},
};

export interface CredentialReport {
	/** CSV with a line of names. */
	readonly content: string;
	readonly generatedAt: Date;
}

/** The last credential report. While AWS is still making it the call waits for it, about three minutes at the most. */
export const getCredentialReport: AwsOperation<Nothing, CredentialReport> = {
	action: 'iam:GetCredentialReport',
	hasToken: () => false,
	send: async (request) => {
		const { client, sdk } = await request.clients.iam(request.region);
		const output = await client.send(new sdk.GetCredentialReportCommand({}));
		return {
			content: new TextDecoder().decode(requireMember(output.Content, 'Content')),
			generatedAt: requireMember(output.GeneratedTime, 'GeneratedTime'),
		};
	},
};

function toPageOf(request: { readonly input: IamPageInput; readonly serverErrors: number }): {
	readonly MaxItems: number;
	readonly Marker?: string;
} {
	const { nextToken, maxResults = largestPage } = request.input;
	const size = { MaxItems: shrinkPage(maxResults, request.serverErrors) };
	return nextToken === undefined ? size : { ...size, Marker: nextToken };
}

/** Only IsTruncated ends a listing of IAM; without the Marker it promises, the answer is not whole. */
function readMarker(output: {
	readonly IsTruncated?: boolean | undefined;
	readonly Marker?: string | undefined;
}): string | null {
	if (!requireMember(output.IsTruncated, 'IsTruncated')) return null;
	return requireMember(output.Marker || undefined, 'Marker');
}
