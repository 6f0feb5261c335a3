import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestBytes, digestPart, mergeDigests } from './part-hash.ts';

const part = { feeder: 'primary', names: ['a', 'b'] };

describe('digests of the parts of a record', () => {
	it('does not depend on the order in which attributes were put together', () => {
		expect(digestPart(part, { a: 1, b: 'x' })).toEqual(digestPart(part, { b: 'x', a: 1 }));
	});

	it('takes absent, undefined and null for the same', () => {
		expect(digestPart(part, { a: 1, b: null })).toEqual(digestPart(part, { a: 1 }));
	});

	it('is not touched by attributes of another part', () => {
		expect(digestPart(part, { a: 1, elastic_ips: [] })).toEqual(digestPart(part, { a: 1 }));
	});

	it('says changed for a new record, and unchanged when the parts read now are the stored ones', () => {
		const primary = digestPart(part, { a: 1 });
		const first = mergeDigests(2, undefined, new Map([[0, primary]]));
		expect(first.changed).toBe(true);
		expect(mergeDigests(2, first.hash, new Map([[0, primary]])).changed).toBe(false);
	});

	it('keeps the digest of a part that was not read: what an enrichment could not read is no change', () => {
		const digest = fc.uint8Array({ minLength: digestBytes, maxLength: digestBytes }).map((bytes) => Buffer.from(bytes));
		fc.assert(
			fc.property(digest, digest, digest, (primary, enrichment, nextPrimary) => {
				const stored = mergeDigests(
					2,
					undefined,
					new Map([
						[0, primary],
						[1, enrichment],
					]),
				).hash;
				const merged = mergeDigests(2, stored, new Map([[0, nextPrimary]]));
				expect(merged.hash.subarray(digestBytes)).toEqual(enrichment);
				expect(merged.changed).toBe(!primary.equals(nextPrimary));
			}),
		);
	});
});
