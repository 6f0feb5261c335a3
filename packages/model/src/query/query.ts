import { z } from 'zod';

/**
 * The one grammar of API, screens, command line and saved queries (`inventory.md`, Queries). Its text form is in
 * `parse-text.ts` and `print-text.ts`; what fields and operators there are is checked by `check-query.ts`.
 */
export const entities = ['device', 'user', 'event'] as const;
export type Entity = (typeof entities)[number];

export const operators = [
	'equals',
	'not_equals',
	'contains',
	'not_contains',
	'like',
	'not_like',
	'in',
	'not_in',
	'greater',
	'less',
	'between',
	'exists',
	'not_exists',
	'unknown',
] as const;
export type Operator = (typeof operators)[number];

export type Scalar = string | number | boolean;
/** One value; the values of `in` and `not_in`; the two ends of `between`, both included. */
export type PlainValue = Scalar | readonly Scalar[];
/** A tag or a label by its name; without a value the name alone is asked for. */
export interface NamedValue {
	readonly name: string;
	readonly value?: PlainValue;
}
export type RuleValue = PlainValue | NamedValue;

/** A condition on one field. An asset meets it if one of its records does; a list if one of its elements does. */
export interface Rule {
	/** Absent: the entity that is asked for. Another one: what is related to it (`check-query.ts`). */
	readonly entity?: Entity;
	readonly field: string;
	readonly operator: Operator;
	readonly value?: RuleValue;
	/** `any`, the kind of a source as `iam.users`, or the id of an integration: only its records are looked at. */
	readonly scope?: string;
}

/** Without rules it is met by everything, whatever its combinator. */
export interface Query {
	readonly combinator: 'and' | 'or';
	readonly negate?: boolean;
	readonly rules: readonly (Rule | Query)[];
}

export function isQuery(node: Rule | Query): node is Query {
	return 'combinator' in node;
}

export function isNamedValue(value: RuleValue | undefined): value is NamedValue {
	return typeof value === 'object' && !isList(value);
}

export function isList(value: RuleValue | undefined): value is readonly Scalar[] {
	return Array.isArray(value);
}

export const everything: Query = { combinator: 'and', rules: [] };

/** What an asset is to a query: unknown is neither a match nor none (`rules.md`, Unknown). */
export type Verdict = 'true' | 'false' | 'unknown';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const plainValue = z.union([scalar, z.array(scalar)]);
const namedValue = z.strictObject({ name: z.string().min(1), value: plainValue.optional() });

export const ruleSchema = z.strictObject({
	entity: z.enum(entities).optional(),
	field: z.string().min(1),
	operator: z.enum(operators),
	value: z.union([plainValue, namedValue]).optional(),
	scope: z.string().min(1).optional(),
});

/** The shape alone; whether its fields exist and its values fit is `checkQuery`'s. */
export const querySchema: z.ZodType<Query> = z.lazy(() =>
	z.strictObject({
		combinator: z.enum(['and', 'or']),
		negate: z.boolean().optional(),
		rules: z.array(z.union([ruleSchema, querySchema])),
	}),
) as z.ZodType<Query>;
