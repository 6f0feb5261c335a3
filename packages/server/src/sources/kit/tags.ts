import { compareCodePoints } from '@rollcall/model/history/text.ts';
import { compareOptional, putEntry } from './ordered.ts';
import { type Fields, mendText, type Notes, readObjects } from './read-fields.ts';

/** AWS tags as a map: keys in code-point order, values verbatim (an empty value is a value). */
export type TagMap = Readonly<Record<string, string>>;

const noTags: TagMap = Object.freeze({});

/** The map of a tag list of AWS. A key that stands twice keeps its smallest value, whatever the order of arrival. */
export function readTags(fields: Fields, name: string, notes: Notes): TagMap {
	const elements = readObjects(fields, name, notes);
	if (elements.length === 0) return noTags;
	const pairs: { readonly key: string; readonly value: string }[] = [];
	for (const { Key: key, Value: value } of elements) {
		if (typeof key === 'string' && (typeof value === 'string' || value === undefined || value === null)) {
			pairs.push({ key: mendText(key, 'a tag', notes), value: mendText(value ?? '', 'a tag', notes) });
		} else {
			notes.push('a tag is not text and was left out');
		}
	}
	pairs.sort((left, right) => compareCodePoints(left.key, right.key) || compareOptional(left.value, right.value));
	const tags: Record<string, string> = {};
	let previous: string | undefined;
	for (const { key, value } of pairs) {
		if (key === previous) notes.push('a tag key stands twice; one value was kept');
		else putEntry(tags, key, value);
		previous = key;
	}
	return tags;
}

/** Value of one tag; undefined where the tag is missing or its value is empty. */
export function findTag(tags: TagMap, key: string): string | undefined {
	const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
	return value === '' ? undefined : value;
}

/** Value of the first of several tags that has one. */
export function findFirstTag(tags: TagMap, keys: readonly string[]): string | undefined {
	for (const key of keys) {
		const value = findTag(tags, key);
		if (value !== undefined) return value;
	}
	return undefined;
}
