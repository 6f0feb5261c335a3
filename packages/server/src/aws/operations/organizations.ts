import type { Account } from '@aws-sdk/client-organizations';
import { requireMember } from '../incomplete-answer.ts';
import type { AwsOperation } from '../operation.ts';

export interface OrganizationAccount {
	readonly accountId: string;
	readonly name: string | null;
	readonly email: string | null;
	/** PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED; `UNKNOWN` where AWS said nothing. */
	readonly state: string;
	readonly arn: string | null;
	/** The AWS Organization it belongs to, `o-…`. */
	readonly organizationId: string | null;
	/** Path of organizational units, `o-…/r-…/ou-…/`; null where AWS does not tell. */
	readonly ouPath: string | null;
}

export interface ListAccountsInput {
	readonly nextToken?: string;
}

export interface AccountPage {
	readonly accounts: readonly OrganizationAccount[];
	readonly nextToken: string | null;
}

/** One page, 20 accounts at most; empty ones with a token happen. Asked in the partition's one region. */
export const listAccounts: AwsOperation<ListAccountsInput, AccountPage> = {
	action: 'organizations:ListAccounts',
	hasToken: (input) => input.nextToken !== undefined,
	send: async (request) => {
		const { client, sdk } = await request.clients.organizations(request.region);
		const { nextToken } = request.input;
		const output = await client.send(
			new sdk.ListAccountsCommand(nextToken === undefined ? {} : { NextToken: nextToken }),
		);
		// An empty page may come without the list, but then it has a token.
		const accounts = output.NextToken ? (output.Accounts ?? []) : requireMember(output.Accounts, 'Accounts');
		return { accounts: accounts.flatMap(readAccount), nextToken: output.NextToken || null };
	},
};

function readAccount(account: Account): OrganizationAccount[] {
	const { Id: accountId, Arn: arn } = account;
	if (accountId === undefined) return [];
	const organizationId = arn === undefined ? undefined : /:account\/(o-[a-z0-9]+)\//.exec(arn)?.[1];
	return [
		{
			accountId,
			name: account.Name ?? null,
			email: account.Email ?? null,
			// Status is retired, and its SUSPENDED also meant closed: only a fallback (`aws.md`, Calls).
			state: account.State ?? account.Status ?? 'UNKNOWN',
			arn: arn ?? null,
			organizationId: organizationId ?? null,
			ouPath: account.Paths?.[0] ?? null,
		},
	];
}
