import { fold } from '@rollcall/model/history/text.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** Attributes that are maps with names of the customer's own; names that fold alike must not hide one another. */
const maps: ReadonlySet<string> = new Set(['tags']);

/**
 * Those attributes whose folded form the database cannot make by itself (`lower-ascii.ts`), in that form: the same
 * structure, but of a map the list of its `[name, value]`. Nothing where there is none, as nearly always.
 */
export function foldAttributes(attributes: Attributes): Attributes | null {
	const odd = Object.entries(attributes).filter(([name, value]) => (maps.has(name) ? isOddMap(value) : isOdd(value)));
	if (odd.length === 0) return null;
	return Object.fromEntries(odd.map(([name, value]) => [name, maps.has(name) ? foldedPairs(value) : foldValue(value)]));
}

/** Names and values of a map, folded. */
export function foldedPairs(map: unknown): readonly (readonly [string, string])[] {
	if (typeof map !== 'object' || map === null) return [];
	return Object.entries(map).flatMap(([name, value]) => (typeof value === 'string' ? [[fold(name), fold(value)]] : []));
}

function isOddMap(map: unknown): boolean {
	if (typeof map !== 'object' || map === null) return false;
	const names = Object.keys(map);
	return names.some((name) => !isAscii(name)) || Object.values(map).some(isOdd) || foldAlike(names);
}

function foldAlike(names: readonly string[]): boolean {
	return new Set(names.map(fold)).size < names.length;
}

function isOdd(value: unknown): boolean {
	if (typeof value === 'string') return !isAscii(value);
	if (Array.isArray(value)) return value.some(isOdd);
	return typeof value === 'object' && value !== null && Object.values(value).some(isOdd);
}

const notAscii = /\P{ASCII}/u;

function isAscii(text: string): boolean {
	return !notAscii.test(text);
}

function foldValue(value: unknown): unknown {
	if (typeof value === 'string') return fold(value);
	if (Array.isArray(value)) return value.map(foldValue);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, foldValue(item)]));
}
