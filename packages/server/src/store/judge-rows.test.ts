import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeHash } from './judge-rows.ts';

const parts = 3;
const digest = fc.integer({ min: 1, max: 255 }).map((byte) => Buffer.alloc(32, byte));
const digests = fc.array(digest, { minLength: parts, maxLength: parts });
const partsRead = fc.subarray([0, 1, 2], { minLength: 1 });
const part = (hash: Buffer, index: number) => hash.subarray(index * 32, index * 32 + 32);

test('a part that was read has the given digest, another the stored one', () => {
	fc.assert(
		fc.property(digests, digests, partsRead, (stored, given, read) => {
			const merged = mergeHash(Buffer.concat(stored), { hash: Buffer.concat(given), partsRead: read });
			const expected = stored.map((before, index) => (read.includes(index) ? given[index] : before));
			expect(Array.from({ length: parts }, (_, index) => part(merged, index))).toEqual(expected);
		}),
	);
});

test('a part that was never read is zeros, also where the stored hash has fewer parts', () => {
	fc.assert(
		fc.property(fc.option(digest), digests, (stored, given) => {
			const merged = mergeHash(stored, { hash: Buffer.concat(given), partsRead: [1] });
			expect(part(merged, 0)).toEqual(stored ?? Buffer.alloc(32));
			expect(part(merged, 1)).toEqual(given[1]);
			expect(part(merged, 2)).toEqual(Buffer.alloc(32));
		}),
	);
});
