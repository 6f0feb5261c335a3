import type {
	DescribeInstancesCommandInput,
	DescribeNetworkInterfacesCommandInput,
	EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import type { DecodedInstance, DecodedPage } from './decoded-page.ts';
import type { PageOutput } from './fast-ec2-protocol.ts';

export interface DescribeOptions {
	readonly abortSignal?: AbortSignal;
}

/**
 * Asks for one page of instances. The client must have been made with the protocol of `createFastEc2Protocol`.
 * Throws what the SDK throws, and TruncatedBodyError.
 */
export async function describeInstancesPage(
	client: EC2Client,
	input: DescribeInstancesCommandInput,
	options: DescribeOptions = {},
): Promise<PageOutput<DecodedPage<DecodedInstance>>> {
	const command = new DescribeInstancesCommand(input);
	command.middlewareStack.add(acceptGzip, acceptGzipPlace);
	// The protocol made the output of exactly this command a page of instances.
	return requirePage(await client.send(command, options)) as PageOutput<DecodedPage<DecodedInstance>>;
}

/** Asks for one page of network interfaces, on the terms of `describeInstancesPage`. */
export async function describeNetworkInterfacesPage(
	client: EC2Client,
	input: DescribeNetworkInterfacesCommandInput,
	options: DescribeOptions = {},
): Promise<PageOutput> {
	const command = new DescribeNetworkInterfacesCommand(input);
	command.middlewareStack.add(acceptGzip, acceptGzipPlace);
	return requirePage(await client.send(command, options));
}

/**
 * In the deserialize step, which runs after the signature: a proxy on the way may then change the header (some do)
 * without breaking the signature.
 */
const acceptGzipPlace = { step: 'deserialize', name: 'acceptGzip' } as const;

function acceptGzip<Arguments extends { request: unknown }, Result>(
	next: (call: Arguments) => Promise<Result>,
): (call: Arguments) => Promise<Result> {
	return (call) => {
		const { request } = call;
		if (typeof request === 'object' && request !== null && 'headers' in request) {
			Object.assign(request.headers as object, { 'accept-encoding': 'gzip' });
		}
		return next(call);
	};
}

function requirePage(output: object): PageOutput {
	if (!('page' in output)) throw new Error('the client was made without the protocol of createFastEc2Protocol');
	return output as PageOutput;
}
