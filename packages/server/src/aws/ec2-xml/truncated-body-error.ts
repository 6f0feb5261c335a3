/**
 * A success status whose body is not a whole answer: cut, silent, broken gzip, not the XML it should be. Marked in
 * the SDK's own way (`$retryable`), so its retry repeats the call (the SDK alone would not repeat a cut body that came
 * with status 200); when the attempts are used up the caller gets this error, class *server* of `aws.md`.
 */
export class TruncatedBodyError extends Error {
	override readonly name = 'TruncatedBodyError';
	readonly $retryable = { throttling: false };
	/** Filled in by the protocol and the SDK's retry: status, request id, attempts. */
	$metadata: object | undefined;

	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
	}
}
