import type { DescribeInstancesResult, DescribeNetworkInterfacesResult } from '@aws-sdk/client-ec2';
import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import { collectBody } from './collect-body.ts';
import { countElements } from './count-elements.ts';
import { decodeDescribeInstances, decodeDescribeNetworkInterfaces } from './decode.ts';
import type { DecodedPage } from './decoded-page.ts';
import { toInstancePage, toInterfacePage } from './stock-page.ts';
import { TruncatedBodyError } from './truncated-body-error.ts';

/** What a call of one of the two listings gives in place of the SDK's typed output. */
export interface PageOutput<Page extends DecodedPage = DecodedPage> {
	readonly page: Page;
	/** The page's token, where paginators look for it: `NextToken` of the SDK's outputs. */
	readonly NextToken?: string;
	/** Added to by the SDK's retry (attempts, delay). */
	readonly $metadata: object;
}

export interface FastEc2Options {
	/**
	 * Waits for the right to hold one body in memory and resolves to its release, which is called exactly once, when
	 * the page is decoded or has failed. Called before the first byte is read; the peer is held by back-pressure
	 * meanwhile, so no time limit on the socket's idleness may be shorter than this wait.
	 */
	acquireBody(): Promise<() => void>;
	/** How long the peer may send nothing once it is our turn to read, in milliseconds. */
	readonly silenceMs: number;
}

type DeserializeArguments = Parameters<AwsEc2QueryProtocol['deserializeResponse']>;

/**
 * Makes the protocol to give to `new EC2Client({ protocol })`. DescribeInstances and DescribeNetworkInterfaces answered
 * with success give a `PageOutput`, read by our own decoder or, where that refuses, by the SDK's; everything else, error
 * statuses included, is the SDK's. A body that is not one whole page throws TruncatedBodyError: a page is never short.
 * Call them through `describe-page.ts`, which knows the type and asks for gzip.
 */
export function createFastEc2Protocol(options: FastEc2Options): typeof AwsEc2QueryProtocol {
	return class FastEc2Protocol extends AwsEc2QueryProtocol {
		// The SDK's signature promises whatever type the command names; here the two commands get a PageOutput.
		// biome-ignore lint/suspicious/noExplicitAny: the type parameter is the SDK's and says nothing about the value
		override async deserializeResponse(...call: DeserializeArguments): Promise<any> {
			const [operation, context, response] = call;
			const listing = listings.get(operation.name.split('#').at(-1) ?? '');
			if (listing === undefined) return super.deserializeResponse(operation, context, response);
			const encoding = readEncoding(response.headers);
			const collect = (): Promise<Uint8Array> => collectBody(response.body, { encoding, silenceMs: options.silenceMs });
			// An error's body is small: it waits for nobody, and is unpacked before the SDK reads the code in it.
			if (response.statusCode >= 300) {
				return super.deserializeResponse(operation, context, withBody(response, await collect()));
			}
			const release = await options.acquireBody();
			try {
				const body = await collect();
				const readStock = (): Promise<object> =>
					super.deserializeResponse(operation, context, withBody(response, body));
				return toOutput(await decodeBody(listing, body, readStock), this.deserializeMetadata(response));
			} catch (error) {
				if (error instanceof TruncatedBodyError) error.$metadata = this.deserializeMetadata(response);
				throw error;
			} finally {
				release();
			}
		}
	};
}

interface Listing {
	readonly decode: (body: Uint8Array, keepsOddTimes?: boolean) => DecodedPage | undefined;
	readonly fromStock: (output: object) => DecodedPage | undefined;
	/** An element that stands exactly once in every item of the page. */
	readonly idElement: string;
}

const listings: ReadonlyMap<string, Listing> = new Map([
	[
		'DescribeInstances',
		{
			decode: decodeDescribeInstances,
			fromStock: (output: object) => toInstancePage(output as DescribeInstancesResult),
			idElement: 'instanceId',
		},
	],
	[
		'DescribeNetworkInterfaces',
		{
			decode: decodeDescribeNetworkInterfaces,
			fromStock: (output: object) => toInterfacePage(output as DescribeNetworkInterfacesResult),
			idElement: 'networkInterfaceId',
		},
	],
]);

async function decodeBody(listing: Listing, body: Uint8Array, readStock: () => Promise<object>): Promise<DecodedPage> {
	if (body.length === 0) throw new TruncatedBodyError('the body is empty');
	const page = listing.decode(body);
	if (page !== undefined) return page;
	let output: object;
	try {
		output = await readStock();
	} catch (cause) {
		// One odd time makes the SDK throw the page away: it is whole all the same, and that time is its item's trouble.
		const oddPage = listing.decode(body, true);
		if (oddPage !== undefined) return oddPage;
		throw new TruncatedBodyError('the body is cut or no XML', { cause });
	}
	const stockPage = listing.fromStock(output);
	if (stockPage === undefined) throw new TruncatedBodyError('the body is not an answer of this call');
	// The SDK drops an element's children without a word where stray text stands between them.
	if (countElements(body, listing.idElement) !== stockPage.items.length) {
		throw new TruncatedBodyError('the body holds more items than the SDK could read');
	}
	return stockPage;
}

function toOutput(page: DecodedPage, $metadata: object): PageOutput {
	return { page, ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }), $metadata };
}

function withBody(response: DeserializeArguments[2], body: Uint8Array): DeserializeArguments[2] {
	return { ...response, body };
}

function readEncoding(headers: Readonly<Record<string, string>>): string | undefined {
	return Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-encoding')?.[1];
}
