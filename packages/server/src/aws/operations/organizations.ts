import type { Account } from '@aws-sdk/client-organizations';
import { toStorableText } from '@rollcall/model/history/text.ts';
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
	/** Entries without a usable account id: the list names somebody we can not tell, so it proves nobody's absence. */
	readonly unreadable: number;
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
		const readable = accounts.flatMap(readAccount);
		return {
			accounts: readable,
			unreadable: accounts.length - readable.length,
			nextToken: output.NextToken || null,
		};
	},
};

const accountIdPattern = /^\d{12}$/;

/** Nothing is believed of an entry: its texts are stored, and its id becomes part of ARNs. */
function readAccount(account: Account | null): OrganizationAccount[] {
	const accountId = readText(account?.Id);
	if (account === null || accountId === null || !accountIdPattern.test(accountId)) return [];
	const arn = readText(account.Arn);
	const paths: unknown = account.Paths;
	return [
		{
			accountId,
			name: readText(account.Name),
			email: readText(account.Email),
			// Status is retired, and its SUSPENDED also meant closed: only a fallback (`aws.md`, Calls).
			state: readText(account.State) ?? readText(account.Status) ?? 'UNKNOWN',
			arn,
			organizationId: /:account\/(o-[a-z0-9]+)\//.exec(arn ?? '')?.[1] ?? null,
			ouPath: Array.isArray(paths) ? readText(paths[0]) : null,
		},
	];
}

function readText(value: unknown): string | null {
	return typeof value === 'string' ? toStorableText(value) : null;
}
