import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeInstancesPage, describeNetworkInterfacesPage } from './describe-page.ts';
import type { FastEc2Options } from './fast-ec2-protocol.ts';
import { createFastEc2Protocol } from './fast-ec2-protocol.ts';
import { TruncatedBodyError } from './truncated-body-error.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const items = Array.from(
	{ length: 50 },
	(_, index) => `<item><instanceId>i-${index}</instanceId><keyName>ü</keyName></item>`,
);
const wholeXml =
	`<DescribeInstancesResponse xmlns="x"><requestId>r</requestId><reservationSet><item><reservationId>r-1</reservationId>` +
	`<instancesSet>${items.join('')}</instancesSet></item></reservationSet><nextToken>t</nextToken></DescribeInstancesResponse>`;
const throttledXml =
	'<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>';

let server: Server;
let answers: Answer[];
let requests: IncomingMessage[];
let clients: EC2Client[];

beforeEach(async () => {
	answers = [];
	requests = [];
	clients = [];
	server = createServer((request, response) => {
		requests.push(request);
		request.resume();
		request.on('end', () => (answers.shift() ?? answerWith(wholeXml))(response, request));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
	for (const client of clients) client.destroy();
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

function answerWith(body: string | Uint8Array, headers: Record<string, string> = {}, status = 200): Answer {
	return (response) => response.writeHead(status, headers).end(body);
}

function makeClient(options: Partial<FastEc2Options> = {}, maxAttempts = 3): EC2Client {
	const { port } = server.address() as AddressInfo;
	const client = new EC2Client({
		region: 'us-east-1',
		endpoint: `http://127.0.0.1:${port}`,
		credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
		maxAttempts,
		requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: 20 } }),
		protocol: createFastEc2Protocol({ acquireBody: async () => () => undefined, silenceMs: 5000, ...options }),
	});
	clients.push(client);
	return client;
}

describe('a page over the wire', () => {
	test('comes decoded, with token and metadata', async () => {
		const output = await describeInstancesPage(makeClient(), { MaxResults: 1000 });
		expect(output.page.items).toHaveLength(50);
		expect(output.page.items[0]?.document).toStrictEqual({ InstanceId: 'i-0', KeyName: 'ü' });
		expect(output.NextToken).toBe('t');
		expect(output.$metadata).toMatchObject({ httpStatusCode: 200, attempts: 1 });
	});

	test('is asked for with gzip, outside the signature, and unpacked', async () => {
		answers.push(answerWith(gzipSync(wholeXml), { 'content-encoding': 'gzip' }));
		const output = await describeInstancesPage(makeClient(), {});
		expect(output.page.items).toHaveLength(50);
		expect(requests[0]?.headers['accept-encoding']).toBe('gzip');
		expect(requests[0]?.headers.authorization).not.toContain('accept-encoding');
	});

	test('of network interfaces comes the same way', async () => {
		const item = '<item><networkInterfaceId>eni-1</networkInterfaceId></item>';
		const set = `<networkInterfaceSet>${item}</networkInterfaceSet>`;
		answers.push(answerWith(`<DescribeNetworkInterfacesResponse>${set}</DescribeNetworkInterfacesResponse>`));
		const { page } = await describeNetworkInterfacesPage(makeClient(), {});
		expect(page.items).toStrictEqual([
			{ document: { NetworkInterfaceId: 'eni-1' }, rawJson: '{"NetworkInterfaceId":"eni-1"}' },
		]);
	});

	test('in a form our reader refuses is read by the SDK, to the same items', async () => {
		answers.push(answerWith(wholeXml.replaceAll('<keyName>', '<keyName><!-- note -->')));
		const [odd, plain] = [await describeInstancesPage(makeClient(), {}), await describeInstancesPage(makeClient(), {})];
		expect(odd.page.items).toStrictEqual(plain.page.items);
		expect(odd.NextToken).toBe('t');
	});

	test('leaves other calls to the SDK', async () => {
		const region = '<item><regionName>eu-west-1</regionName></item>';
		answers.push(answerWith(`<DescribeRegionsResponse><regionInfo>${region}</regionInfo></DescribeRegionsResponse>`));
		const output = await makeClient().send(new DescribeRegionsCommand({}));
		expect(output.Regions).toStrictEqual([{ RegionName: 'eu-west-1' }]);
	});
});

describe('a body that is not one whole page', () => {
	const cut = wholeXml.slice(0, wholeXml.length / 2);
	const hang: Answer = (response) => response.writeHead(200).write(cut);
	const broken: Answer = (response) => {
		response.writeHead(200, { 'content-length': String(wholeXml.length * 2) }).write(cut, () => response.destroy());
	};
	const strayText = wholeXml.replace('<instancesSet>', '<instancesSet> stray');
	const faults: [string, Answer][] = [
		['cut with status 200', answerWith(cut)],
		['cut between two items', answerWith(wholeXml.slice(0, wholeXml.indexOf('<item><instanceId>i-7<')))],
		['empty', answerWith('')],
		['HTML', answerWith('<html><body>hello</body></html>')],
		['an error sent with status 200', answerWith(throttledXml)],
		['cut within gzip', answerWith(gzipSync(wholeXml).subarray(0, 200), { 'content-encoding': 'gzip' })],
		['gzip of a cut body', answerWith(gzipSync(cut), { 'content-encoding': 'gzip' })],
		['not gzip though it says so', answerWith(wholeXml, { 'content-encoding': 'gzip' })],
		['broken off by the peer', broken],
		['silent half-way', hang],
		['of another call', answerWith('<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>')],
		['one where the SDK would silently drop the items', answerWith(strayText)],
	];

	test.each(faults)('is retried when %s', async (_name, fault) => {
		answers.push(fault);
		const output = await describeInstancesPage(makeClient({ silenceMs: 100 }), {});
		expect(output.page.items).toHaveLength(50);
		expect(output.$metadata).toMatchObject({ attempts: 2 });
	});

	test.each(faults)('ends in TruncatedBodyError when it is always %s', async (_name, fault) => {
		answers.push(fault, fault);
		const failure = await describeInstancesPage(makeClient({ silenceMs: 100 }, 2), {}).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(TruncatedBodyError);
		expect(failure).toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 2 } });
		expect(requests).toHaveLength(2);
	});
});

