import type { AwsDocument } from '#aws/document.ts';
import { faultOf } from '#aws/fault.ts';
import {
	generateCredentialReport,
	getAccountAuthorizationDetails,
	getUser,
	listUsers as listIamUsers,
} from '#aws/operations/iam.ts';
import { tryGetCredentialReport } from '#aws/operations/iam-try.ts';
import { listGroupMemberships, listGroups, listUsers } from '#aws/operations/identity-store.ts';
import { listInstances } from '#aws/operations/sso.ts';
import type { Probe } from './probe.ts';

/** Names nobody has, where nothing was found to ask about. */
const madeUpUser = 'rollcall-permission-test';
const madeUpGroup = '00000000-0000-4000-8000-000000000000';

const onlyOne = { maxResults: 1 } as const;

/** IAM and Identity Center have no dry run: the smallest real question is asked. */
export const userProbes: Readonly<Record<string, Probe>> = {
	'iam:ListUsers': {
		ask: async (context) => {
			const { items } = await context.call(listIamUsers, onlyOne);
			return readText(items[0], 'UserName');
		},
	},
	'iam:GetUser': {
		after: 'iam:ListUsers',
		ask: async (context, found) => {
			await orNotFound(context.call(getUser, { userName: found ?? madeUpUser }));
			return undefined;
		},
	},
	'iam:GetAccountAuthorizationDetails': {
		ask: async (context) => {
			await context.call(getAccountAuthorizationDetails, onlyOne);
			return undefined;
		},
	},
	// A real call, as there is no other: at the most it has AWS begin a report.
	'iam:GenerateCredentialReport': {
		ask: async (context) => {
			await context.call(generateCredentialReport, {});
			return undefined;
		},
	},
	'iam:GetCredentialReport': {
		ask: async (context) => {
			await context.call(tryGetCredentialReport, {});
			return undefined;
		},
	},
	'identitystore:ListUsers': {
		ask: async (context) => {
			await context.call(listUsers, { ...onlyOne, identityStoreId: await context.scopeName() });
			return undefined;
		},
	},
	'identitystore:ListGroups': {
		ask: async (context) => {
			const { items } = await context.call(listGroups, { ...onlyOne, identityStoreId: await context.scopeName() });
			return readText(items[0], 'GroupId');
		},
	},
	'identitystore:ListGroupMemberships': {
		after: 'identitystore:ListGroups',
		ask: async (context, found) => {
			const identityStoreId = await context.scopeName();
			await orNotFound(
				context.call(listGroupMemberships, { ...onlyOne, identityStoreId, groupId: found ?? madeUpGroup }),
			);
			return undefined;
		},
	},
	'sso:ListInstances': {
		ask: async (context) => {
			await context.call(listInstances, onlyOne);
			return undefined;
		},
	},
};

/** That a thing is not there is told only to those who may ask for it. */
async function orNotFound(call: Promise<unknown>): Promise<void> {
	try {
		await call;
	} catch (error) {
		if (faultOf(error)?.kind !== 'not_found') throw error;
	}
}

function readText(item: AwsDocument | undefined, name: string): string | undefined {
	const document = item?.document;
	if (typeof document !== 'object' || document === null) return undefined;
	const value: unknown = Object.getOwnPropertyDescriptor(document, name)?.value;
	return typeof value === 'string' && value !== '' ? value : undefined;
}
