import { compareCodePoints } from '@rollcall/model/history/text.ts';

/**
 * The set of texts, in code-point order. Sorts the given array in place; undefined for none, because an empty set is
 * left out of a record.
 */
export function toSortedSet(texts: string[]): string[] | undefined {
	if (texts.length === 0) return undefined;
	if (texts.length === 1) return texts;
	texts.sort(compareCodePoints);
	let kept = 1;
	for (let index = 1; index < texts.length; index += 1) {
		const text = texts[index];
		if (text !== undefined && text !== texts[kept - 1]) {
			texts[kept] = text;
			kept += 1;
		}
	}
	texts.length = kept;
	return texts;
}

/** Order of two texts where either may be missing: missing ones last. */
export function compareOptional(left: string | undefined, right: string | undefined): number {
	if (left === right) return 0;
	if (left === undefined) return 1;
	if (right === undefined) return -1;
	return compareCodePoints(left, right);
}

/**
 * Sorts identified elements by id and then by their second text, and keeps the first of each id: which one is kept does
 * not depend on the order of arrival. Undefined for none.
 */
export function toSortedById<Element extends { readonly id: string }>(
	elements: Element[],
	second: (element: Element) => string | undefined,
): Element[] | undefined {
	if (elements.length === 0) return undefined;
	if (elements.length === 1) return elements;
	elements.sort((left, right) => compareCodePoints(left.id, right.id) || compareOptional(second(left), second(right)));
	return elements.filter((element, index) => index === 0 || element.id !== elements[index - 1]?.id);
}

/** Adds one entry to a map of any keys, `__proto__` included, which a plain assignment would take for the prototype. */
export function putEntry(map: Record<string, string>, key: string, value: string): void {
	if (key === '__proto__') {
		Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
	} else {
		map[key] = value;
	}
}
