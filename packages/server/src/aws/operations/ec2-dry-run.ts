import type { Ec2 } from '../clients.ts';
import type { AwsOperation } from '../operation.ts';

type NoInput = Readonly<Record<string, never>>;

/** EC2 permissions that can be asked for without making the call: EC2 answers that the request would have succeeded. */
export const tryDescribeInstances = tryCall('ec2:DescribeInstances', ({ client, sdk }) =>
	client.send(new sdk.DescribeInstancesCommand({ DryRun: true, MaxResults: fewest })),
);

export const tryDescribeNetworkInterfaces = tryCall('ec2:DescribeNetworkInterfaces', ({ client, sdk }) =>
	client.send(new sdk.DescribeNetworkInterfacesCommand({ DryRun: true, MaxResults: fewest })),
);

export const tryDescribeAddresses = tryCall('ec2:DescribeAddresses', ({ client, sdk }) =>
	client.send(new sdk.DescribeAddressesCommand({ DryRun: true })),
);

/** The smallest page EC2 gives, for an endpoint that takes no notice of DryRun. */
const fewest = 5;

function tryCall(action: string, send: (ec2: Ec2) => Promise<unknown>): AwsOperation<NoInput, 'allowed'> {
	return {
		action,
		hasToken: () => false,
		send: async (request) => {
			try {
				await send(await request.clients.ec2(request.region));
			} catch (error) {
				if (!isDryRunAnswer(error)) throw error;
			}
			return 'allowed';
		},
	};
}

/** EC2 says "allowed" by an error, as nothing was done. */
function isDryRunAnswer(error: unknown): boolean {
	return error instanceof Error && '$fault' in error && error.name === 'DryRunOperation';
}
