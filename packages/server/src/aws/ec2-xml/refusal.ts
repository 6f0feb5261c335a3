/**
 * Thrown inside the reader at anything it does not know. It never leaves this folder: the decoders turn it into
 * `undefined`, and the caller takes the SDK's own deserialiser.
 */
export const refusal = new Error('not an EC2 answer this reader knows');

/** Ends the reading of this document. */
export function refuse(): never {
	throw refusal;
}
