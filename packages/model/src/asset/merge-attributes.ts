import { attributesOfKind, untoldAttributesOf } from './attribute-tables.ts';
import type { UnknownMask } from './unknown.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** A record of an asset, as it is shown: with what is joined and derived. */
export interface ToldAttributes {
	/** Kind of its integration, as `iam.users`. */
	readonly kind: string;
	readonly attributes: Attributes;
	/** The whole mask. */
	readonly unknown: UnknownMask;
}

/**
 * What is shown of an asset that several records tell of, the primary first: lists are united, anything else is of the
 * first record that has it. An attribute is unknown as the record that is shown says, or where none has it, as any of
 * those says whose source tells it at all.
 */
export function mergeAttributes(records: readonly ToldAttributes[]): Omit<ToldAttributes, 'kind'> {
	const [only, ...more] = records;
	if (only !== undefined && more.length === 0) return { attributes: only.attributes, unknown: only.unknown };
	const attributes: Record<string, unknown> = {};
	const unknown: Record<string, UnknownMask[string]> = {};
	for (const name of new Set(
		records.flatMap((each) => [...Object.keys(each.attributes), ...Object.keys(each.unknown)]),
	)) {
		const having = records.filter((each) => Object.hasOwn(each.attributes, name));
		if (having.length > 0) attributes[name] = having.map((each) => each.attributes[name]).reduce(unite);
		const telling = records.filter(({ kind }) => tells(kind, name));
		const asked = having.length > 0 ? having.slice(0, 1) : telling.length > 0 ? telling : records;
		const reason = asked.find((each) => each.unknown[name] !== undefined)?.unknown[name];
		if (reason !== undefined) unknown[name] = reason;
	}
	return { attributes, unknown };
}

function tells(kind: string, name: string): boolean {
	return Object.hasOwn(attributesOfKind(kind), name) && !untoldAttributesOf(kind).includes(name);
}

function unite(first: unknown, next: unknown): unknown {
	if (!Array.isArray(first) || !Array.isArray(next)) return first;
	const known = new Set(first.map((item) => JSON.stringify(item)));
	return [...first, ...next.filter((item) => !known.has(JSON.stringify(item)))];
}
