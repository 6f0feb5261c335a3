import { type Answer, ApiError } from '../../http/messages.ts';
import { makeRequestId } from '../request-id.ts';
import type { Call } from '../wire.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const PIECE_BYTES = 64 * 1024;

/** Makes the document piece by piece: with hundreds of slow readers only a piece of each answer is in memory. */
function* makePieces(action: string, requestId: string, parts: Iterable<string>): Generator<Buffer> {
	let piece = Buffer.allocUnsafe(PIECE_BYTES);
	let used = 0;
	const document = function* (): Generator<string> {
		yield `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${NAMESPACE}">\n    <requestId>${requestId}</requestId>`;
		yield* parts;
		yield `\n</${action}Response>`;
	};
	for (const text of document()) {
		const length = Buffer.byteLength(text);
		if (used + length > piece.length) {
			if (used > 0) {
				yield piece.subarray(0, used);
			}
			piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, length));
			used = 0;
		}
		// Nearly all of it is ASCII, which Latin-1 copies as it is.
		used += piece.write(text, used, length === text.length ? 'latin1' : 'utf8');
	}
	yield piece.subarray(0, used);
}

export function answerEc2(call: Call, items: number, parts: Iterable<string>): Answer {
	const requestId = makeRequestId(call.serial);
	const headers = {
		'content-type': 'text/xml;charset=UTF-8',
		'x-amzn-requestid': requestId,
		'cache-control': 'no-cache, no-store',
	};
	return { status: 200, headers, body: makePieces(call.action, requestId, parts), items };
}

/**
 * `DryRun` asks whether the call would be allowed, and nothing is looked up for it. It is called after the gate (what is
 * not allowed is refused in the same words as without it) and after the checks of the parameters' form, but before
 * anything that has to exist is looked for. In which order AWS itself has the last two is not documented.
 */
export function refuseDryRun(call: Call): void {
	if (call.parameters.get('DryRun') === 'true') {
		throw new ApiError(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
	}
}

/**
 * MaxResults of the paged EC2 calls: 5 to 1000, refused in AWS's own words, which say one less. Undefined when it was not
 * sent. AWS itself gives a page of 1,000 to some calls that ask for more; a client that counts on it is told here.
 */
export function readMaxResults(call: Call): number | undefined {
	const text = call.parameters.get('MaxResults');
	if (text === undefined) {
		return undefined;
	}
	const value = Number(text);
	if (!Number.isInteger(value) || value < 5 || value > 1000) {
		throw new ApiError(
			400,
			'InvalidParameterValue',
			`Value ( ${text} ) for parameter maxResults is invalid. Expecting a value ${value > 1000 ? 'less than 1000' : 'greater than 5'}.`,
		);
	}
	return value;
}
