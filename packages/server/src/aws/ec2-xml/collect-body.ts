import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { TruncatedBodyError } from './truncated-body-error.ts';

const inflate = promisify(gunzip);

/** Fifty times the largest page seen: only a hostile peer gets here. */
const maxInflatedBytes = 512 * 1024 * 1024;

export interface CollectOptions {
	/** The `content-encoding` header, if there was one. */
	readonly encoding: string | undefined;
	/** How long the peer may send nothing, in milliseconds. */
	readonly silenceMs: number;
}

/** Reads a whole response body, unpacked. Throws TruncatedBodyError if it ends early, falls silent or does not unpack. */
export async function collectBody(body: unknown, options: CollectOptions): Promise<Uint8Array> {
	const bytes = body instanceof Readable ? await collectStream(body, options.silenceMs) : toBytes(body);
	if (!/^\s*(x-)?gzip\s*$/i.test(options.encoding ?? '') || bytes.length === 0) return bytes;
	try {
		return await inflate(bytes, { maxOutputLength: maxInflatedBytes });
	} catch (error) {
		throw new TruncatedBodyError('the compressed body does not unpack', { cause: error });
	}
}

function toBytes(body: unknown): Uint8Array {
	if (body === undefined || body === null) return new Uint8Array();
	if (body instanceof Uint8Array) return body;
	throw new TypeError('a response body must be a stream of Node or bytes');
}

function collectStream(body: Readable, silenceMs: number): Promise<Uint8Array> {
	return new Promise((resolve, reject) => {
		const chunks: Uint8Array[] = [];
		const fail = (message: string, cause?: unknown): void => {
			clearTimeout(timer);
			reject(new TruncatedBodyError(message, cause === undefined ? {} : { cause }));
			body.destroy();
		};
		const timer = setTimeout(() => fail(`no byte of the body for ${silenceMs} ms`), silenceMs);
		body.on('error', (error) => fail('the connection broke within the body', error));
		// A body that was closed while we waited for our turn never speaks again.
		if (body.destroyed || body.readableEnded) {
			fail('the connection closed before the body was read', body.errored ?? undefined);
			return;
		}
		body.on('close', () => fail('the connection closed within the body'));
		body.on('end', () => {
			clearTimeout(timer);
			resolve(Buffer.concat(chunks));
		});
		body.on('data', (chunk: Uint8Array) => {
			chunks.push(chunk);
			timer.refresh();
		});
	});
}
