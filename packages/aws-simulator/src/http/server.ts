import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from '../control/control.ts';
import { answerControl, CONTROL_PREFIX } from '../control/http.ts';
import type { Simulator } from '../simulator.ts';
import type { WireRequest } from './messages.ts';
import { answerRequest } from './pipeline.ts';
import { sendAnswer, sendSpoiled } from './send.ts';

const BODY_LIMIT = 4 * 1024 * 1024;

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
	const pieces: Buffer[] = [];
	let size = 0;
	for await (const piece of incoming as AsyncIterable<Buffer>) {
		pieces.push(piece);
		size += piece.length;
		if (size > BODY_LIMIT) {
			throw new RangeError('request body too large');
		}
	}
	const url = incoming.url ?? '/';
	const cut = url.indexOf('?');
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(incoming.headers)) {
		headers[name] = Array.isArray(value) ? value.join(',') : (value ?? '');
	}
	return {
		method: incoming.method ?? 'GET',
		path: cut < 0 ? url : url.slice(0, cut),
		query: cut < 0 ? '' : url.slice(cut + 1),
		headers,
		body: Buffer.concat(pieces),
	};
}

/** Serves every wire and the control paths on one port. */
export function createSimulatorServer(simulator: Simulator, control: Control, aborted: AbortSignal): Server {
	const wait = (ms: number) => sleep(ms, undefined, { signal: aborted });
	const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
		serve(incoming, response).catch((error: unknown) => fail(response, error));
	});
	server.maxRequestsPerSocket = 0;
	return server;

	async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		const request = await readRequest(incoming);
		if (request.path.startsWith(CONTROL_PREFIX)) {
			const reply = answerControl(simulator, control, request);
			response.writeHead(reply.status, { 'content-type': reply.type ?? 'application/json' });
			response.end(reply.text);
			return;
		}
		const outcome = answerRequest(simulator, request);
		const { options } = simulator;
		const pause = options.latencyBaseMs + options.latencyItemMs * outcome.answer.items + outcome.delayMs;
		if (pause > 0) {
			await wait(pause);
		}
		const spoiled =
			outcome.fault === undefined ? undefined : await sendSpoiled(response, outcome.answer, outcome.fault, wait);
		const gzip = options.gzip && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
		const bytes = spoiled === undefined ? await sendAnswer(response, outcome.answer, gzip) : spoiled.bytes;
		simulator.log.add({ ...outcome.log, status: spoiled?.status ?? outcome.log.status, bytes });
	}

	function fail(response: ServerResponse, error: unknown): void {
		if (aborted.aborted || response.destroyed) {
			response.destroy();
			return;
		}
		// A mistake of the simulator itself must not look like one of AWS.
		process.stderr.write(`aws-simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
		if (!response.headersSent) {
			response.writeHead(599, { 'content-type': 'text/plain' });
		}
		response.end('simulator error');
	}
}
