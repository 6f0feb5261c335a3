/** One request, read to its end. Header names are in lower case. */
export interface WireRequest {
	readonly method: string;
	readonly path: string;
	readonly query: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

/** One answer. A body of pieces is made while it is sent, never held as a whole. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer | Iterable<Buffer>;
	/** Items in the page, for the log and the latency. */
	readonly items: number;
	readonly code?: string;
}

/** An error of AWS: thrown anywhere, rendered by the wire it happened on. */
export class ApiError extends Error {
	readonly status: number;
	readonly code: string;
	/** Further members of the error on the wire. */
	readonly details: Readonly<Record<string, string>>;

	constructor(status: number, code: string, message: string, details: Readonly<Record<string, string>> = {}) {
		super(message);
		this.name = 'ApiError';
		this.status = status;
		this.code = code;
		this.details = details;
	}
}

export function collectBody(body: Answer['body']): Buffer {
	return Buffer.isBuffer(body) ? body : Buffer.concat([...body]);
}
