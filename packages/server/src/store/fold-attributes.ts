import { fold } from '@rollcall/model/history/text.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** Attributes that are maps with names of the customer's own; names that fold alike must not hide one another. */
const maps: ReadonlySet<string> = new Set(['tags']);

/**
 * Those attributes whose folded form differs from the stored one, in that form: the same structure, but of a map the list
 * of its `[name, value]`. Nothing where none differs.
 */
export function foldAttributes(attributes: Attributes): Attributes | null {
	const folded: Record<string, unknown> = {};
	let differs = false;
	for (const [name, value] of Object.entries(attributes)) {
		const form = maps.has(name) ? foldMap(value) : foldValue(value);
		if (form === value) continue;
		folded[name] = form;
		differs = true;
	}
	return differs ? folded : null;
}

/** Names and values of a map, folded. */
export function foldedPairs(map: unknown): readonly (readonly [string, string])[] {
	if (typeof map !== 'object' || map === null) return [];
	return Object.entries(map).flatMap(([name, value]) => (typeof value === 'string' ? [[fold(name), fold(value)]] : []));
}

function foldMap(map: unknown): unknown {
	if (typeof map !== 'object' || map === null) return map;
	const isFolded = Object.entries(map).every(([name, value]) => fold(name) === name && foldValue(value) === value);
	return isFolded ? map : foldedPairs(map);
}

/** The very same value where nothing changes. */
function foldValue(value: unknown): unknown {
	if (typeof value === 'string') return fold(value);
	if (Array.isArray(value)) {
		const folded = value.map(foldValue);
		return folded.some((item, index) => item !== value[index]) ? folded : value;
	}
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value);
	const folded = entries.map(([name, item]): [string, unknown] => [name, foldValue(item)]);
	return folded.some(([, item], index) => item !== entries[index]?.[1]) ? Object.fromEntries(folded) : value;
}
