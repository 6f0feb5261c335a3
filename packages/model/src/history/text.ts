/**
 * Replaces what PostgreSQL text cannot hold: NUL and lone surrogates become U+FFFD (`inventory.md`, Pipeline).
 * Returns the very same string when nothing had to change, so callers can compare by identity.
 */
export function toStorableText(text: string): string {
	const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
	return wellFormed.includes('\u0000') ? wellFormed.replaceAll('\u0000', '\uFFFD') : wellFormed;
}

/**
 * The one folding for case-insensitive matching: NFC, then lower case, composed again because lower case can take a
 * composed form apart (J with caron has no capital of its own, ǰ has). Folding twice changes nothing.
 */
export function fold(text: string): string {
	return text.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Code-point order, the order of `COLLATE "C"` over UTF-8. JavaScript's own `<` compares UTF-16 units. */
export function compareCodePoints(left: string, right: string): number {
	const length = Math.min(left.length, right.length);
	for (let index = 0; index < length; index += 1) {
		const a = left.charCodeAt(index);
		const b = right.charCodeAt(index);
		if (a !== b) return surrogateLast(a) - surrogateLast(b);
	}
	return left.length - right.length;
}

/** Surrogates stand for code points above U+FFFF, so they sort after every other unit. */
function surrogateLast(unit: number): number {
	return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
