import type {
	DescribeInstancesCommandInput,
	DescribeInstancesCommandOutput,
	DescribeNetworkInterfacesCommandOutput,
} from '@aws-sdk/client-ec2';
import type { DecodedInstance, DecodedItem, DecodedPage } from '../ec2-xml/decoded-page.ts';
import type { PageOutput } from '../ec2-xml/fast-ec2-protocol.ts';
import { toInstancePage, toInterfacePage } from '../ec2-xml/stock-page.ts';
import { requireMember } from '../incomplete-answer.ts';
import { instancesByIdRate } from '../limiter.ts';
import type { AwsOperation } from '../operation.ts';

export interface Ec2PageInput {
	readonly nextToken?: string;
	/** Default 1,000, the most EC2 gives; without any it would not page at all. */
	readonly maxResults?: number;
}

export interface Ec2Page<Item extends DecodedItem = DecodedItem> {
	readonly items: readonly Item[];
	/** Null on the last page. Pages may be short or empty. */
	readonly nextToken: string | null;
}

/** A condition of EC2's own. At most 200 values in all of a question; `*` and `?` stand for any text. */
export interface Ec2Filter {
	readonly name: string;
	readonly values: readonly string[];
}

/** Which instances: all of the region, those that pass the filters, or those named. */
export type InstancesInput =
	| (Ec2PageInput & { readonly filters?: readonly Ec2Filter[] })
	/** At most 1,000; never paged. One that does not exist fails the whole question (`AwsFault.missingIds`). */
	| { readonly instanceIds: readonly string[] };

/** Page sizes after so many server errors on the same question: a page EC2 cannot make may work when smaller. */
const pageSizes = [1000, 500, 200] as const;

function choosePageSize(asked: number | undefined, serverErrors: number): number {
	// The first server error may be anybody's; from the second on the page is suspected.
	const size = pageSizes[Math.min(Math.max(0, serverErrors - 1), pageSizes.length - 1)] ?? 200;
	return Math.min(asked ?? 1000, size);
}

/** Names of the regions that are enabled for the account: AllRegions is not set. */
export const describeRegions: AwsOperation<Readonly<Record<string, never>>, readonly string[]> = {
	action: 'ec2:DescribeRegions',
	hasToken: () => false,
	send: async (request) => {
		const { client, sdk } = await request.clients.ec2(request.region);
		const output = await client.send(new sdk.DescribeRegionsCommand({}));
		const names = requireMember(output.Regions, 'Regions').flatMap((region) => region.RegionName ?? []);
		// No account is without regions: an empty list is no answer.
		return requireMember(names.length > 0 ? names : undefined, 'region').toSorted();
	},
};

/**
 * One page of instances, service-managed ones included. No order is promised, and an instance may stand on two pages.
 * Instances asked for by their ids come as one page without a next token.
 * With our own reader or the SDK's, as the settings say: both give the same page.
 */
export const describeInstances: AwsOperation<InstancesInput, Ec2Page<DecodedInstance>> = {
	action: 'ec2:DescribeInstances',
	hasToken: (input) => 'nextToken' in input && input.nextToken !== undefined,
	namesThings: (input) => 'instanceIds' in input,
	rateName: (input) => ('instanceIds' in input ? instancesByIdRate : 'ec2:DescribeInstances'),
	send: async (request) => {
		const { input } = request;
		// An empty list of ids would ask for every instance.
		if ('instanceIds' in input && input.instanceIds.length === 0) return { items: [], nextToken: null };
		const { client, sdk } = await request.clients.ec2(request.region);
		const output = await client.send(
			new sdk.DescribeInstancesCommand({
				...chooseInstances(input, request.serverErrors),
				...(request.unknownParameters.has(managedResources) ? {} : { [managedResources]: true }),
			}),
		);
		return toPage(readOwnPage<DecodedInstance, DescribeInstancesCommandOutput>(output, toInstancePage));
	},
};

function chooseInstances(input: InstancesInput, serverErrors: number): DescribeInstancesCommandInput {
	// EC2 refuses a page size beside ids.
	if ('instanceIds' in input) return { InstanceIds: [...input.instanceIds] };
	const { nextToken, maxResults, filters } = input;
	return {
		MaxResults: choosePageSize(maxResults, serverErrors),
		...(filters === undefined
			? {}
			: { Filters: filters.map(({ name, values }) => ({ Name: name, Values: [...values] })) }),
		...(nextToken === undefined ? {} : { NextToken: nextToken }),
	};
}

const managedResources = 'IncludeManagedResources';

/** One page of network interfaces. Unpaged it would be refused in big accounts. */
export const describeNetworkInterfaces: AwsOperation<Ec2PageInput, Ec2Page> = {
	action: 'ec2:DescribeNetworkInterfaces',
	hasToken: (input) => input.nextToken !== undefined,
	send: async (request) => {
		const { client, sdk } = await request.clients.ec2(request.region);
		const { nextToken, maxResults } = request.input;
		const output = await client.send(
			new sdk.DescribeNetworkInterfacesCommand({
				MaxResults: choosePageSize(maxResults, request.serverErrors),
				...(request.unknownParameters.has(managedResources) ? {} : { [managedResources]: true }),
				...(nextToken === undefined ? {} : { NextToken: nextToken }),
			}),
		);
		return toPage(readOwnPage<DecodedItem, DescribeNetworkInterfacesCommandOutput>(output, toInterfacePage));
	},
};

/** All Elastic IPs of the region: EC2 does not page them. */
export const describeAddresses: AwsOperation<Readonly<Record<string, never>>, Ec2Page> = {
	action: 'ec2:DescribeAddresses',
	hasToken: () => false,
	send: async (request) => {
		const { client, sdk } = await request.clients.ec2(request.region);
		const output = await client.send(new sdk.DescribeAddressesCommand({}));
		const items = requireMember(output.Addresses, 'Addresses').map((address): DecodedItem => {
			const rawJson = JSON.stringify(address);
			// What JSON.stringify made of an object of the SDK's is an object again.
			return { document: JSON.parse(rawJson) as DecodedItem['document'], rawJson };
		});
		return { items, nextToken: null };
	},
};

/** The page our protocol put in place of the SDK's output, or the same made from the output. */
function readOwnPage<Item extends DecodedItem, Output extends object>(
	output: Output,
	fromStock: (output: Output) => DecodedPage<Item> | undefined,
): DecodedPage<Item> {
	// Only `fast-ec2-protocol.ts` puts a page there, and of the very items of the command.
	if ('page' in output) return (output as unknown as PageOutput<DecodedPage<Item>>).page;
	return requireMember(fromStock(output), 'list');
}

function toPage<Item extends DecodedItem>(page: DecodedPage<Item>): Ec2Page<Item> {
	return { items: page.items, nextToken: page.nextToken || null };
}
