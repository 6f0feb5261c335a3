import type { QueryField } from './fields.ts';
import type { Entity } from './query.ts';

/**
 * A query whose fields exist and whose values fit: all that evaluation in memory and the compiler to SQL need. Relative
 * times are resolved, texts are folded, negated operators have become `not` around a positive test.
 */
export interface CheckedQuery {
	readonly entity: Entity;
	/** Whether a rule asks for `states`: then retired assets are looked at too, else only live ones. */
	readonly asksForStates: boolean;
	readonly root: CheckedNode;
	/** What a person should know of how the query was read, as host bits that were cleared. */
	readonly notices: readonly string[];
}

export type CheckedNode =
	/** Without nodes: true for everything, either way. */
	| { readonly kind: 'and' | 'or'; readonly nodes: readonly CheckedNode[] }
	| { readonly kind: 'not'; readonly node: CheckedNode }
	| CheckedRule;

export interface CheckedRule {
	readonly kind: 'rule';
	/** Of the entity that is asked for, or of a related one. */
	readonly field: QueryField;
	/** Null: any record. */
	readonly scope: RecordScope | null;
	readonly test: Test;
}

export type RecordScope =
	| { readonly kind: string; readonly integrationId?: never }
	| { readonly integrationId: string; readonly kind?: never };

/** A positive test of one value; of a list, of each element. */
export type Test =
	| TextTest
	| { readonly op: 'flag'; readonly value: boolean }
	| { readonly op: 'numbers'; readonly numbers: readonly number[] }
	/** Strictly above `above` and below `below`, or from `from` to `to` with both. */
	| {
			readonly op: 'number_range';
			readonly above?: number;
			readonly below?: number;
			readonly from?: number;
			readonly to?: number;
	  }
	/** `after` and `before` themselves do not match, `from` does; ISO 8601 with three decimals and Z. */
	| {
			readonly op: 'time_range';
			readonly after?: string;
			readonly from?: string;
			/** The last moment that matches. */
			readonly until?: string;
			readonly before?: string;
	  }
	/** Any of these ranges holds the address; both ends are in it, of one family, in canonical text. */
	| { readonly op: 'addresses'; readonly ranges: readonly AddressRange[] }
	/** A map has this name and, unless null, its value meets the test. */
	| { readonly op: 'named'; readonly name: string; readonly test: TextTest | null }
	/** There is a value; of a list or map at least one. An empty text is a value. */
	| { readonly op: 'exists' }
	/** The mask names the attribute (`rules.md`, Unknown). Never unknown itself. */
	| { readonly op: 'unknown' };

/** On the folded value. */
export type TextTest =
	| { readonly op: 'texts'; readonly texts: readonly string[] }
	/** `*` is any text, also none; everything else stands for itself. The whole value must fit. */
	| { readonly op: 'like'; readonly pattern: string }
	| { readonly op: 'contains'; readonly text: string };

export interface AddressRange {
	readonly first: string;
	readonly last: string;
}
