import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { TransportError } from './transport-error.ts';

const unpack = promisify(gunzip);

/** Fifty times the largest page seen: only a hostile peer gets here. */
const maxBodyBytes = 512 * 1024 * 1024;

export interface ReadBodyOptions {
	readonly host: string;
	/** The `content-encoding` header. */
	readonly encoding: string | undefined;
	readonly signal: AbortSignal;
	/** Awaited before the first byte is read; the peer is held by back-pressure meanwhile. */
	readonly waitForTurn?: () => Promise<void>;
}

/** Reads a whole body, unpacked. Throws a TransportError when it ends early or does not unpack. */
export async function readBody(incoming: IncomingMessage, options: ReadBodyOptions): Promise<Uint8Array> {
	// Listened to from now on: a connection that breaks while we wait for our turn must not go unheard.
	const early: { error?: Error } = {};
	const remember = (error: Error): void => {
		early.error = error;
	};
	incoming.on('error', remember);
	try {
		await options.waitForTurn?.();
		if (early.error || incoming.destroyed) throw cutOff(options, early.error);
		const packed = await collect(incoming, options);
		if (!/^\s*(x-)?gzip\s*$/i.test(options.encoding ?? '') || packed.length === 0) return packed;
		return await unpack(packed, { maxOutputLength: maxBodyBytes }).catch(() => {
			throw new TransportError('truncated', 'TruncatedBody', 'The compressed answer does not unpack.');
		});
	} catch (error) {
		incoming.destroy();
		throw error;
	}
}

function collect(incoming: IncomingMessage, options: ReadBodyOptions): Promise<Uint8Array> {
	return new Promise((resolve, reject) => {
		const chunks: Uint8Array[] = [];
		let sizeBytes = 0;
		incoming.on('data', (chunk: Uint8Array) => {
			chunks.push(chunk);
			sizeBytes += chunk.length;
			if (sizeBytes > maxBodyBytes) incoming.destroy(new Error('body too large'));
		});
		let ended = false;
		incoming.on('end', () => {
			ended = true;
			const [only] = chunks;
			if (!incoming.complete) reject(cutOff(options));
			else resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks, sizeBytes));
		});
		incoming.on('error', (error) => reject(cutOff(options, error)));
		incoming.on('close', () => {
			if (!ended) reject(cutOff(options));
		});
	});
}

function cutOff(options: ReadBodyOptions, error?: Error): unknown {
	if (options.signal.aborted) return options.signal.reason;
	const code = error && 'code' in error ? String(error.code) : 'TruncatedBody';
	return new TransportError('truncated', code, `The answer of ${options.host} ended before it was whole (${code}).`);
}
