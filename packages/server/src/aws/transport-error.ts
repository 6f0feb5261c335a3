/** The connection, or what came over it, failed. Holds no part of a request or a body. */
export class TransportError extends Error {
	override readonly name = 'TransportError';
	readonly kind: 'connection' | 'truncated';
	/** The system's error code, as ECONNRESET. */
	readonly code: string;

	constructor(kind: 'connection' | 'truncated', code: string, message: string) {
		super(message);
		this.kind = kind;
		this.code = code;
	}
}

/** From whatever a socket threw: its code and host, nothing else. */
export function toConnectionError(error: unknown, host: string): TransportError {
	const code = error instanceof Error && 'code' in error ? String(error.code) : 'ConnectionFailed';
	return new TransportError('connection', code, `The connection to ${host} failed (${code}).`);
}
