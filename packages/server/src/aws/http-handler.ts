import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';
import { type Attempt, currentAttempt } from './attempt.ts';
import { readBody } from './http-body.ts';
import { toConnectionError } from './transport-error.ts';

/** As much of the SDK's request as travels. */
interface SignedRequest {
	readonly protocol: string;
	readonly hostname: string;
	readonly port?: number;
	readonly path: string;
	readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
	readonly method: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: unknown;
}

interface ReceivedResponse {
	readonly statusCode: number;
	readonly reason: string;
	readonly headers: Record<string, string>;
	readonly body: Uint8Array;
}

export interface HttpHandlerOptions {
	readonly socketsPerHost: number;
	readonly acceptGzip: boolean;
}

/** Bodies up to this size wait for nobody: all that are in flight together stay small. */
const smallBodyBytes = 64 * 1024;

/**
 * Sends the SDK's signed requests, for all clients alike: one pool of kept-alive sockets per endpoint host, shared by
 * all accounts. It gives whole bodies, so that the deadline also holds while a body trickles in, and so that at most
 * a few large bodies are in memory.
 *
 * Ours and not the SDK's handler, because that one's abort signal ends with the response headers, and costs more.
 */
export function createHttpHandler(options: HttpHandlerOptions) {
	const agentOptions = {
		keepAlive: true,
		maxSockets: options.socketsPerHost,
		maxFreeSockets: options.socketsPerHost,
		scheduling: 'lifo' as const,
	};
	const plain = new Agent(agentOptions);
	const secure = new SecureAgent({ ...agentOptions, maxCachedSessions: 1000 });

	const send = (request: SignedRequest, attempt: Attempt): Promise<ReceivedResponse> =>
		new Promise((resolve, reject) => {
			const isSecure = request.protocol === 'https:';
			const outgoing = (isSecure ? requestHttps : requestHttp)({
				agent: isSecure ? secure : plain,
				hostname: request.hostname,
				...(request.port === undefined ? {} : { port: request.port }),
				path: formatPath(request),
				method: request.method,
				// After the signature: a proxy on the way may change it without breaking anything.
				headers: options.acceptGzip ? { ...request.headers, 'accept-encoding': 'gzip' } : request.headers,
			});
			outgoing.on('socket', (socket) => {
				// A socket nobody uses ends by itself; while one is used the deadline of the attempt counts.
				socket.setTimeout(0);
			});
			const settle = linkAbort(outgoing, attempt.signal);
			let answered = false;
			outgoing.on('error', (error) => {
				// Once there is an answer, what breaks is the body, and its reader says so.
				if (answered) return;
				settle();
				reject(attempt.signal.aborted ? attempt.signal.reason : toConnectionError(error, request.hostname));
			});
			outgoing.on('response', (incoming) => {
				answered = true;
				receive(incoming, attempt).then(resolve, reject).finally(settle);
			});
			outgoing.end(request.body);
		});

	return {
		metadata: { handlerProtocol: 'http/1.1' },
		handle: async (request: SignedRequest) => ({ response: await send(request, currentAttempt()) }),
		updateHttpClientConfig: () => undefined,
		httpHandlerConfigs: () => ({}),
		destroy: () => {
			plain.destroy();
			secure.destroy();
		},
	};
}

function linkAbort(outgoing: ClientRequest, signal: AbortSignal): () => void {
	const abort = (): void => {
		outgoing.destroy(new Error('aborted'));
	};
	if (signal.aborted) abort();
	else signal.addEventListener('abort', abort, { once: true });
	return () => signal.removeEventListener('abort', abort);
}

async function receive(incoming: IncomingMessage, attempt: Attempt): Promise<ReceivedResponse> {
	const headers = flattenHeaders(incoming.headers);
	const statusCode = incoming.statusCode ?? 0;
	const requestId = headers['x-amzn-requestid'] ?? headers['x-amz-request-id'];
	const retryAfter = headers['retry-after'];
	attempt.answer = {
		status: statusCode,
		...(requestId === undefined ? {} : { requestId }),
		...(retryAfter === undefined ? {} : { retryAfter }),
	};
	const promisedBytes = Number(headers['content-length'] ?? Number.NaN);
	const isLarge = statusCode < 300 && !(promisedBytes <= smallBodyBytes);
	const body = await readBody(incoming, {
		host: incoming.socket?.remoteAddress ?? 'the endpoint',
		encoding: headers['content-encoding'],
		signal: attempt.signal,
		...(isLarge ? { waitForTurn: () => attempt.acquireBody() } : {}),
	});
	// The body is plain from here on; the SDK must not think otherwise.
	const { 'content-encoding': _encoding, ...plainHeaders } = headers;
	return { statusCode, reason: incoming.statusMessage ?? '', headers: plainHeaders, body };
}

function flattenHeaders(headers: IncomingMessage['headers']): Record<string, string> {
	const flat: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(',') : value;
	}
	return flat;
}

function formatPath(request: SignedRequest): string {
	const pairs = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
		(Array.isArray(value) ? value : [value]).map((one: string | null) =>
			one === null ? encode(name) : `${encode(name)}=${encode(one)}`,
		),
	);
	return pairs.length === 0 ? request.path : `${request.path}?${pairs.join('&')}`;
}

/** As the signature wants it (RFC 3986). */
function encode(text: string): string {
	return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
