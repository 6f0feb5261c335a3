import { compareCodePoints } from '@rollcall/model/history/text.ts';
import { compareOptional, putEntry } from '#sources/kit/ordered.ts';
import { type Fields, mendText, type Notes, readObjects } from '#sources/kit/read-fields.ts';

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

/** Tags by which EKS names the cluster of a node, the reserved one first. */
const clusterKeys = ['aws:eks:cluster-name', 'eks:cluster-name'];
const ownedPrefix = 'kubernetes.io/cluster/';

/** The EKS cluster of a node; self-managed nodes carry it in the key of a tag whose value is `owned`. */
export function findCluster(tags: TagMap): string | undefined {
	const named = findFirstTag(tags, clusterKeys);
	if (named !== undefined) return named;
	for (const key in tags) {
		if (key.startsWith(ownedPrefix) && tags[key] === 'owned') return key.slice(ownedPrefix.length) || undefined;
	}
	return undefined;
}

/** The launch template as EC2 itself tags its instances. */
export function findLaunchTemplate(tags: TagMap): { id: string; version?: string } | undefined {
	const id = findTag(tags, 'aws:ec2launchtemplate:id');
	if (id === undefined) return undefined;
	const version = findTag(tags, 'aws:ec2launchtemplate:version');
	return version === undefined ? { id } : { id, version };
}
