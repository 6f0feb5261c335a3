import { isIP } from 'node:net';
import { enrichedPartsOf } from '@rollcall/model/asset/attribute-tables.ts';
import type { AssetType } from '@rollcall/model/asset/record-state.ts';
import { fold } from '@rollcall/model/history/text.ts';
import { formatAddress, parseAddress } from '@rollcall/model/query/addresses.ts';
import { wasRead } from './asset-standing.ts';
import { foldAttributes, foldedPairs } from './fold-attributes.ts';
import type { ProjectedColumn, ProjectedRecord } from './projection.ts';
import { listTermedFields, presentTerm, tagNameTerm, tagTerm, termOf, untoldTerm } from './terms.ts';

/** An attribute as it is. */
export function attributeColumn(name: string, type: ProjectedColumn['type'] = 'text'): ProjectedColumn {
	return { name, type, value: ({ attributes }) => attributes[name] };
}

/** Anything that is no address stays in the attributes and out of the column. IPv4-mapped IPv6 is IPv4. */
export function addressColumn(name: string): ProjectedColumn {
	return {
		name,
		type: 'inet[]',
		value: ({ attributes: { [name]: value } }) => (Array.isArray(value) ? value.flatMap(readAddress) : undefined),
	};
}

function readAddress(item: unknown): readonly string[] {
	if (typeof item !== 'string') return [];
	if (!item.includes(':')) return isIP(item) === 0 ? [] : [item];
	const address = parseAddress(item);
	return address === undefined ? [] : [formatAddress(address)];
}

/** The columns every projection ends with. */
export function commonColumns(type: AssetType): readonly ProjectedColumn[] {
	return [
		{ name: 'terms', type: 'bigint[]', value: (record) => listTerms(type, record) },
		{ name: 'folded', type: 'jsonb', value: foldRecord },
	];
}

/** The id of the record beside its attributes: what is asked of it is asked of its folded form, too. */
function foldRecord({ attributes, nativeId }: ProjectedRecord): Readonly<Record<string, unknown>> | null {
	const id = foldAttributes({ native_id: nativeId });
	const folded = foldAttributes(attributes);
	return id === null ? folded : { ...folded, ...id };
}

/** What the record itself does not tell, parts that were never read included. */
function untoldByRecord({ unknown, hash, kind }: ProjectedRecord): Iterable<string> {
	const names = new Set(Object.keys(unknown));
	for (const { part, attributes } of enrichedPartsOf(kind)) {
		if (wasRead(hash, part)) continue;
		for (const name of attributes) names.add(name);
	}
	return names;
}

function listTerms(type: AssetType, record: ProjectedRecord): readonly string[] {
	const { attributes, nativeId } = record;
	// Of a device its instance id says the same, and that has an index of its own.
	const terms: string[] = type === 'user' ? [termOf('native_id', fold(nativeId)), ...listPresent(attributes)] : [];
	for (const name of untoldByRecord(record)) terms.push(untoldTerm(name));
	for (const field of listTermedFields(type)) {
		for (const value of textsOf(attributes, field)) terms.push(termOf(field, fold(value)));
	}
	for (const [name, value] of foldedPairs(attributes['tags'])) terms.push(tagNameTerm(name), tagTerm(name, value));
	return [...new Set(terms)];
}

/** Of users most attributes have no column; of devices a term for each of forty would double what is indexed. */
function listPresent(attributes: ProjectedRecord['attributes']): readonly string[] {
	const isEmpty = (name: string, value: unknown): boolean =>
		value === undefined ||
		(Array.isArray(value) ? value.length === 0 : name === 'tags' && foldedPairs(value).length === 0);
	// The database gives them in another order than the source did.
	const names = Object.keys(attributes).sort();
	return names.filter((name) => !isEmpty(name, attributes[name])).map(presentTerm);
}

/** All texts of an attribute, or of one member of what it holds (`groups.name`). */
export function textsOf(attributes: ProjectedRecord['attributes'], field: string): readonly string[] {
	const [name = '', member] = field.split('.');
	const value = attributes[name];
	const items: readonly unknown[] = Array.isArray(value) ? value : [value];
	return items.flatMap((item) => {
		const text = member !== undefined && typeof item === 'object' && item !== null ? Reflect.get(item, member) : item;
		return typeof text === 'string' ? [text] : [];
	});
}