describe('an error status', () => {
	test.each([
		['plain', throttledXml, {}],
		['packed', gzipSync(throttledXml), { 'content-encoding': 'gzip' }],
	])('gives the error of the SDK and takes no permit (%s)', async (_name, body, headers) => {
		answers.push(answerWith(body, headers, 403));
		const acquireBody = (): Promise<() => void> => Promise.reject(new Error('no permit is needed'));
		const call = describeInstancesPage(makeClient({ acquireBody }), {});
		await expect(call).rejects.toMatchObject({ name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } });
	});
});

describe('the permit for a body', () => {
	/** At most `size` holders; counts the most that held at once. */
	function createPermits(size: number): {
		acquireBody: FastEc2Options['acquireBody'];
		most: () => number;
		held: () => number;
	} {
		let held = 0;
		let most = 0;
		const waiting: (() => void)[] = [];
		const acquireBody = async (): Promise<() => void> => {
			while (held >= size) await new Promise<void>((resolve) => waiting.push(resolve));
			held += 1;
			most = Math.max(most, held);
			return () => {
				held -= 1;
				waiting.shift()?.();
			};
		};
		return { acquireBody, most: () => most, held: () => held };
	}

	test('bounds how many bodies are read at once, and is given back', async () => {
		const permits = createPermits(2);
		const client = makeClient({ acquireBody: permits.acquireBody });
		const slow: Answer = (response) => {
			response.writeHead(200).write(wholeXml.slice(0, 100));
			setTimeout(() => response.end(wholeXml.slice(100)), 20);
		};
		answers.push(...Array.from({ length: 10 }, () => slow));
		const outputs = await Promise.all(Array.from({ length: 10 }, () => describeInstancesPage(client, {})));
		expect(outputs.every(({ page }) => page.items.length === 50)).toBe(true);
		expect([permits.most(), permits.held()]).toStrictEqual([2, 0]);
	});

	test('is given back when the body is cut', async () => {
		const permits = createPermits(1);
		answers.push(answerWith(wholeXml.slice(0, 300)), answerWith(wholeXml.slice(0, 300)));
		await expect(describeInstancesPage(makeClient({ acquireBody: permits.acquireBody }, 2), {})).rejects.toThrow();
		expect(permits.held()).toBe(0);
	});

	test('is taken before the first byte is read: waiting for it is not silence of the peer', async () => {
		const acquireBody = async (): Promise<() => void> => {
			await new Promise((resolve) => setTimeout(resolve, 250));
			return () => undefined;
		};
		const output = await describeInstancesPage(makeClient({ acquireBody, silenceMs: 100 }, 1), {});
		expect(output.page.items).toHaveLength(50);
	});

	test('that comes after the peer went away leads to a retry, not to a hanging call', async () => {
		let turn = 0;
		const acquireBody = async (): Promise<() => void> => {
			turn += 1;
			if (turn === 1) await new Promise((resolve) => setTimeout(resolve, 150));
			return () => undefined;
		};
		answers.push((response) => {
			response.writeHead(200, { 'content-length': '1000000' }).write('<', () => response.destroy());
		});
		const output = await describeInstancesPage(makeClient({ acquireBody }), {});
		expect(output.$metadata).toMatchObject({ attempts: 2 });
	});
});

test('aborting while the body comes ends the call', async () => {
	const controller = new AbortController();
	answers.push((response) => {
		response.writeHead(200).write('<DescribeInstancesResponse>', () => setTimeout(() => controller.abort(), 50));
	});
	const call = describeInstancesPage(makeClient(), {}, { abortSignal: controller.signal });
	await expect(call).rejects.toMatchObject({ name: 'AbortError' });
	expect(requests).toHaveLength(1);
});
