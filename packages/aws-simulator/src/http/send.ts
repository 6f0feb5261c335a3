import type { ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import type { FaultRule } from '../faults/rules.ts';
import { type Answer, collectBody } from './messages.ts';

const SMALL_BYTES = 60 * 1024;

/** Resolves when the stream takes more, or when the peer has gone. Leaves no listener behind. */
function drained(stream: NodeJS.EventEmitter, response: ServerResponse): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			stream.off('drain', done);
			response.off('close', done);
			resolve();
		};
		stream.on('drain', done);
		response.on('close', done);
	});
}

/** Writes pieces no faster than they are read. Answers the bytes written. */
async function writePieces(
	response: ServerResponse,
	pieces: Iterator<Buffer>,
	first: readonly Buffer[],
): Promise<number> {
	let bytes = 0;
	const write = async (piece: Buffer) => {
		bytes += piece.length;
		if (!response.write(piece) && !response.destroyed) {
			await drained(response, response);
		}
	};
	for (const piece of first) {
		await write(piece);
	}
	for (let next = pieces.next(); next.done !== true && !response.destroyed; next = pieces.next()) {
		await write(next.value);
	}
	response.end();
	return bytes;
}

async function sendGzip(response: ServerResponse, answer: Answer): Promise<number> {
	response.writeHead(answer.status, { ...answer.headers, 'content-encoding': 'gzip' });
	const gzip = createGzip({ level: 1 });
	gzip.pipe(response);
	let bytes = 0;
	for (const piece of Buffer.isBuffer(answer.body) ? [answer.body] : answer.body) {
		bytes += piece.length;
		if (!gzip.write(piece) && !response.destroyed) {
			await drained(gzip, response);
		}
		if (response.destroyed) {
			break;
		}
	}
	gzip.end();
	return bytes;
}

/** Sends an answer as it is: small ones with their length, large ones in chunks while they are made. Answers the bytes before compression. */
export async function sendAnswer(response: ServerResponse, answer: Answer, gzip: boolean): Promise<number> {
	if (gzip && answer.status === 200) {
		return sendGzip(response, answer);
	}
	if (Buffer.isBuffer(answer.body)) {
		response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
		response.end(answer.body);
		return answer.body.length;
	}
	const pieces = answer.body[Symbol.iterator]();
	const first: Buffer[] = [];
	let size = 0;
	while (size < SMALL_BYTES) {
		const next = pieces.next();
		if (next.done === true) {
			const body = first.length === 1 && first[0] !== undefined ? first[0] : Buffer.concat(first);
			response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
			response.end(body);
			return body.length;
		}
		first.push(next.value);
		size += next.value.length;
	}
	response.writeHead(answer.status, answer.headers);
	return writePieces(response, pieces, first);
}

function reset(response: ServerResponse): void {
	response.socket?.resetAndDestroy();
}

const GARBAGE =
	'<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

/** Sends an answer the way this fault spoils it. Undefined when the fault does not concern the sending. */
export async function sendSpoiled(
	response: ServerResponse,
	answer: Answer,
	rule: FaultRule,
	wait: (ms: number) => Promise<void>,
): Promise<{ bytes: number; status: number } | undefined> {
	switch (rule.fault) {
		case 'reset':
			reset(response);
			return { bytes: 0, status: -1 };
		case 'silent':
			await wait(rule.silentMs ?? 120_000);
			reset(response);
			return { bytes: 0, status: -2 };
		case 'garbage':
			response.writeHead(502, { 'content-type': 'text/html', 'content-length': GARBAGE.length });
			response.end(GARBAGE);
			return { bytes: GARBAGE.length, status: 502 };
		case 'reset_mid_body':
		case 'truncated_body': {
			const body = collectBody(answer.body);
			const part = body.subarray(0, Math.max(1, Math.floor(body.length * 0.6)));
			response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
			await new Promise<void>((resolve) => response.write(part, () => resolve()));
			if (rule.fault === 'reset_mid_body') {
				reset(response);
			} else {
				response.socket?.end();
			}
			return { bytes: part.length, status: answer.status };
		}
		case 'cut_body': {
			const body = collectBody(answer.body);
			const part = body.subarray(0, Math.floor(body.length * 0.6));
			response.writeHead(answer.status, { ...answer.headers, 'content-length': part.length });
			response.end(part);
			return { bytes: part.length, status: answer.status };
		}
		case 'drip': {
			const body = collectBody(answer.body);
			response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
			for (let step = 0; step < 8 && !response.destroyed; step++) {
				response.write(body.subarray(Math.floor((body.length * step) / 8), Math.floor((body.length * (step + 1)) / 8)));
				await wait((rule.delayMs ?? 500) / 8);
			}
			response.end();
			return { bytes: body.length, status: answer.status };
		}
		default:
			return undefined;
	}
}
