import { createHmac } from 'node:crypto';
import type { PolicyDocument } from '../options.ts';
import { accountIdAt, managementAccountId } from '../world/accounts.ts';
import { directUserId } from '../world/users/iam-users.ts';
import { formatArn, nameInPartition, type World } from '../world/world.ts';

/** Who signs: a user with a long-lived key, or a session of a role. */
export interface Principal {
	readonly name: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string | undefined;
	readonly expiresAt: number | undefined;
	readonly accountId: string;
	readonly arn: string;
	readonly userId: string;
	readonly policies: readonly PolicyDocument[];
	readonly sessionPolicy: PolicyDocument | undefined;
	readonly assumed: boolean;
	/** The role this is a session of. */
	readonly roleArn?: string;
}

export interface PrincipalFacts {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly accountId: string;
	readonly arn: string;
}

export const COLLECTION_ACTIONS = [
	'ec2:DescribeInstances',
	'ec2:DescribeRegions',
	'ec2:DescribeAddresses',
	'ec2:DescribeNetworkInterfaces',
	'organizations:ListAccounts',
	'iam:ListUsers',
	'iam:GetUser',
	'identitystore:ListUsers',
	'identitystore:ListGroups',
	'identitystore:ListGroupMemberships',
];

export function allow(actions: readonly string[], resource = '*'): PolicyDocument {
	return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }] };
}

/** Made-up secrets that are the same for the same seed. */
export function deriveSecret(seed: number, purpose: string): Buffer {
	return createHmac('sha512', `simulator/${seed}`).update(purpose).digest();
}

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function deriveKeyId(seed: number, prefix: 'AKIA' | 'ASIA' | 'AROA', purpose: string): string {
	const bytes = deriveSecret(seed, `key/${purpose}`);
	return prefix + Array.from(bytes.subarray(0, 16), (byte) => KEY_LETTERS[byte % 32]).join('');
}

function makeUser(world: World, name: string, accountId: string, policies: readonly PolicyDocument[]): Principal {
	const { seed, partition } = world.settings;
	const purpose = nameInPartition(partition, name);
	return {
		name,
		accessKeyId: deriveKeyId(seed, 'AKIA', purpose),
		secretAccessKey: deriveSecret(seed, `secret/${purpose}`).toString('base64').slice(0, 40),
		sessionToken: undefined,
		expiresAt: undefined,
		accountId,
		arn: formatArn(world, 'iam', '', accountId, `user/rollcall-${name}`),
		userId: deriveKeyId(seed, 'AROA', purpose).replace('AROA', 'AIDA'),
		policies,
		sessionPolicy: undefined,
		assumed: false,
	};
}

/** `base`: our own identity, in an account outside the AWS Organization, which may only assume roles. `direct`: a user in the management account. */
export function makePrincipals(world: World, directPolicy: PolicyDocument): { base: Principal; direct: Principal } {
	const outside = accountIdAt(world, 900_000_001);
	return {
		base: makeUser(world, 'base', outside, [allow(['sts:AssumeRole'])]),
		direct: {
			...makeUser(world, 'direct', managementAccountId(world), [directPolicy]),
			// It is a user that IAM lists.
			userId: directUserId(world),
		},
	};
}

export function presentPrincipal(principal: Principal): PrincipalFacts {
	const { accessKeyId, secretAccessKey, accountId, arn } = principal;
	return { accessKeyId, secretAccessKey, accountId, arn };
}
