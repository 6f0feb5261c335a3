import { findKind } from '../fault-codes.ts';
import type { AwsOperation } from '../operation.ts';

/**
 * Whether the credential report may be read. That there is none yet, or that AWS is still making it, is an answer too:
 * nobody waits for it as `getCredentialReport` does.
 */
export const tryGetCredentialReport: AwsOperation<Readonly<Record<string, never>>, 'allowed'> = {
	action: 'iam:GetCredentialReport',
	hasToken: () => false,
	send: async (request) => {
		const { client, sdk } = await request.clients.iam(request.region);
		try {
			await client.send(new sdk.GetCredentialReportCommand({}));
		} catch (error) {
			if (!(error instanceof Error && '$fault' in error && findKind(error.name) === 'not_ready')) throw error;
		}
		return 'allowed';
	},
};
