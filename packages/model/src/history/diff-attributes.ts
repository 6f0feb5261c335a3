import { z } from 'zod';
import { assetKinds, attributesOfKind } from '../asset/attribute-tables.ts';
import type { AttributeValues } from '../asset/derived.ts';
import { canonicalJson } from './canonical-json.ts';
import { compareCodePoints } from './text.ts';

/** One value that a tracked attribute lost or gained. Of a map (tags) the value is `{ name, value }`. */
export interface AttributeChange {
	readonly type: 'AttributeValueRemove' | 'AttributeValueAdd';
	readonly attribute: string;
	readonly value: unknown;
}

/** How the values of an attribute are told apart: elements of a set, pairs of a map, or the one value there is. */
type Shape = 'set' | 'map' | 'single';

interface TrackedAttribute {
	readonly name: string;
	readonly shape: Shape;
}

const trackedByKind: ReadonlyMap<string, readonly TrackedAttribute[]> = new Map(
	assetKinds.map((kind) => [
		kind,
		Object.entries(attributesOfKind(kind))
			.filter(([, { tracked }]) => tracked)
			.map(([name, { schema }]) => ({ name, shape: shapeOf(schema) })),
	]),
);

function shapeOf(schema: z.ZodType): Shape {
	if (schema instanceof z.ZodArray) return 'set';
	return schema instanceof z.ZodRecord ? 'map' : 'single';
}

function trackedOf(kind: string): readonly TrackedAttribute[] {
	const tracked = trackedByKind.get(kind);
	if (tracked === undefined) throw new Error(`there are no attributes of ${kind}`);
	return tracked;
}

/**
 * What the events of a changed record say (`inventory.md`, Events): every value that its tracked attributes lost and
 * gained. Lists are sets, so their order is no change; an empty list or map is as good as an absent one. Attributes
 * stand in schema order, of each what it lost before what it gained, both in the order of `compareValues`.
 */
export function diffAttributes(
	kind: string,
	before: AttributeValues,
	after: AttributeValues,
): readonly AttributeChange[] {
	const changes: AttributeChange[] = [];
	for (const { name, shape } of trackedOf(kind)) {
		const old = before[name];
		const now = after[name];
		if (!isEvidentlySame(old, now)) pushChanges(changes, name, valuesOf(shape, old, now), valuesOf(shape, now, old));
	}
	return changes;
}

/** The short way for what did not change, which is nearly everything; false says nothing. */
function isEvidentlySame(old: unknown, now: unknown): boolean {
	if (old === now) return true;
	if (!Array.isArray(old) || !Array.isArray(now) || old.length !== now.length) return false;
	return old.every((element, index) => element === now[index]) || JSON.stringify(old) === JSON.stringify(now);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}

function pushChanges(changes: AttributeChange[], attribute: string, old: Values, now: Values): void {
	for (const value of missingFrom(now, old)) changes.push({ type: 'AttributeValueRemove', attribute, value });
	for (const value of missingFrom(old, now)) changes.push({ type: 'AttributeValueAdd', attribute, value });
}

function missingFrom(others: Values, values: Values): readonly unknown[] {
	return sortValues([...values].filter(([key]) => !others.has(key)));
}

/** The values of one attribute by their canonical JSON. */
type Values = ReadonlyMap<string, unknown>;

const noValues: Values = new Map();

/** Those that `other`, the attribute's other side, evidently shares may be left out. */
function valuesOf(shape: Shape, value: unknown, other?: unknown): Values {
	if (value === undefined || value === null) return noValues;
	return new Map(elementsOf(shape, value, other).map((element) => [canonicalJson(element), element]));
}

function elementsOf(shape: Shape, value: unknown, other: unknown): readonly unknown[] {
	if (shape === 'set' && Array.isArray(value)) return value;
	if (shape !== 'map' || !isObject(value)) return [value];
	const others = isObject(other) ? other : {};
	return Object.entries(value)
		.filter(([name, inner]) => others[name] !== inner)
		.map(([name, inner]) => ({ name, value: inner }));
}

function sortValues(values: [string, unknown][]): readonly unknown[] {
	if (values.length > 1) values.sort(compareValues);
	return values.map(([, value]) => value);
}

/** Texts by code points, as `convert` sorts them; everything else by its canonical JSON. */
function compareValues([leftKey, left]: [string, unknown], [rightKey, right]: [string, unknown]): number {
	if (typeof left === 'string' && typeof right === 'string') return compareCodePoints(left, right);
	return compareCodePoints(leftKey, rightKey);
}

/**
 * The tracked attributes alone, in schema order, sets sorted and without doubles, what is absent or empty left out: two
 * images of a record are equal in this form exactly when there is no event between them.
 */
export function trackedAttributes(kind: string, attributes: AttributeValues): AttributeValues {
	return applyChanges(kind, attributes, []);
}

/** The inverse of `diffAttributes`: what the changes made of the attributes, in the form of `trackedAttributes`. */
export function applyChanges(
	kind: string,
	before: AttributeValues,
	changes: readonly AttributeChange[],
): AttributeValues {
	const changesOf = Map.groupBy(changes, ({ attribute }) => attribute);
	const entries: [string, unknown][] = [];
	for (const { name, shape } of trackedOf(kind)) {
		const values = new Map(valuesOf(shape, before[name]));
		for (const { type, value } of changesOf.get(name) ?? []) {
			if (type === 'AttributeValueRemove') values.delete(canonicalJson(value));
			else values.set(canonicalJson(value), value);
		}
		if (values.size > 0) entries.push([name, fromValues(shape, sortValues([...values]))]);
	}
	return Object.fromEntries(entries);
}

function fromValues(shape: Shape, elements: readonly unknown[]): unknown {
	if (shape === 'single') return elements[0];
	return shape === 'set' ? elements : Object.fromEntries(elements.map(toPair));
}

/** `Object.fromEntries` takes any name for a name of its own, `__proto__` too. */
function toPair(element: unknown): [string, unknown] {
	const pair = z.object({ name: z.string(), value: z.unknown() }).parse(element);
	return [pair.name, pair.value];
}
