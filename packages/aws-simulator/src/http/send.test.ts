import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, expect, test } from 'vitest';
import { type RunningSimulator, startSimulator } from '../start-simulator.ts';
import { connectEc2 } from '../testing/connect.ts';

let simulator: RunningSimulator;

afterEach(() => simulator.close());

interface Signed {
	readonly headers: Record<string, string>;
	readonly body: string;
}

/** A request as the SDK would send it, to be sent by hand. */
async function signRequest(): Promise<Signed> {
	const client = connectEc2(simulator, simulator.principals.direct);
	let signed: Signed | undefined;
	client.middlewareStack.add(
		() => (args) => {
			signed = args.request as Signed; // The SDK's HTTP request has both.
			return Promise.reject(new Error('not to be sent'));
		},
		{ step: 'finalizeRequest', priority: 'low' },
	);
	await client.send(new DescribeInstancesCommand({ MaxResults: 1000 })).catch(() => undefined);
	if (signed === undefined) {
		throw new Error('the SDK signed nothing');
	}
	return signed;
}

function send(
	signed: Signed,
	more: Record<string, string>,
): Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }> {
	return new Promise((resolve, reject) => {
		const call = request(
			simulator.endpoint,
			{ method: 'POST', headers: { ...signed.headers, ...more } },
			(response) => {
				const pieces: Buffer[] = [];
				response.on('data', (piece: Buffer) => pieces.push(piece));
				response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(pieces) }));
			},
		);
		call.on('error', reject);
		call.end(signed.body);
	});
}

const INSTANCE = /<instanceId>i-/g;

test('answers are compressed when it is asked for, and only then', async () => {
	simulator = await startSimulator();
	const signed = await signRequest();
	const plain = await send(signed, {});
	const packed = await send(signed, { 'accept-encoding': 'gzip, deflate' });
	expect(plain.headers['content-encoding']).toBeUndefined();
	expect(packed.headers['content-encoding']).toBe('gzip');
	expect(packed.body.length).toBeLessThan(plain.body.length / 5);
	expect(gunzipSync(packed.body).toString().match(INSTANCE)?.length).toBe(
		plain.body.toString().match(INSTANCE)?.length,
	);
});

test('without gzip a client that asks for it gets a plain answer', async () => {
	simulator = await startSimulator({ gzip: false });
	const answer = await send(await signRequest(), { 'accept-encoding': 'gzip' });
	expect(answer.headers['content-encoding']).toBeUndefined();
});

test('a large answer is sent while it is made, an instance takes about nine kilobytes', async () => {
	simulator = await startSimulator({ bigScopeInstances: 2000, terminatedShare: 0, managedShare: 0 });
	const answer = await send(await signRequest(), {});
	expect(answer.headers['transfer-encoding']).toBe('chunked');
	expect(answer.body.toString().match(INSTANCE)?.length).toBe(1000);
	expect(answer.body.length).toBeGreaterThan(8_000_000);
	expect(answer.body.length).toBeLessThan(11_000_000);
	expect(answer.body.toString()).toMatch(/<nextToken>[^<]+<\/nextToken>\n<\/DescribeInstancesResponse>$/);
});

test('an answer waits for its base latency and for each of its items', async () => {
	simulator = await startSimulator({ latencyBaseMs: 50, latencyItemMs: 2 });
	const signed = await signRequest();
	const startedAt = performance.now();
	const answer = await send(signed, {});
	const items = answer.body.toString().match(INSTANCE)?.length ?? 0;
	expect(performance.now() - startedAt).toBeGreaterThanOrEqual(50 + items * 1.9);
});
