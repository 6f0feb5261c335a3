import { mix, toHex8 } from './hash.ts';

const ROUNDS = 4;

/**
 * A keyed permutation of 64 bits (two 32-bit halves): ids look random, are unique by construction, and can be turned back
 * into the place they name without any table.
 */
export function permute(key: number, left: number, right: number): [number, number] {
	let a = left >>> 0;
	let b = right >>> 0;
	for (let round = 0; round < ROUNDS; round++) {
		const next = (a ^ mix(key + round, b)) >>> 0;
		a = b;
		b = next;
	}
	return [a, b];
}

export function unpermute(key: number, left: number, right: number): [number, number] {
	let a = left >>> 0;
	let b = right >>> 0;
	for (let round = ROUNDS - 1; round >= 0; round--) {
		const previous = (b ^ mix(key + round, a)) >>> 0;
		b = a;
		a = previous;
	}
	return [a, b];
}

/** `<prefix>-0` + 16 hex digits that `decodeId` reads back. */
export function encodeId(prefix: string, key: number, left: number, right: number): string {
	const [a, b] = permute(key, left, right);
	return `${prefix}-0${toHex8(a)}${toHex8(b)}`;
}

/** The two halves an id was made of, or undefined when the text cannot be such an id. */
export function decodeId(prefix: string, key: number, id: string): [number, number] | undefined {
	const digits = id.slice(prefix.length + 2);
	if (!id.startsWith(`${prefix}-0`) || !/^[0-9a-f]{16}$/.test(digits)) {
		return undefined;
	}
	return unpermute(key, Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8), 16));
}

/** A keyed permutation of 30 bits, for addresses that must not repeat. */
export function permute30(key: number, value: number): number {
	let a = (value >>> 15) & 0x7fff;
	let b = value & 0x7fff;
	for (let round = 0; round < ROUNDS; round++) {
		const next = (a ^ mix(key + round, b)) & 0x7fff;
		a = b;
		b = next;
	}
	return (a << 15) | b;
}
