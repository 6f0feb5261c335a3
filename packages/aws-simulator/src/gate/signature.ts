import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from '../http/messages.ts';

/** The Authorization header of Signature Version 4, taken apart. */
export interface Authorization {
	readonly accessKeyId: string;
	readonly date: string;
	readonly region: string;
	readonly service: string;
	readonly signedHeaders: readonly string[];
	readonly signature: string;
}

const HEADER =
	/^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

export function parseAuthorization(request: WireRequest): Authorization | undefined {
	const match = HEADER.exec(request.headers['authorization'] ?? '');
	if (match === null) {
		return undefined;
	}
	const [, accessKeyId = '', date = '', region = '', service = '', signedHeaders = '', signature = ''] = match;
	return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

function encode(text: string): string {
	return encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Order of code units; what is sorted here is percent-encoded ASCII. */
function compare(left: string, right: string): number {
	return Number(left > right) - Number(left < right);
}

function canonicalQuery(query: string): string {
	if (query === '') {
		return '';
	}
	const pairs = query.split('&').map((part) => {
		const cut = part.indexOf('=');
		return [
			encode(decode(cut < 0 ? part : part.slice(0, cut))),
			encode(cut < 0 ? '' : decode(part.slice(cut + 1))),
		] as const;
	});
	const order = (left: readonly [string, string], right: readonly [string, string]) =>
		compare(left[0], right[0]) || compare(left[1], right[1]);
	return pairs
		.sort(order)
		.map(([name, value]) => `${name}=${value}`)
		.join('&');
}

function hash(data: string | Buffer): string {
	return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
	return createHmac('sha256', key).update(text).digest();
}

const signingKeys = new Map<string, Buffer>();

function signingKey(secret: string, { date, region, service }: Authorization): Buffer {
	const name = `${secret}/${date}/${region}/${service}`;
	let key = signingKeys.get(name);
	if (key === undefined) {
		key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');
		if (signingKeys.size > 20_000) {
			signingKeys.clear();
		}
		signingKeys.set(name, key);
	}
	return key;
}

function payloadHash(request: WireRequest): string | undefined {
	const real = hash(request.body);
	const sent = request.headers['x-amz-content-sha256'];
	return sent === undefined || sent === real ? real : undefined;
}

/** Whether this very request was signed with this secret, with everything signed that must be. */
export function isSignatureRight(request: WireRequest, authorization: Authorization, secret: string): boolean {
	const sentAt = request.headers['x-amz-date'] ?? '';
	const { signedHeaders } = authorization;
	const needed = [
		'host',
		'x-amz-date',
		...(request.headers['x-amz-security-token'] === undefined ? [] : ['x-amz-security-token']),
	];
	const payload = payloadHash(request);
	const sorted = [...signedHeaders].sort().join(';') === signedHeaders.join(';');
	if (
		payload === undefined ||
		!sorted ||
		sentAt.slice(0, 8) !== authorization.date ||
		needed.some((name) => !signedHeaders.includes(name))
	) {
		return false;
	}
	const lines = signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`);
	const path = request.path
		.split('/')
		.map((part) => encode(part))
		.join('/');
	const canonical = [
		request.method,
		path,
		canonicalQuery(request.query),
		lines.join(''),
		signedHeaders.join(';'),
		payload,
	].join('\n');
	const scope = `${authorization.date}/${authorization.region}/${authorization.service}/aws4_request`;
	const expected = hmac(
		signingKey(secret, authorization),
		['AWS4-HMAC-SHA256', sentAt, scope, hash(canonical)].join('\n'),
	);
	return timingSafeEqual(expected, Buffer.from(authorization.signature, 'hex'));
}

/** `20261123T202159Z` in milliseconds; NaN for anything else. */
export function parseAmzDate(text: string): number {
	const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
	if (match === null) {
		return Number.NaN;
	}
	const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
	return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
