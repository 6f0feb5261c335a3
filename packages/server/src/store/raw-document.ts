import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { documentDictionary1 } from './document-dictionary.ts';

/** By codec number, as stored beside the document: deflate (raw, level 1) against a dictionary of AWS's own words. */
const dictionaries: Readonly<Record<number, Buffer>> = { 1: Buffer.from(documentDictionary1) };

/** The codec of new documents. */
export const documentCodec = 1;

const options = {
	level: 1,
	memLevel: 8,
	windowBits: 14,
	// Smaller than half of the pool that Buffer takes it from: 3 µs less.
	chunkSize: 2048,
	dictionary: Buffer.from(documentDictionary1),
};

/** Measured on EC2's JSON, 3.5 kB: this 20 µs and 420–500 bytes; without dictionary 50 µs, zstd 40 µs and 1,200 bytes. */
export function compressDocument(json: string): Buffer {
	return deflateRawSync(json, options);
}

export function expandDocument(codec: number, document: Buffer): string {
	const dictionary = dictionaries[codec];
	if (!dictionary) throw new Error(`raw document of the unknown codec ${codec}`);
	return inflateRawSync(document, { dictionary }).toString('utf8');
}
