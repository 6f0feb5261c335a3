import type { RollcallError } from '../errors/rollcall-error.ts';
import type { Entity, Operator } from './query.ts';

/** What should have stood where a text could not be read on: what a query bar offers there. */
export interface Slot {
	readonly kind: 'field' | 'name' | 'scope' | 'operator' | 'value' | 'join' | 'quote';
	/** The field whose name, scope, operator or value it is. */
	readonly field?: string;
	/** The operator whose value it is. */
	readonly operator?: Operator;
	/** Whether the operator began with `not`. */
	readonly isNot?: boolean;
}

export interface TextFault {
	/** Index into the text. */
	readonly at: number;
	readonly problem: string;
	readonly expected: readonly string[];
	readonly suggestions: readonly string[];
	readonly slot: Slot;
}

/** A text, and how far it is read. */
export interface TextReader {
	readonly text: string;
	readonly entity: Entity;
	readonly fail: (fault: TextFault) => RollcallError;
	at: number;
	/** Open parentheses and denials. */
	nesting: number;
}
