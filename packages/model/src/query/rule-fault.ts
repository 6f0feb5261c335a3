import type { RollcallError } from '../errors/rollcall-error.ts';

/** Where in a rule a fault is; of a list of values also in which. */
export interface RulePlace {
	readonly part: 'field' | 'scope' | 'operator' | 'value';
	readonly index?: number;
}

/** What ails a rule: for people, and for programs that offer something better. */
export interface RuleFault {
	readonly problem: string;
	/** What may stand there. */
	readonly expected: readonly string[];
	/** Of what may stand there, what was probably meant. */
	readonly suggestions: readonly string[];
}

/** What a rule is checked for; the tree and the text form tell people in their own way where it is. */
export interface RuleContext {
	readonly now: Date;
	/** The error to throw. */
	readonly fail: (place: RulePlace, fault: RuleFault) => RollcallError;
	readonly notice: (text: string) => void;
}

const mostShown = 80;

/** What was typed, as a message shows it: a page of it says no more than its beginning. */
export function clip(typed: string): string {
	return typed.length <= mostShown ? typed : `${typed.slice(0, mostShown - 1).toWellFormed()}…`;
}

export function quote(typed: unknown): string {
	return clip(JSON.stringify(typed));
}
