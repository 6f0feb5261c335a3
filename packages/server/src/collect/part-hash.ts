import { hash } from 'node:crypto';
import { attributesFedBy } from '@rollcall/model/asset/attribute.ts';
import { canonicalText } from '@rollcall/model/history/canonical.ts';
import type { Collection } from '#sources/kit/collection.ts';

/** Bytes of one part's SHA-256 within a record's hash. */
export const digestBytes = 32;

/** A part of a record: what one feeder knows of it. Part 0 is the primary listing, part k the k-th enrichment. */
export interface Part {
	readonly feeder: string;
	readonly names: readonly string[];
}

/** The parts of a collection's records, in the order of their digests. */
export function partsOf(collection: Collection<unknown>): readonly Part[] {
	const feeders = ['primary', ...collection.enrichments.map((enrichment) => enrichment.action)];
	return feeders.map((feeder) => ({ feeder, names: attributesFedBy(collection.attributes, feeder) }));
}

/** SHA-256 over the canonical text of one part. */
export function digestPart(part: Part, attributes: Readonly<Record<string, unknown>>): Buffer {
	return hash('sha256', canonicalText(attributes, part.names), 'buffer');
}

/** The digests of the parts read now, over those stored before; zeros stand for a part that was never read. */
export function mergeDigests(
	partCount: number,
	stored: Buffer | undefined,
	read: ReadonlyMap<number, Buffer>,
): { readonly hash: Buffer; readonly changed: boolean } {
	const merged = Buffer.alloc(partCount * digestBytes);
	stored?.copy(merged, 0, 0, merged.length);
	let changed = stored === undefined;
	for (const [index, digest] of read) {
		const at = index * digestBytes;
		if (!changed && digest.compare(merged, at, at + digestBytes) !== 0) changed = true;
		digest.copy(merged, at);
	}
	return { hash: merged, changed };
}
