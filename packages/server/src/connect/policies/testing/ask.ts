import type { PolicyGround } from '../build-policy.ts';
import type { PolicyRequest } from '../request.ts';
import { listTestIntegrations } from './integrations.ts';

export const ownArns = {
	collectionEc2: 'arn:aws:iam::999988887777:role/rollcall/Ec2',
	collectionUsers: 'arn:aws:iam::999988887777:role/rollcall/Users',
	syncS3: 'arn:aws:iam::999988887777:role/rollcall/S3',
} as const;

export const externalId = '7d0f9f0a-3f9e-4f0b-9f43-0d6b7e2f6c11';

/** A request for EC2 devices, changed as told. */
export function ask(changes: Partial<PolicyRequest> = {}): PolicyRequest {
	return {
		format: 'permissions',
		integrations: ['ec2.devices'],
		extras: [],
		organizationDiscovery: false,
		principals: [],
		externalId: null,
		roleName: 'RollcallCollector',
		s3Bucket: null,
		s3Prefix: null,
		kmsKeys: [],
		...changes,
	};
}

/** Every integration that is expected, our three principals, and an organization with an external id. */
export function groundOf(changes: Partial<PolicyGround> = {}): PolicyGround {
	return {
		own: {
			arns: ownArns,
			variables: { collectionEc2: 'VARIABLE_EC2', collectionUsers: 'VARIABLE_USERS', syncS3: 'VARIABLE_S3' },
		},
		entryRegion: 'us-east-1',
		ownExternalId: async () => externalId,
		table: listTestIntegrations(),
		...changes,
	};
}
