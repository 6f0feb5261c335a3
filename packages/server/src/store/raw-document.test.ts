import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentDictionary1 } from './document-dictionary.ts';
import { compressDocument, documentCodec, expandDocument } from './raw-document.ts';

test('the dictionary of stored documents never changes', () => {
	expect(hash('sha256', documentDictionary1)).toBe('b38b6ed50ee225711cf19086c6d1a1edf0c9db431864c1a370ce06dfa5ed050e');
});

test('any document comes back as it was', () => {
	fc.assert(
		fc.property(fc.json(), (json) => {
			expect(expandDocument(documentCodec, compressDocument(json))).toBe(json);
		}),
	);
	expect(() => expandDocument(99, Buffer.alloc(1))).toThrow(/codec 99/);
});
