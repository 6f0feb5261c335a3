import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClock } from '#platform/clock.ts';
import { type Aws, type AwsOptions, createAws } from '../create-aws.ts';
import type { AwsSession, SessionCredentials } from '../session.ts';
import type { AwsSettings } from '../settings.ts';

/** One request as it came over the wire. */
export interface WireRequest {
	/** As `DescribeInstances`, of either protocol. */
	readonly action: string;
	readonly headers: IncomingMessage['headers'];
	/** Form fields of the query protocols, members of the JSON one. */
	readonly fields: Readonly<Record<string, string>>;
	readonly accessKeyId: string;
	/** Region that the request is signed for. */
	readonly region: string;
}

export interface WireAnswer {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	/** Anything else than one whole answer: cut, silent, dripping. */
	readonly respond?: (response: ServerResponse) => void;
}

export type Answerer = (request: WireRequest, number: number) => WireAnswer | Promise<WireAnswer>;

/** An HTTP server that speaks as little AWS as a test needs. */
export interface FakeAws extends AsyncDisposable {
	readonly url: string;
	readonly requests: WireRequest[];
	countOf(action: string): number;
}

export async function startFakeAws(answer: Answerer): Promise<FakeAws> {
	const requests: WireRequest[] = [];
	const server = createServer((incoming, response) => {
		const chunks: Buffer[] = [];
		incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
		incoming.on('end', () => {
			const request = readRequest(incoming, Buffer.concat(chunks).toString());
			requests.push(request);
			void Promise.resolve(answer(request, requests.length)).then((given) => send(response, given));
		});
	});
	server.keepAliveTimeout = 30_000;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	// An address after listen() on a port is never a string.
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		requests,
		countOf: (action) => requests.filter((request) => request.action === action).length,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function readRequest(incoming: IncomingMessage, body: string): WireRequest {
	const credential = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? '');
	const target = incoming.headers['x-amz-target'];
	const fields: Record<string, string> =
		typeof target === 'string' ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
	return {
		action: typeof target === 'string' ? (target.split('.').at(-1) ?? '') : (fields['Action'] ?? ''),
		headers: incoming.headers,
		fields,
		accessKeyId: credential?.[1] ?? '',
		region: credential?.[2] ?? '',
	};
}

function send(response: ServerResponse, answer: WireAnswer): void {
	if (answer.respond) {
		answer.respond(response);
		return;
	}
	const body = Buffer.from(answer.body ?? '');
	response.writeHead(answer.status ?? 200, { 'content-length': body.length, ...answer.headers });
	response.end(body);
}

export interface TestAws extends AsyncDisposable {
	readonly aws: Aws;
	readonly session: AwsSession;
}

export const testKeys: SessionCredentials = {
	accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
	secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
	sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN//////////wEaDH+very/long=',
};

/**
 * Settings for tests of what is asked, not of silence: the SDK is loaded by the first call, and on a busy machine that
 * alone outlasts 30 s of a clock that runs 100 times faster.
 */
export const patientSettings: Partial<AwsSettings> = { limits: { requestTimeoutMs: 30_000 * 100 } };

/** Our part over a fake or simulated AWS, on a clock that runs 100 times faster. */
export function createTestAws(
	fake: Pick<FakeAws, 'url'>,
	settings: Partial<AwsSettings> = {},
	options: Partial<AwsOptions> = {},
): TestAws {
	const aws = createAws({
		clock: createClock(100),
		settings: { endpoints: { all: fake.url }, ...settings },
		provide: async () => testKeys,
		...options,
	});
	const session: AwsSession = {
		partition: 'aws',
		accountId: '123456789012',
		credentials: async () => testKeys,
	};
	return { aws, session, [Symbol.asyncDispose]: () => aws.close() };
}
