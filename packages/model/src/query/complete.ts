import { kindsOf, takesScope } from './check-rule.ts';
import { fieldsOf, findField, type QueryField } from './fields.ts';
import { findFault } from './parse-text.ts';
import { type Entity, entities } from './query.ts';
import { readTrailingWord, writeText } from './scan-text.ts';
import type { Slot } from './text-reader.ts';

export interface Completion {
	/** As it is written into the text. */
	readonly text: string;
	readonly kind: 'field' | 'operator' | 'value' | 'scope' | 'sign';
	/** One line for people. */
	readonly meaning?: string;
}

export interface Completions {
	/** Column from which on, up to that of the cursor, a completion takes the place of what is there. */
	readonly from: number;
	readonly items: readonly Completion[];
}

/**
 * What may stand where the cursor is, what begins as what is typed there first. Nothing where the text before it is wrong.
 *
 * @param column of the cursor, counted in code points from 1: the one before which it stands
 */
export function completeQuery(text: string, column: number, entity: Entity): Completions {
	const before = [...text].slice(0, column - 1).join('');
	const typed = readTrailingWord(before);
	const head = before.slice(0, before.length - typed.length);
	const slot = findSlot(head, entity);
	const sign = slot?.kind === 'field' ? typed.lastIndexOf('@') : -1;
	if (sign >= 0) {
		const scopes = offerScopes(typed.slice(0, sign), entity);
		return arrange(before, typed.slice(sign + 1), scopes);
	}
	return arrange(before, typed, slot === undefined ? [] : offer(slot, typed, entity));
}

/** What is missing at the end of a text; undefined where it is wrong before its end. */
function findSlot(head: string, entity: Entity): (Slot & { readonly expected: readonly string[] }) | undefined {
	if (head.trim() === '') return { kind: 'field', expected: [] };
	const fault = findFault(head, entity);
	if (fault === undefined) return { kind: 'join', expected: ['and', 'or'] };
	return fault.at === head.length ? { ...fault.slot, expected: fault.expected } : undefined;
}

function arrange(before: string, typed: string, offered: readonly Completion[]): Completions {
	const wanted = typed.toLowerCase();
	const rankOf = ({ text }: Completion): number => {
		const at = text.toLowerCase().indexOf(wanted);
		return at === 0 ? 0 : at > 0 ? 1 : 2;
	};
	const items = offered.filter((item) => rankOf(item) < 2).toSorted((left, right) => rankOf(left) - rankOf(right));
	return { from: [...before].length - [...typed].length + 1, items };
}

function offer(
	slot: Slot & { readonly expected: readonly string[] },
	typed: string,
	entity: Entity,
): readonly Completion[] {
	switch (slot.kind) {
		case 'field':
			return offerFields(typed, entity);
		case 'operator':
			return slot.expected.map((text) => ({ text, kind: 'operator' }));
		case 'value':
			return offerValues(slot.field);
		case 'sign':
		case 'join':
			return slot.expected.map((text) => ({ text, kind: 'sign' }));
		default:
			return [];
	}
}

/** Fields of the entity; those of another one once its prefix is there. */
function offerFields(typed: string, entity: Entity): readonly Completion[] {
	const prefix = entities.find((other) => typed.startsWith(`${other}.`));
	const own = fieldsOf(prefix ?? entity).flatMap((field) =>
		offerField(field, prefix === undefined ? '' : `${prefix}.`),
	);
	if (prefix !== undefined) return own;
	const related = entities.filter((other) => other !== entity);
	return [
		...own,
		...related.map((other): Completion => ({ text: `${other}.`, kind: 'field', meaning: `A related ${other}` })),
		{ text: 'not', kind: 'sign' },
		{ text: '(', kind: 'sign' },
	];
}

function offerField({ name, type, meaning }: QueryField, prefix: string): readonly Completion[] {
	const field: Completion = { text: `${prefix}${name}`, kind: 'field', meaning };
	return type === 'named' ? [{ ...field, text: `${field.text}.` }, field] : [field];
}

function offerScopes(reference: string, entity: Entity): readonly Completion[] {
	const prefix = entities.find((other) => reference.startsWith(`${other}.`));
	const path = prefix === undefined ? reference : reference.slice(prefix.length + 1);
	const field = findField(prefix ?? entity, path) ?? findField(prefix ?? entity, path.split('.')[0] ?? '');
	if (field === undefined || !takesScope(field)) return [];
	return ['any', ...kindsOf(field.entity)].map((text) => ({ text, kind: 'scope' }));
}

const moments = ['now', 'now-1h', 'now-1d', 'now-7d', 'now-30d', 'now-90d', 'now/d'];

/** All that are known; of times some. */
function offerValues(field: QueryField | undefined): readonly Completion[] {
	const known = field?.values ?? (field?.type === 'flag' ? ['true', 'false'] : field?.type === 'time' ? moments : []);
	const write = field?.type === 'text' ? writeText : (text: string) => text;
	return known.map((text) => ({ text: write(text), kind: 'value' }));
}
