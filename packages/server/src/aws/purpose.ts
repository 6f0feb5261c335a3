import type { PrincipalPurpose } from '#platform/config.ts';

/**
 * Whose principal enters an account for these IAM actions: that of users for IAM and Identity Center, that of the S3
 * sync, else that of EC2. Sessions are opened by it, and trust policies name the principal it tells.
 */
export function purposeOf(actions: readonly string[]): PrincipalPurpose {
	if (actions.some((action) => action.startsWith('s3:'))) return 'syncS3';
	return actions.some((action) => /^(iam|identitystore|sso):/.test(action)) ? 'collectionUsers' : 'collectionEc2';
}
