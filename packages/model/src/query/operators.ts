import type { FieldType, QueryField } from './fields.ts';
import type { Operator } from './query.ts';

const presence = ['exists', 'not_exists', 'unknown'] as const;
const membership = ['equals', 'not_equals', 'in', 'not_in'] as const;
const texts = ['equals', 'not_equals', 'contains', 'not_contains', 'like', 'not_like', 'in', 'not_in'] as const;

const operatorsByType: Readonly<Record<FieldType, readonly Operator[]>> = {
	text: [...texts, ...presence],
	named: [...texts, ...presence],
	number: [...membership, 'greater', 'less', 'between', ...presence],
	flag: ['equals', 'not_equals', ...presence],
	time: ['greater', 'less', 'between', ...presence],
	address: [...membership, 'between', ...presence],
};

/** What a field may be asked, in the order in which people are shown it. */
export function operatorsOf(field: QueryField): readonly Operator[] {
	// Objects without any text in them can only be there or not; their members are fields of their own.
	return field.members?.length === 0 ? presence : operatorsByType[field.type];
}

const positives: Partial<Record<Operator, Operator>> = {
	not_equals: 'equals',
	not_contains: 'contains',
	not_like: 'like',
	not_in: 'in',
	not_exists: 'exists',
};

/** The operator that a negative one denies; undefined for a positive one. */
export function positiveOf(operator: Operator): Operator | undefined {
	return positives[operator];
}

/** Whether an operator stands alone, without a value. */
export function isBare(operator: Operator): boolean {
	return operator === 'exists' || operator === 'not_exists' || operator === 'unknown';
}

/** As each is written in the text form. */
export const operatorTexts: Readonly<Record<Operator, string>> = {
	equals: '=',
	not_equals: '!=',
	contains: 'contains',
	not_contains: 'not contains',
	like: '~',
	not_like: '!~',
	in: 'in',
	not_in: 'not in',
	greater: '>',
	less: '<',
	between: 'between',
	exists: 'exists',
	not_exists: 'not exists',
	unknown: 'unknown',
};
