/** Fast 32-bit mixing: everything in the world is drawn from it. Not cryptographic, but stable for ever. */
export function mix(left: number, right: number): number {
	let hash = Math.imul(left ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul((right + 0x7f4a7c15) | 0, 0xc2b2ae35);
	hash ^= hash >>> 15;
	hash = Math.imul(hash, 0x2c1b3c6d);
	hash ^= hash >>> 12;
	hash = Math.imul(hash, 0x297a2d39);
	hash ^= hash >>> 15;
	return hash >>> 0;
}

export function hashText(seed: number, text: string): number {
	let hash = seed ^ 0x811c9dc5;
	for (let index = 0; index < text.length; index++) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	}
	return mix(hash, text.length);
}

/** A number in [0, 1). */
export function toUnit(hash: number): number {
	return hash / 0x100000000;
}

const HEX: string[] = Array.from({ length: 0x10000 }, (_, value) => value.toString(16).padStart(4, '0'));
const BYTE: string[] = Array.from({ length: 0x100 }, (_, value) => value.toString(16).padStart(2, '0'));

export function toHex8(value: number): string {
	return `${HEX[value >>> 16]}${HEX[value & 0xffff]}`;
}

export function toHexByte(value: number): string {
	return BYTE[value & 0xff] ?? '00';
}

/** A 17-digit resource id as AWS draws them since 2016: `<prefix>-0` and 16 hex digits. */
export function toResourceId(prefix: string, hash: number): string {
	return `${prefix}-0${toHex8(hash)}${toHex8(mix(hash, 0x5bd1e995))}`;
}

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';

export function toAlphanumeric(hash: number, length: number): string {
	let text = '';
	let state = hash;
	for (let index = 0; index < length; index++) {
		state = mix(state, index);
		text += ALPHANUMERIC[state % 36];
	}
	return text;
}

export function pick<Item>(items: readonly Item[], hash: number): Item {
	const item = items[hash % items.length];
	if (item === undefined) {
		throw new Error('pick needs a non-empty list');
	}
	return item;
}

/** Picks from `[item, weight]` rows. */
export function pickWeighted<Item>(rows: readonly (readonly [Item, number])[], hash: number): Item {
	let total = 0;
	for (const row of rows) {
		total += row[1];
	}
	let rest = toUnit(hash) * total;
	for (const row of rows) {
		rest -= row[1];
		if (rest < 0) {
			return row[0];
		}
	}
	const last = rows.at(-1);
	if (last === undefined) {
		throw new Error('pickWeighted needs a non-empty list');
	}
	return last[0];
}
