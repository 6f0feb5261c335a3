import type { DescribeInstancesResult, DescribeNetworkInterfacesResult } from '@aws-sdk/client-ec2';
import { DescribeInstances$, DescribeNetworkInterfaces$, EC2Client } from '@aws-sdk/client-ec2';
import type { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';

/**
 * The SDK's own deserialiser fed with a body in memory: the measure our reader is held to, in tests and in the bench.
 * Not used by the product: there the SDK calls its protocol itself.
 */
export function createStockDeserializer(): StockDeserializer {
	const credentials = { accessKeyId: 'unused', secretAccessKey: 'unused' };
	const { config } = new EC2Client({ region: 'us-east-1', credentials });
	const read = async (schema: unknown, body: Uint8Array): Promise<unknown> => {
		const [, namespace, name, traits, input, output] = schema as OperationTuple;
		const operation = { namespace, name, traits, input, output };
		const response = { statusCode: 200, headers: {}, body };
		// The resolved configuration holds the protocol itself; its type still allows the class it was made from.
		const protocol = config.protocol as AwsEc2QueryProtocol;
		return protocol.deserializeResponse(operation, config as never, response as never);
	};
	return {
		readInstances: async (body) => (await read(DescribeInstances$, body)) as DescribeInstancesResult,
		readInterfaces: async (body) => (await read(DescribeNetworkInterfaces$, body)) as DescribeNetworkInterfacesResult,
	};
}

export interface StockDeserializer {
	readInstances(body: Uint8Array): Promise<DescribeInstancesResult>;
	readInterfaces(body: Uint8Array): Promise<DescribeNetworkInterfacesResult>;
}

/** The SDK's operation schema: kind, namespace, name, traits, input, output. */
type OperationTuple = [kind: 9, namespace: string, name: string, traits: never, input: never, output: never];
