import { findField } from '@rollcall/model/query/fields.ts';
import type { FoundEvent } from '#compose/ports.ts';
import { toHarmless } from '../text/width.ts';
import { formatValue } from './values.ts';

const names: Readonly<Record<string, string>> = {
	SourceMembershipAdd: 'seen',
	SourceMembershipRemove: 'gone',
	AttributeValueAdd: 'added',
	AttributeValueRemove: 'removed',
	RecordStateChange: 'state',
	AssetMerge: 'merged',
	AssetSplit: 'split',
};

/** One word for a type of event. */
export function nameEvent(type: string): string {
	return Object.hasOwn(names, type) ? (names[type] ?? type) : type;
}

/** `2026-01-05 10:00:00`, in UTC as the title says. */
export function shortTime(at: string): string {
	return `${at.slice(0, 10)} ${at.slice(11, 19)}`;
}

/** An event for programs. */
export function presentEvent(event: FoundEvent): Record<string, unknown> {
	return {
		number: Number(event.number),
		at: event.at,
		type: event.type,
		asset: { id: event.assetId, type: event.assetType, name: event.assetName },
		source: event.source,
		integration: event.integrationId,
		execution: event.executionId,
		attribute: event.attribute,
		value: event.value,
	};
}

/** What happened, on one line. */
export function describeEvent(event: FoundEvent): string {
	const { type, source, value } = event;
	switch (type) {
		case 'SourceMembershipAdd':
			return `reported by ${source ?? 'a source'}`;
		case 'SourceMembershipRemove':
			return `no longer reported by ${source ?? 'a source'}`;
		case 'AttributeValueAdd':
			return `${attributeOf(event)}: + ${textOf(event)}`;
		case 'AttributeValueRemove':
			return `${attributeOf(event)}: − ${textOf(event)}`;
		default:
			return describeChange(value);
	}
}

/** `active → retired (absent)` where it is a change, else whatever the event tells. */
function describeChange(value: unknown): string {
	if (typeof value !== 'object' || value === null || !('to' in value)) return formatValue(value);
	const { from, to, reason, ...rest } = value as Readonly<Record<string, unknown>>;
	const why = reason === undefined || reason === null ? '' : ` (${formatValue(reason)})`;
	const more = Object.keys(rest).length === 0 ? '' : `, ${formatValue(rest)}`;
	return `${from === undefined ? '' : `${formatValue(from)} → `}${formatValue(to)}${why}${more}`;
}

/** Several events of one moment that say one thing. */
export interface Change {
	readonly at: string;
	readonly text: string;
	readonly events: readonly FoundEvent[];
}

/**
 * Events as people tell them, in their order: what one value of an attribute was and what it is now are two events of
 * one moment. Of a list each element that came or went stands for itself, but on one line.
 */
export function joinChanges(events: readonly FoundEvent[]): readonly Change[] {
	const groups = Map.groupBy(events, keyOf);
	return [...groups.values()].map((group) => ({ at: group[0]?.at ?? '', text: describeGroup(group), events: group }));
}

function keyOf(event: FoundEvent): string {
	const { at, type, attribute, integrationId, number } = event;
	const isValue = type === 'AttributeValueAdd' || type === 'AttributeValueRemove';
	return isValue && attribute !== null ? JSON.stringify([at, integrationId, attributeOf(event)]) : number;
}

function describeGroup(group: readonly FoundEvent[]): string {
	const [first] = group;
	if (first === undefined) return '';
	const removed = group.filter(({ type }) => type === 'AttributeValueRemove');
	const added = group.filter(({ type }) => type === 'AttributeValueAdd');
	const [from, to] = [removed[0], added[0]];
	if (from !== undefined && to !== undefined && group.length === 2 && !isListed(first)) {
		return `${attributeOf(first)}: ${textOf(from)} → ${textOf(to)}`;
	}
	if (removed.length + added.length === 0) return describeEvent(first);
	const parts = [...removed.map((each) => `− ${textOf(each)}`), ...added.map((each) => `+ ${textOf(each)}`)];
	return `${attributeOf(first)}: ${parts.join('  ')}`;
}

function isListed({ assetType, attribute }: FoundEvent): boolean {
	return assetType !== null && attribute !== null && findField(assetType, attribute)?.isList === true;
}

/** Of a tag with its name. */
function attributeOf({ attribute, value }: FoundEvent): string {
	const name = pairOf(attribute, value)?.name;
	return toHarmless(name === undefined ? (attribute ?? '') : `${attribute}.${name}`);
}

function textOf({ attribute, value }: FoundEvent): string {
	const pair = pairOf(attribute, value);
	return formatValue(pair === undefined ? value : pair.value);
}

/** The events of a map hold its pairs. */
function pairOf(
	attribute: string | null,
	value: unknown,
): { readonly name: string; readonly value: unknown } | undefined {
	if (attribute !== 'tags' || typeof value !== 'object' || value === null) return undefined;
	const name: unknown = Reflect.get(value, 'name');
	return typeof name === 'string' ? { name, value: Reflect.get(value, 'value') } : undefined;
}
