import { requireMember } from '../incomplete-answer.ts';
import type { AwsOperation } from '../operation.ts';

export interface ListInstancesInput {
	readonly nextToken?: string;
	/** Default 100, the most AWS gives. */
	readonly maxResults?: number;
}

/** Of an instance of Identity Center, what finds its identity store. */
export interface IdentityCenterInstance {
	readonly identityStoreId: string | null;
	/** CREATE_IN_PROGRESS, DELETE_IN_PROGRESS or ACTIVE; null where AWS does not tell. */
	readonly status: string | null;
}

export interface InstancePage {
	readonly items: readonly IdentityCenterInstance[];
	readonly nextToken: string | null;
}

/** Instances of Identity Center that the account sees in one region. */
export const listInstances: AwsOperation<ListInstancesInput, InstancePage> = {
	action: 'sso:ListInstances',
	hasToken: (input) => input.nextToken !== undefined,
	send: async (request) => {
		const { client, sdk } = await request.clients.ssoAdmin(request.region);
		const { nextToken, maxResults = 100 } = request.input;
		const output = await client.send(
			new sdk.ListInstancesCommand({
				MaxResults: maxResults,
				...(nextToken === undefined ? {} : { NextToken: nextToken }),
			}),
		);
		const items = requireMember(output.Instances, 'Instances').map((instance) => ({
			identityStoreId: readText(instance?.IdentityStoreId),
			status: readText(instance?.Status),
		}));
		return { items, nextToken: output.NextToken || null };
	},
};

function readText(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
